// A run read back: every file is checked when it is read.
import { ChainruleError } from "../ir/errors.ts";
import { type Json, parseJson } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import { decodeSafetensors, type SafetensorsFile, type StoredTensors } from "../train/safetensors.ts";
import type { Snapshot } from "../train/snapshot.ts";
import { decodeSnapshot } from "../train/snapshot-file.ts";
import { type Checkpoint, type CheckpointIndex, checkIndex, checkpointFile, indexFile } from "./checkpoints.ts";
import { mapFiles, type RunFiles, type RunMap, sha256Bytes } from "./files.ts";
import { folderFiles } from "./folder.ts";
import { invalidRun } from "./invalid-run.ts";
import { checkManifest, modelChecksum, modelKey, type RunManifest } from "./manifest.ts";
import { type ParsedEvents, parseEvents } from "./parse-events.ts";

/** What is said of a file that is not there. */
export const missing = "it does not exist";

/** A run read back; everything is validated when it is read. */
export interface RunReader {
  readonly dir: string;
  readonly manifest: RunManifest;
  /** All complete lines; a torn last one is left out. Numbers that were not finite are NaN. */
  events(): Promise<TrainEvent[]>;
  /** The same, with the numbers of the lines that are no JSON, torn by a crash or a full disk. */
  parsedEvents(): Promise<ParsedEvents>;
  /** What predicts, but for its weights: there from the start of the training on. */
  description(): Promise<Json>;
  /** `isAsSaved`: whether model.json is the one that the weights were saved with, as far as they say. */
  model(): Promise<{ model: Json; tensors: StoredTensors; isAsSaved: boolean }>;
  /** The newest checkpoint that is whole. */
  checkpoint(): Promise<Snapshot>;
}

/**
 * Opens a run.
 *
 * @param place the folder; or, in a page, a map from names to bytes: "run.json", "checkpoints/index.json". `name` is how
 *   messages call it.
 * @throws ChainruleError INVALID_RUN, which names the file and what is wrong with it; so do the reader's methods
 */
export async function openRun(place: string | RunMap, name = "run"): Promise<RunReader> {
  const files = place instanceof Map ? mapFiles(place, name) : folderFiles(place);
  const { dir } = files;
  const read = async (file: string): Promise<Uint8Array> => {
    const bytes = await files.read(file);
    if (bytes !== undefined) return bytes;
    if (file !== "run.json") throw invalidRun(dir, file, missing);
    throw new ChainruleError(
      "INVALID_RUN",
      `"${dir}" is not a run folder, since it holds no run.json. Give a folder that a training wrote.`,
      { dir, file },
    );
  };
  const readText = async (file: string) => new TextDecoder().decode(await read(file));
  const readJson = async (file: string): Promise<unknown> => {
    return parseJson(await readText(file), (must, cause) => invalidRun(dir, file, `it must be ${must}`, cause));
  };
  const readTensors = async (file: string): Promise<SafetensorsFile> => {
    const bytes = await read(file);
    try {
      return decodeSafetensors(bytes);
    } catch (cause) {
      throw invalidRun(dir, file, `as safetensors, ${(cause as ChainruleError).details.what}`, cause);
    }
  };
  const manifest = checkManifest(dir, await readJson("run.json"));
  const parsedEvents = async () => parseEvents(dir, await readText("events.jsonl"));
  return {
    dir,
    manifest,
    events: async () => (await parsedEvents()).events,
    parsedEvents,
    description: async () => (await readJson("model.json")) as Json,
    async model() {
      const model = (await readJson("model.json")) as Json;
      const { tensors, metadata } = await readTensors("model.safetensors");
      const checksum = metadata[modelKey];
      return { model, tensors, isAsSaved: checksum === undefined || checksum === modelChecksum(model) };
    },
    async checkpoint() {
      const { checkpoints } = await readIndex(files);
      if (checkpoints.length === 0) throw invalidRun(dir, indexFile, "it names no checkpoint");
      let failure: unknown;
      for (const checkpoint of checkpoints.toReversed()) {
        try {
          return await readCheckpoint(files, checkpoint);
        } catch (error) {
          failure ??= error;
        }
      }
      throw failure;
    },
  };
}

/** Without any where none was saved yet. Throws INVALID_RUN. */
export async function readIndex(files: RunFiles): Promise<CheckpointIndex> {
  const bytes = await files.read(indexFile);
  if (bytes === undefined) return { checkpoints: [] };
  const value = parseJson(new TextDecoder().decode(bytes), (must, cause) =>
    invalidRun(files.dir, indexFile, `it must be ${must}`, cause),
  );
  return checkIndex(files.dir, value);
}

/** Throws INVALID_RUN where it is not there, or is not what was saved. */
export async function readCheckpoint(files: RunFiles, checkpoint: Checkpoint): Promise<Snapshot> {
  const file = checkpointFile(checkpoint);
  const bytes = await files.read(file);
  if (bytes === undefined) throw invalidRun(files.dir, file, missing);
  if (bytes.length !== checkpoint.bytes)
    throw invalidRun(
      files.dir,
      file,
      `it must have ${checkpoint.bytes} bytes, as when it was saved; it has ${bytes.length}`,
    );
  const content = new Uint8Array(bytes);
  if ((await sha256Bytes(content)) !== checkpoint.sha256)
    throw invalidRun(files.dir, file, "its content is another than the one that was saved");
  try {
    return decodeSnapshot(content);
  } catch (cause) {
    throw invalidRun(files.dir, file, `as a snapshot, ${(cause as ChainruleError).details.what}`, cause);
  }
}
