// How a thread is started: in Node, or else as a page does.
import { threadSource } from "./thread.generated.ts";
import * as page from "./worker.browser.ts";

const workers = globalThis.process?.getBuiltinModule?.("node:worker_threads");

export const canWait: boolean = workers !== undefined || page.canWait;

export const startThread: typeof page.startThread = workers
  ? (name, listeners) => {
      const worker = new workers.Worker(threadSource, { eval: true, name });
      worker.on("message", listeners.message);
      worker.on("error", (error) => listeners.lost(error.message));
      worker.on("exit", () => listeners.lost("it ended"));
      worker.unref();
      return {
        postMessage: (message) => worker.postMessage(message),
        terminate: () => void worker.terminate(),
        keep: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
      };
    }
  : page.startThread;

export const availableThreads: typeof page.availableThreads = workers
  ? (wanted) => wanted ?? process.getBuiltinModule("node:os").availableParallelism()
  : page.availableThreads;
