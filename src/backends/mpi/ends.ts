// How a rank ends when it does not end well: with all others, by MPI_Abort, with a code that is not 0, and a message.
import { node } from "../../ir/node.ts";
import type { Communicator } from "./communicator.ts";

/**
 * From now on this process ends the whole job wherever it ends before `finalize`: by an error or a rejection that nobody
 * caught, or by process.exit, even with code 0: of a rank that ends so, mpiexec may return 0, or the others wait for ever.
 * A rank that is killed is noticed by the launcher. Call it once, right after `mpi`. Ranks that are alone have nobody to
 * end, and end as any process.
 *
 * Gives the normal end: `finalize`, after which the process ends as usual.
 */
export function endTogether(communicator: Communicator): () => void {
  const { rank, size } = communicator;
  let isOver = false;
  const finalize = (): void => {
    isOver = true;
    communicator.finalize();
  };
  if (size === 1) return finalize;
  const abort = (code: number, message: string): void => {
    if (isOver) return;
    isOver = true;
    // At once: a stream may still hold it when MPI_Abort ends the process.
    node("node:fs").writeSync(2, `rank ${rank} of ${size}: ${message}\n`);
    // Hydra drops what its pipes still hold once it hears of the abort: time to read the message.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    communicator.abort(code);
  };
  process.on("uncaughtExceptionMonitor", (error) => {
    // Someone else's handler decides, and may go on.
    if (process.listenerCount("uncaughtException") > 0) return;
    abort(1, error instanceof Error ? (error.stack ?? String(error)) : String(error));
  });
  process.on("exit", (code) => {
    abort(code === 0 ? 1 : code, `the process ended (code ${code}) before the training was over; all ranks end.`);
  });
  return finalize;
}
