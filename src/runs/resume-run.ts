// A run taken up again: its newest checkpoint that is whole, its events up to there, and a writer that goes on.
import { ChainruleError } from "../ir/errors.ts";
import type { Json } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import type { Snapshot } from "../train/snapshot.ts";
import { type RunWriter, runWriter } from "./create-run.ts";
import { mapFiles, type RunMap } from "./files.ts";
import { folderFiles, removeTemporary } from "./folder.ts";
import { lockFolder } from "./lock.ts";
import type { RunManifest } from "./manifest.ts";
import { openRun, readCheckpoint, readIndex } from "./open-run.ts";
import { parseEvents } from "./parse-events.ts";

export interface ResumedRun {
  readonly writer: RunWriter;
  /** Absent where no checkpoint was saved: then the training begins anew. */
  readonly snapshot?: Snapshot;
  /** Events up to the snapshot. */
  readonly events: readonly TrainEvent[];
  /** Sentences on checkpoints that could not be used. */
  readonly notes: readonly string[];
}

/**
 * Opens a run to go on with it. Events after the checkpoint are taken away, since they will come again.
 *
 * @param settings those of the run from here on
 * @param asRead what its run.json held when it was decided that it goes on
 * @throws ChainruleError INVALID_RUN; RUN_IN_USE where another process writes it, or has since `asRead`
 */
export async function resumeRun(
  place: string | RunMap,
  settings: Json,
  name = "run",
  asRead?: RunManifest,
): Promise<ResumedRun> {
  // A folder that is no run is left as it is.
  await openRun(place, name);
  const files = place instanceof Map ? mapFiles(place, name) : folderFiles(place);
  const unlock = place instanceof Map ? () => {} : await lockFolder(files.dir);
  try {
    const { manifest } = await openRun(place, name);
    if (asRead !== undefined && JSON.stringify(asRead) !== JSON.stringify(manifest))
      throw new ChainruleError(
        "RUN_IN_USE",
        `Another process has gone on with the run "${files.dir}" just now. Ask again: it may be finished.`,
        { dir: files.dir },
      );
    if (!(place instanceof Map)) await removeTemporary(files.dir);
    const notes: string[] = [];
    let index = await readIndex(files);
    let snapshot: Snapshot | undefined;
    while (snapshot === undefined && index.checkpoints.length > 0) {
      const newest = index.checkpoints.at(-1)!;
      try {
        snapshot = await readCheckpoint(files, newest);
      } catch (error) {
        index = { checkpoints: index.checkpoints.slice(0, -1) };
        const before = index.checkpoints.at(-1);
        notes.push(
          `${(error as Error).message} ${before === undefined ? "The training begins anew." : `The one before it is used, of step ${before.step}.`}`,
        );
      }
    }
    const from = index.checkpoints.at(-1)?.events ?? 0;
    const bytes = (await files.read("events.jsonl")) ?? new Uint8Array(0);
    const { events } = parseEvents(files.dir, new TextDecoder().decode(bytes.subarray(0, from)));
    const { summary: _, ...rest } = manifest;
    const writer = await runWriter(files, { ...rest, settings, status: "running" }, index, from, unlock);
    return { writer, ...(snapshot && { snapshot }), events, notes };
  } catch (error) {
    unlock();
    throw error;
  }
}
