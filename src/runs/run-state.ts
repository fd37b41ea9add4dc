// How it stands with a run: what run.json says, and whether somebody still writes it.
import { ChainruleError } from "../ir/errors.ts";
import { isWritten } from "./lock.ts";
import type { RunStatus } from "./manifest.ts";
import { openRun, type RunReader } from "./open-run.ts";

/** Of a folder. "crashed": it says that it runs, and its process is gone. "unreadable": its files cannot be used. */
export type FoundStatus = RunStatus | "crashed" | "unreadable";

export interface RunState {
  readonly status: FoundStatus;
  /** Why it cannot be read. */
  readonly message?: string;
}

export async function stateOf(dir: string): Promise<RunState> {
  try {
    return { status: await statusOf(await openRun(dir)) };
  } catch (error) {
    return unreadable(error);
  }
}

/** Of a run that was just read. */
export async function statusOf({ dir, manifest }: RunReader): Promise<RunStatus | "crashed"> {
  if (manifest.status !== "running" || (await isWritten(dir))) return manifest.status;
  // A training that ends writes its status before it leaves the folder.
  const { status } = (await openRun(dir)).manifest;
  return status === "running" ? "crashed" : status;
}

/** Throws what is no fault of a run. */
export function unreadable(error: unknown): RunState {
  if (error instanceof ChainruleError) return { status: "unreadable", message: error.message };
  throw error;
}
