// The ranks that mpiexec or srun started this command as: rank 0 alone writes, and all of them end together.
import type { Communicator } from "../backends/mpi/communicator.ts";
import { launcherOf } from "../backends/mpi/launcher.ts";
import { ChainruleError, type ErrorCode } from "../ir/errors.ts";
import type { ResumedRun, RunWriter } from "../runs/index.ts";
import type { OutputStream, Streams } from "./output.ts";

/** Errors that all ranks come to together, after which none of them waits for another. */
const common: readonly ErrorCode[] = ["NON_FINITE_LOSS", "RUN_STOPPED", "RANKS_DIFFER"];

/** Errors that rank 0 tells. */
const told = new WeakSet<object>();
export const isTold = (error: unknown): boolean => typeof error === "object" && error !== null && told.has(error);

const silent: OutputStream = { write: () => true };

/** Milliseconds in which rank 0 tells an error that others may have come upon, too, and ends all; and after which a rank that hangs is ended. */
const [patience, hanging] = [2000, 5000];

/**
 * Does the work as one of the ranks that a launcher started, or alone where none did, or CHAINRULE_MPI is "off". Where one of them ends in
 * its own way, all are ended. Throws MPI_NOT_FOUND, MPI_RANKS, before the work is begun, and what the work throws.
 */
export async function byRanks(streams: Streams, work: (streams: Streams) => Promise<void>): Promise<void> {
  const launcher = process.env.CHAINRULE_MPI === "off" ? undefined : launcherOf();
  if (launcher === undefined || launcher.ranks === 1) return work(streams);
  const { endTogether, mpi } = await import("./engine.ts");
  const ranks = mpi();
  const finalize = endTogether(ranks);
  const own = ranks.rank === 0 ? streams : { ...streams, stdout: silent, stderr: silent };
  try {
    await work(ranks.size === 1 ? own : { ...own, ranks });
  } catch (error) {
    if (ranks.size === 1 || (error instanceof ChainruleError && common.includes(error.code))) {
      finalize();
      if (ranks.rank > 0) told.add(error as object);
      throw error;
    }
    if (ranks.rank > 0) await new Promise((resolve) => setTimeout(resolve, patience));
    // What a thread is waiting for will not come.
    setTimeout(() => process.exit(1), hanging).unref();
    throw error;
  }
  finalize();
}

/** Collective. What rank 0 has, on all of them. */
export async function fromFirst(
  { rank, broadcast }: Communicator,
  make: () => Uint8Array | Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const made = rank === 0 ? await make() : new Uint8Array(0);
  const length = Float64Array.of(made.length);
  broadcast(new Uint8Array(length.buffer), 0);
  const bytes = new Uint8Array(length[0]!);
  bytes.set(made);
  broadcast(bytes, 0);
  return bytes;
}

/** The same of a text; "" stands for none. */
export async function textFromFirst(
  ranks: Communicator | undefined,
  make: () => string | undefined | Promise<string | undefined>,
): Promise<string | undefined> {
  if (ranks === undefined) return make();
  const bytes = await fromFirst(ranks, async () => new TextEncoder().encode((await make()) ?? ""));
  return new TextDecoder().decode(bytes) || undefined;
}

/** Whether this process writes files. */
export const isWriter = (ranks: Communicator | undefined): boolean => ranks === undefined || ranks.rank === 0;

/** The run of a rank that writes nothing. */
export const unwritten = (dir: string): RunWriter => ({
  dir,
  appendEvent() {},
  async saveDescription() {},
  async saveCheckpoint() {},
  async saveModel() {},
  async finish() {},
});

/** Collective. A run that goes on: rank 0 opens it, once that all have read what it is, and the others have its snapshot and its events. */
export async function resumedByRanks(
  ranks: Communicator | undefined,
  dir: string,
  resume: () => Promise<ResumedRun>,
): Promise<ResumedRun> {
  if (ranks === undefined) return resume();
  const { decodeSnapshot, encodeSnapshot, parseEvents } = await import("./engine.ts");
  ranks.barrier();
  let resumed: ResumedRun | undefined;
  const bytes = await fromFirst(ranks, async () => {
    resumed = await resume();
    return resumed.snapshot === undefined ? new Uint8Array(0) : encodeSnapshot(resumed.snapshot);
  });
  const lines = await textFromFirst(ranks, () => resumed!.events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  if (resumed !== undefined) return resumed;
  const { events } = parseEvents(dir, lines ?? "");
  return {
    writer: unwritten(dir),
    events,
    notes: [],
    ...(bytes.length > 0 && { snapshot: decodeSnapshot(bytes) }),
  };
}
