// A run being written: what a training leaves behind.
//
//   run.json            settings, seed, versions, backend, hash of the data, status, summary
//   events.jsonl        the event stream, one event per line, appended
//   model.json          architecture, task and preprocessing, as the caller gives them
//   model.safetensors   its parameters
//   checkpoints/        epoch-<n>.safetensors of the best and the last checkpoint, and index.json, which names them
import type { Json } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import { encodeSafetensors, type StoredTensors } from "../train/safetensors.ts";
import { type CheckpointIndex, checkpointFile, checkpointFolder, indexFile, outdated } from "./checkpoints.ts";
import { mapFiles, type RunMap } from "./files.ts";
import { folderFiles, newFolder } from "./folder.ts";
import { formatVersion, type RunDescription, type RunManifest, type RunStatus } from "./manifest.ts";
import { version } from "./version.ts";

/** A run being written. Its methods must be awaited one after the other. */
export interface RunWriter {
  readonly dir: string;
  /** Survives a crash of this program; a power cut may take events after the last checkpoint, model or finish. */
  appendEvent(event: TrainEvent): void;
  /** Keeps this checkpoint as the last one, and as the best one if `best`; older ones are deleted. */
  saveCheckpoint(epoch: number, tensors: StoredTensors, best: boolean): Promise<void>;
  saveModel(model: Json, tensors: StoredTensors): Promise<void>;
  /** Ends the run and closes its files. */
  finish(status: Exclude<RunStatus, "running">, summary?: Json): Promise<void>;
}

/**
 * Makes a new run.
 *
 * @param place a folder that does not exist yet, or is empty (default runs/<date>-<name>-<n>, n the first free number);
 *   or a map that the run's files are put into, as bytes by their names
 * @throws ChainruleError INVALID_ARGUMENT where the folder cannot be made or is not empty
 */
export async function createRun(description: RunDescription, place?: string | RunMap): Promise<RunWriter> {
  const files =
    place instanceof Map ? mapFiles(place, description.name) : folderFiles(await newFolder(description.name, place));
  let manifest: RunManifest = {
    format: formatVersion,
    chainrule: version,
    node: globalThis.process?.version ?? "none",
    created: new Date().toISOString(),
    ...description,
    status: "running",
  };
  const events = files.appender("events.jsonl");
  const writeJson = (name: string, value: unknown) =>
    files.write(name, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
  await writeJson("run.json", manifest);
  let checkpoints: CheckpointIndex = {};

  return {
    dir: files.dir,
    appendEvent(event) {
      events.append(`${JSON.stringify(event)}\n`);
    },
    async saveCheckpoint(epoch, tensors, best) {
      events.sync();
      await files.write(checkpointFile(epoch), encodeSafetensors(tensors, { epoch: String(epoch) }));
      checkpoints = { ...checkpoints, last: epoch, ...(best && { best: epoch }) };
      await writeJson(indexFile, checkpoints);
      // After the index is on disk, so that a crash at any moment leaves the files it names.
      for (const name of outdated(await files.list(checkpointFolder), checkpoints)) await files.remove(name);
    },
    async saveModel(model, tensors) {
      events.sync();
      await files.write("model.safetensors", encodeSafetensors(tensors));
      await writeJson("model.json", model);
    },
    async finish(status, summary) {
      events.sync();
      events.close();
      manifest = { ...manifest, status, ...(summary !== undefined && { summary }) };
      await writeJson("run.json", manifest);
    },
  };
}
