// A run being written: what a training leaves behind.
//
//   run.json            settings, seed, versions, backend, hash of the data, status, summary
//   events.jsonl        the event stream, one event per line, appended
//   model.json          architecture, task and preprocessing, as the caller gives them
//   model.safetensors   its parameters, at the end
//   checkpoints/        step-<n>.safetensors of the last two snapshots, and index.json, which names them
//   lock.json           the process that writes, while it does
import type { Json } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import { type StoredTensors, safetensorsParts, withChecksum } from "../train/safetensors.ts";
import type { Snapshot } from "../train/snapshot.ts";
import { snapshotParts } from "../train/snapshot-file.ts";
import {
  type CheckpointIndex,
  checkpointFile,
  checkpointFolder,
  indexFile,
  outdated,
  withCheckpoint,
} from "./checkpoints.ts";
import { mapFiles, type RunFiles, type RunMap } from "./files.ts";
import { clearFolder, folderFiles, newFolder } from "./folder.ts";
import { lockFolder } from "./lock.ts";
import {
  formatVersion,
  modelChecksum,
  modelKey,
  type RunDescription,
  type RunManifest,
  type RunStatus,
} from "./manifest.ts";
import { version } from "./version.ts";

/** A run being written. Its methods must be awaited one after the other, but for `appendEvent`, which may come at any time. */
export interface RunWriter {
  readonly dir: string;
  /** Survives a crash of this program; a power cut may take events after the last checkpoint, model or finish. */
  appendEvent(event: TrainEvent): void;
  /** Architecture and preprocessing: with them every checkpoint predicts. */
  saveDescription(model: Json): Promise<void>;
  /** Once it is awaited, the training goes on from here after a crash or a power cut; the checkpoint before it is kept too. */
  saveCheckpoint(snapshot: Snapshot): Promise<void>;
  saveModel(model: Json, tensors: StoredTensors): Promise<void>;
  /** Ends the run and closes its files. */
  finish(status: Exclude<RunStatus, "running">, summary?: Json): Promise<void>;
}

/**
 * Makes a new run.
 *
 * @param place a folder that does not exist yet, or is empty (default runs/<date>-<name>-<n>, n the first free number);
 *   or a map that the run's files are put into, as bytes by their names
 * @throws ChainruleError INVALID_ARGUMENT where the folder cannot be made or is not empty; RUN_IN_USE where another process begins a run there
 */
export async function createRun(description: RunDescription, place?: string | RunMap): Promise<RunWriter> {
  const files =
    place instanceof Map ? mapFiles(place, description.name) : folderFiles(await newFolder(description.name, place));
  const manifest: RunManifest = {
    format: formatVersion,
    chainrule: version,
    node: globalThis.process?.version ?? "none",
    created: new Date().toISOString(),
    ...description,
    status: "running",
  };
  const unlock = place instanceof Map ? () => {} : await lockFolder(files.dir);
  try {
    if (!(place instanceof Map)) await clearFolder(files.dir);
    return await runWriter(files, manifest, { checkpoints: [] }, undefined, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** A writer of a run's files; events go on after `from` bytes of those that are there. `unlock` is called at the end. */
export async function runWriter(
  files: RunFiles,
  description: RunManifest,
  index: CheckpointIndex,
  from: number | undefined,
  unlock: () => void,
): Promise<RunWriter> {
  let manifest = description;
  let checkpoints = index;
  const events = files.appender("events.jsonl", from);
  const writeJson = (name: string, value: unknown) =>
    files.write(name, [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)]);
  await writeJson("run.json", manifest);
  return {
    dir: files.dir,
    appendEvent(event) {
      events.append(`${JSON.stringify(event)}\n`);
    },
    saveDescription: (model) => writeJson("model.json", model),
    async saveCheckpoint(snapshot) {
      const { step, epoch } = snapshot.state;
      if (checkpoints.checkpoints.at(-1)?.step === step) return;
      const { length } = events;
      const file = checkpointFile({ step });
      const parts = snapshotParts(snapshot);
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      await events.sync();
      // The system writes the arrays as they stand, and a thread of its own hashes the file: a training is not held up by its size.
      await files.write(file, parts);
      const next = withCheckpoint(checkpoints, {
        step,
        epoch,
        bytes,
        sha256: await files.sha256(file),
        events: length,
      });
      await writeJson(indexFile, next);
      checkpoints = next;
      // After the index is on disk, so that a crash at any moment leaves the files it names.
      for (const name of outdated(await files.list(checkpointFolder), checkpoints)) await files.remove(name);
    },
    async saveModel(model, tensors) {
      await events.sync();
      const metadata = withChecksum(tensors, { [modelKey]: modelChecksum(model) });
      await files.write("model.safetensors", safetensorsParts(tensors, metadata));
      await writeJson("model.json", model);
    },
    async finish(status, summary) {
      try {
        await events.sync();
        manifest = { ...manifest, status, ...(summary !== undefined && { summary }) };
        await writeJson("run.json", manifest);
      } finally {
        events.close();
        unlock();
      }
    },
  };
}
