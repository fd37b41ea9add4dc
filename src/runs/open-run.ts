// A run read back: every file is checked when it is read.
import { ChainruleError } from "../ir/errors.ts";
import { type Json, parseJson } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import { decodeSafetensors, type StoredTensors } from "../train/safetensors.ts";
import { checkIndex, checkpointFile, indexFile } from "./checkpoints.ts";
import { mapFiles, type RunMap } from "./files.ts";
import { folderFiles } from "./folder.ts";
import { invalidRun } from "./invalid-run.ts";
import { checkManifest, type RunManifest } from "./manifest.ts";
import { parseEvents } from "./parse-events.ts";

/** A run read back; everything is validated when it is read. */
export interface RunReader {
  readonly dir: string;
  readonly manifest: RunManifest;
  /** All complete lines; a torn last one is left out. Numbers that were not finite are NaN. */
  events(): Promise<TrainEvent[]>;
  model(): Promise<{ model: Json; tensors: StoredTensors }>;
  checkpoint(which: "best" | "last"): Promise<{ epoch: number; tensors: StoredTensors }>;
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
    if (file !== "run.json") throw invalidRun(dir, file, "it does not exist");
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
  const readTensors = async (file: string): Promise<StoredTensors> => {
    const bytes = await read(file);
    try {
      return decodeSafetensors(bytes).tensors;
    } catch (cause) {
      throw invalidRun(dir, file, `as safetensors, ${(cause as ChainruleError).details.what}`, cause);
    }
  };
  const manifest = checkManifest(dir, await readJson("run.json"));
  return {
    dir,
    manifest,
    events: async () => parseEvents(dir, await readText("events.jsonl")),
    async model() {
      const model = (await readJson("model.json")) as Json;
      return { model, tensors: await readTensors("model.safetensors") };
    },
    async checkpoint(which) {
      const epoch = checkIndex(dir, await readJson(indexFile))[which];
      if (epoch === undefined) throw invalidRun(dir, indexFile, `it names no ${which} checkpoint`);
      return { epoch, tensors: await readTensors(checkpointFile(epoch)) };
    },
  };
}
