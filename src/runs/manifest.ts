// What run.json holds, and its check.

import { anything, type Checks, described, faultIn, maybe, natural, number, oneOf, text } from "../ir/checks.ts";
import { crc32 } from "../ir/crc32.ts";
import { ChainruleError } from "../ir/errors.ts";
import { isRecord, type Json } from "../ir/json.ts";
import { type DataFiles, type DataOrigin, dataWithValidation } from "./data-origin.ts";
import { invalidRun } from "./invalid-run.ts";
import { version } from "./version.ts";

/** Raised when older programs could misread a newer folder. */
export const formatVersion = 1;

export type RunStatus = "running" | "finished" | "interrupted" | "failed";

/** What the caller of {@link createRun} knows at the start. */
export interface RunDescription {
  /** Goes into the name of the folder, for example "titanic". */
  readonly name: string;
  readonly seed: number;
  readonly backend: string;
  readonly data: DataOrigin & {
    /** Where the rows for validation are in files of their own. */
    readonly validation?: DataFiles;
  };
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

const statuses: Readonly<Record<RunStatus, true>> = { running: true, finished: true, interrupted: true, failed: true };

/** What is read of run.json. */
export const manifestChecks: Checks<RunManifest> = {
  format: described({ type: "integer", minimum: 0, maximum: formatVersion }, natural),
  ...{ name: text, backend: text, chainrule: text, node: text, created: text },
  status: oneOf(Object.keys(statuses)),
  seed: described({ type: "number" }, number),
  data: dataWithValidation,
  settings: anything,
  summary: maybe(anything),
};

/** What fields must be, in words: those that are left out are texts. */
const must: Readonly<Record<string, string>> = {
  status: "running, finished, interrupted or failed",
  seed: "a number",
  data: `{"file", "sha256"}`,
};

/** Throws INVALID_RUN. */
export function checkManifest(dir: string, value: unknown): RunManifest {
  const wrong = (what: string) => invalidRun(dir, "run.json", what);
  if (!isRecord(value) || !natural(value.format)) throw wrong(`"format" must be a whole number; this may not be a run`);
  if (value.format > formatVersion)
    throw new ChainruleError(
      "INVALID_RUN",
      `The run "${dir}" has format ${value.format}; this Chainrule (${version}) reads formats up to ` +
        `${formatVersion}. Update Chainrule to read it.`,
      { dir, file: "run.json", format: value.format },
    );
  const bad = faultIn(manifestChecks, value);
  if (bad === undefined) return value as object as RunManifest;
  if (bad === "settings") throw wrong(`"settings" is missing`);
  throw wrong(`"${bad}" must be ${must[bad] ?? "a text"}; it is ${JSON.stringify(value[bad])}`);
}

/** In the metadata of the weights: which model.json they were saved with. */
export const modelKey = "chainrule.model.crc32";

export const modelChecksum = (model: Json): string =>
  crc32(new TextEncoder().encode(JSON.stringify(model)))
    .toString(16)
    .padStart(8, "0");
