// Memory that nothing refers to any more, let go of at once: V8 may hold it until it is short of memory itself.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of arrays from which on it takes less time than it is worth. */
const much = 2 ** 26;

/** After a file was read, or a table prepared, and before as much is asked for again. */
export function releaseMemory(): void {
  if (process.memoryUsage().arrayBuffers < much) return;
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
