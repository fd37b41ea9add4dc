// Run folders: what a training leaves on disk, written so that a crash at any moment loses nothing saved. Node only.
//
//   run.json            settings, seed, versions, backend, hash of the data, status, summary
//   events.jsonl        the event stream, one event a line, appended
//   model.json          architecture, task and preprocessing, as the caller gives them
//   model.safetensors   its parameters
//   checkpoints/        epoch-<n>.safetensors of the best and the last checkpoint, and index.json, which names them
//
// A file is replaced in one step: written beside its place, fsync, rename, fsync of the folder.
import { createHash, randomBytes } from "node:crypto";
import { closeSync, createReadStream, existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { mkdir, open, readdir, readFile, realpath, rename, rm, unlink } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { ChainruleError } from "../ir/errors.ts";
import type { TrainEvent } from "./events.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type SafetensorsTensor } from "./safetensors.ts";

/** Raised when older programs could misread a newer folder. */
const formatVersion = 1;

export type RunStatus = "running" | "finished" | "interrupted" | "failed";

/** Plain JSON data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What the caller of {@link createRun} knows at the start. */
export interface RunDescription {
  /** Goes into the name of the folder, for example "titanic". */
  readonly name: string;
  readonly seed: number;
  readonly backend: string;
  readonly data: { readonly file: string; readonly sha256: string };
  readonly settings: Json;
}

/** The content of run.json. */
export interface RunManifest extends RunDescription {
  readonly format: typeof formatVersion;
  readonly chainrule: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** "running" in a folder that nobody writes any more means that the training crashed. */
  readonly status: RunStatus;
  readonly summary?: Json;
}

export type RunTensors = ReadonlyMap<string, SafetensorsTensor>;

/** A run being written. Its methods must be awaited one after the other. */
export interface RunWriter {
  readonly dir: string;
  /** Survives a crash of this program; a power cut may take events after the last checkpoint, model or finish. */
  appendEvent(event: TrainEvent): void;
  /** Keeps this checkpoint as the last one, and as the best one if `best`; older ones are deleted. */
  saveCheckpoint(epoch: number, tensors: RunTensors, best: boolean): Promise<void>;
  saveModel(model: Json, tensors: RunTensors): Promise<void>;
  /** Ends the run and closes its files. */
  finish(status: Exclude<RunStatus, "running">, summary?: Json): Promise<void>;
}

/** A run read from disk; everything is validated when it is read. */
export interface RunReader {
  readonly dir: string;
  readonly manifest: RunManifest;
  /** All complete lines; a torn last one is left out. Numbers that were not finite are NaN. */
  events(): Promise<TrainEvent[]>;
  model(): Promise<{ model: Json; tensors: RunTensors }>;
  checkpoint(which: "best" | "last"): Promise<{ epoch: number; tensors: RunTensors }>;
}

/**
 * Makes a new run folder.
 *
 * @param dir a folder that does not exist yet, or is empty; default runs/<date>-<name>-<n>, n the first free number
 */
export async function createRun(description: RunDescription, dir?: string): Promise<RunWriter> {
  const place = dir === undefined ? await nextFolder(description.name) : await emptyFolder(dir);
  await syncFolder(dirname(place));
  await mkdir(join(place, "checkpoints"));
  let manifest: RunManifest = {
    format: formatVersion,
    chainrule: packageVersion(),
    node: process.version,
    created: new Date().toISOString(),
    ...description,
    status: "running",
  };
  const eventsFile = openSync(join(place, "events.jsonl"), "ax");
  await writeJson(place, "run.json", manifest);
  let checkpoints: CheckpointIndex = {};

  return {
    dir: place,
    appendEvent(event) {
      writeSync(eventsFile, `${JSON.stringify(event)}\n`);
    },
    async saveCheckpoint(epoch, tensors, best) {
      fsyncSync(eventsFile);
      const folder = join(place, "checkpoints");
      await writeAtomically(folder, checkpointName(epoch), encodeSafetensors(tensors, { epoch: String(epoch) }));
      checkpoints = { ...checkpoints, last: epoch, ...(best && { best: epoch }) };
      await writeJson(folder, "index.json", checkpoints);
      await deleteExcept(folder, checkpoints);
    },
    async saveModel(model, tensors) {
      fsyncSync(eventsFile);
      await writeAtomically(place, "model.safetensors", encodeSafetensors(tensors));
      await writeJson(place, "model.json", model);
    },
    async finish(status, summary) {
      fsyncSync(eventsFile);
      closeSync(eventsFile);
      manifest = { ...manifest, status, ...(summary !== undefined && { summary }) };
      await writeJson(place, "run.json", manifest);
    },
  };
}

/** Opens a run folder; INVALID_RUN errors name the file and what is wrong with it. */
export async function openRun(dir: string): Promise<RunReader> {
  const manifest = checkManifest(dir, await readJson(dir, "run.json"));
  return {
    dir,
    manifest,
    async events() {
      return parseEvents(dir, await readText(dir, "events.jsonl"));
    },
    async model() {
      const model = (await readJson(dir, "model.json")) as Json;
      return { model, tensors: (await readTensors(dir, "model.safetensors")).tensors };
    },
    async checkpoint(which) {
      const file = join("checkpoints", "index.json");
      const epoch = checkIndex(dir, file, await readJson(dir, file))[which];
      if (epoch === undefined) throw invalid(dir, file, `it names no ${which} checkpoint`);
      return { epoch, tensors: (await readTensors(dir, join("checkpoints", checkpointName(epoch)))).tensors };
    },
  };
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Version of this package. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}

// --- folders ---------------------------------------------------------------------------------------------------

async function nextFolder(name: string): Promise<string> {
  // Only letters, digits and "-", so that a name cannot lead out of runs/.
  const safe =
    name
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 40) || "run";
  const stem = join("runs", `${new Date().toISOString().slice(0, 10)}-${safe}`);
  await makeFolder("runs");
  for (let n = 1; ; n++) {
    try {
      await mkdir(`${stem}-${n}`);
      return `${stem}-${n}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** As mkdir with `recursive`, which never returns where a folder cannot be made in one that exists, as in /proc. */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    const parent = dirname(dir);
    if (code !== "ENOENT" || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(dir);
  }
}

async function emptyFolder(dir: string): Promise<string> {
  let content: string[];
  try {
    await makeFolder(dir);
    content = await readdir(dir);
  } catch (cause) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The run folder "${dir}" could not be made (${(cause as NodeJS.ErrnoException).code}); choose another place.`,
      { dir },
      { cause },
    );
  }
  if (content.length > 0)
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The run folder "${dir}" must be new or empty, since runs are never overwritten; choose another name.`,
      { dir },
    );
  return dir;
}

// --- writing ---------------------------------------------------------------------------------------------------

async function writeAtomically(dir: string, name: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dir, `.${name}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(dir, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dir);
}

const writeJson = (dir: string, name: string, value: unknown) =>
  writeAtomically(dir, name, `${JSON.stringify(value, null, 2)}\n`);

/** Makes a rename durable. Windows cannot open folders, and its renames need no such step. */
async function syncFolder(dir: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

// --- reading ---------------------------------------------------------------------------------------------------

async function readBytes(dir: string, name: string): Promise<Buffer> {
  try {
    const root = await realpath(dir);
    const path = await realpath(join(dir, name));
    // A link inside the folder must not make this program read a file outside it.
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep))
      throw invalid(dir, name, "it is a link that leads out of the run folder");
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof ChainruleError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    // ENOTDIR: the place is a file.
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    if (isMissing && name === "run.json")
      throw new ChainruleError(
        "INVALID_RUN",
        `"${dir}" is not a run folder, since it holds no run.json. Give a folder that a training wrote.`,
        { dir, file: name },
        { cause },
      );
    const why = isMissing ? "it does not exist" : `it cannot be read (${code})`;
    throw invalid(dir, name, why, cause);
  }
}

async function readText(dir: string, name: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(dir, name));
}

async function readJson(dir: string, name: string): Promise<unknown> {
  const text = await readText(dir, name);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(dir, name, "it must be JSON", cause);
  }
}

async function readTensors(dir: string, name: string): Promise<SafetensorsFile> {
  const bytes = await readBytes(dir, name);
  try {
    return decodeSafetensors(bytes);
  } catch (cause) {
    throw invalid(dir, name, `as safetensors, ${(cause as ChainruleError).details.what}`, cause);
  }
}

function checkManifest(dir: string, value: unknown): RunManifest {
  const wrong = (what: string) => invalid(dir, "run.json", what);
  if (!isRecord(value) || !isNatural(value.format))
    throw wrong(`"format" must be a whole number; this may not be a run`);
  if (value.format > formatVersion)
    throw new ChainruleError(
      "INVALID_RUN",
      `The run "${dir}" has format ${value.format}; this Chainrule (${packageVersion()}) reads formats up to ` +
        `${formatVersion}. Update Chainrule to read it.`,
      { dir, file: "run.json", format: value.format },
    );
  for (const key of ["name", "backend", "chainrule", "node", "created", "status"])
    if (typeof value[key] !== "string") throw wrong(`"${key}" must be a text; it is ${JSON.stringify(value[key])}`);
  if (!["running", "finished", "interrupted", "failed"].includes(value.status as string))
    throw wrong(`"status" must be running, finished, interrupted or failed; it is ${JSON.stringify(value.status)}`);
  if (typeof value.seed !== "number") throw wrong(`"seed" must be a number; it is ${JSON.stringify(value.seed)}`);
  const { data } = value;
  if (!isRecord(data) || typeof data.file !== "string" || !/^[0-9a-f]{64}$/.test(String(data.sha256)))
    throw wrong(`"data" must be {"file", "sha256"}; it is ${JSON.stringify(data)}`);
  if (!("settings" in value)) throw wrong(`"settings" is missing`);
  return value as unknown as RunManifest;
}

/** Fields that must be numbers; null stands for a number that was not finite. */
const eventFields: Record<TrainEvent["type"], readonly string[]> = {
  start: ["rows", "validationRows", "features", "parameters", "batchSize", "stepsPerEpoch", "epochs", "seed"],
  data: ["rows", "featureCount", "constantLoss"],
  observation: ["epoch", "step", "loss", "learningRate", "distance", "clipping"],
  progress: ["epoch", "step", "steps", "loss", "rowsPerSecond", "secondsLeft"],
  epoch: ["epoch", "step", "loss", "learningRate"],
  examples: ["rows"],
  failure: ["step", "epoch", "loss", "learningRate"],
  end: ["epochs", "steps", "seconds", "bestEpoch"],
};

/** Fields that must be lists. */
const lists: Partial<Record<TrainEvent["type"], readonly string[]>> = {
  start: ["initial"],
  data: ["features"],
  observation: ["values", "units", "parameters"],
  examples: ["suspects"],
  failure: ["lossesBefore"],
};

function parseEvents(dir: string, text: string): TrainEvent[] {
  // What follows the last newline is an event whose writing was cut off, or nothing.
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line, i) => {
    let event: unknown;
    try {
      event = JSON.parse(line, (_, value) => (value === null ? Number.NaN : value));
    } catch (cause) {
      throw invalid(dir, "events.jsonl", `line ${i + 1} must be JSON`, cause);
    }
    if (!isRecord(event) || !Object.hasOwn(eventFields, String(event.type)))
      throw invalid(dir, "events.jsonl", `line ${i + 1} must be an event of a known type`);
    const fields = eventFields[event.type as TrainEvent["type"]];
    const bad =
      fields.find((field) => typeof event[field] !== "number") ??
      lists[event.type as TrainEvent["type"]]?.find((field) => !Array.isArray(event[field])) ??
      (isLayers(event) ? (isMetrics(event) ? (isLedger(event) ? undefined : "ledger") : "metrics") : "layers");
    if (bad !== undefined)
      throw invalid(dir, "events.jsonl", `line ${i + 1} is of type "${event.type}" with a missing or wrong "${bad}"`);
    return event as unknown as TrainEvent;
  });
}

function isLayers({ type, layers }: Record<string, unknown>): boolean {
  if (type === "data" || type === "examples" || type === "failure") return true;
  if (!Array.isArray(layers)) return false;
  if (type === "start") return layers.every((name) => typeof name === "string");
  return layers.every(
    (layer) =>
      isRecord(layer) &&
      typeof layer.name === "string" &&
      typeof layer.gradientRms === "number" &&
      typeof layer.updateRatio === "number",
  );
}

const ledgerFields = [
  ...["gradientRms", "deltaRms", "weightFactor", "activationFactor", "skipFactor", "attenuation", "product"],
];

function isLedger({ type, ledger }: Record<string, unknown>): boolean {
  if (type !== "observation") return true;
  if (!Array.isArray(ledger)) return false;
  return ledger.every(
    (row) =>
      isRecord(row) && typeof row.layer === "string" && ledgerFields.every((field) => typeof row[field] === "number"),
  );
}

/** "validation" of an epoch event is optional, "metrics" of an end event holds "train" and maybe "validation". */
function isMetrics({ type, validation, metrics }: Record<string, unknown>): boolean {
  const areNumbers = (values: unknown) =>
    isRecord(values) && Object.values(values).every((value) => typeof value === "number");
  if (type === "epoch") return validation === undefined || areNumbers(validation);
  if (type !== "end") return true;
  return (
    isRecord(metrics) &&
    areNumbers(metrics.train) &&
    (metrics.validation === undefined || areNumbers(metrics.validation))
  );
}

// --- checkpoints -----------------------------------------------------------------------------------------------

/** Epochs of the kept checkpoints. File names are made from these numbers, never read from a file. */
interface CheckpointIndex {
  readonly best?: number;
  readonly last?: number;
}

const checkpointName = (epoch: number) => `epoch-${epoch}.safetensors`;

function checkIndex(dir: string, file: string, value: unknown): CheckpointIndex {
  const isEpoch = (epoch: unknown) => epoch === undefined || isNatural(epoch);
  if (!isRecord(value) || !isEpoch(value.best) || !isEpoch(value.last))
    throw invalid(dir, file, `"best" and "last" must be epoch numbers`);
  return value;
}

/** Called after the index is on disk, so that a crash at any moment leaves the files it names. */
async function deleteExcept(folder: string, { best, last }: CheckpointIndex): Promise<void> {
  const keep = [best, last].filter(isNatural).map(checkpointName);
  for (const name of await readdir(folder))
    if (/^epoch-\d+\.safetensors$/.test(name) && !keep.includes(name)) await unlink(join(folder, name));
}

// --- small checks ----------------------------------------------------------------------------------------------

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNatural = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const invalid = (dir: string, file: string, what: string, cause?: unknown) =>
  new ChainruleError(
    "INVALID_RUN",
    `The file ${file} of the run "${dir}" is not usable: ${what}. Restore the file, or train again.`,
    { dir, file, what },
    { cause },
  );
