// A function of the page that the worker calls.
import { proxy } from "comlink";

/** What is done with what the worker says; it is called when the message comes. */
export const proxied = <T>(listener: (said: T) => void): ((said: T) => void) => proxy(listener);
