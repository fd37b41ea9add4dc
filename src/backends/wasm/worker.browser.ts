// How a page starts a thread. In bundles for browsers it stands in place of worker.ts (package.json, "browser").
import { threadSource } from "./thread.generated.ts";
import type { ThreadMessage } from "./thread.ts";

/** A worker of Node or of a browser, as far as both agree. */
export interface Thread {
  postMessage(message: unknown): void;
  terminate(): void;
  /** Whether the process waits for it (Node). */
  keep(isNeeded: boolean): void;
}

export interface Listeners {
  message(message: ThreadMessage): void;
  /** The thread is gone, or what it ran threw. */
  lost(reason: string): void;
}

/** Whether this JavaScript may block until a job is done: not in a page's own thread. */
export const canWait: boolean = !("document" in globalThis);

export function startThread(name: string, listeners: Listeners): Thread {
  const url = URL.createObjectURL(new Blob([threadSource], { type: "text/javascript" }));
  const worker = new Worker(url, { name });
  worker.onmessage = ({ data }: MessageEvent<ThreadMessage>) => listeners.message(data);
  worker.onerror = ({ message }) => listeners.lost(message);
  return { postMessage: (message) => worker.postMessage(message), terminate: () => worker.terminate(), keep: () => {} };
}

/** How many threads this place has use for, or as many as are `wanted`: 1 where memory cannot be shared with workers. */
export const availableThreads = (wanted?: number): number =>
  globalThis.crossOriginIsolated ? (wanted ?? globalThis.navigator?.hardwareConcurrency ?? 1) : 1;
