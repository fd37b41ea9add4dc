// The checkpoints of a run: the last two snapshots of its training, and the index that names them with their hashes.
import { natural } from "../ir/checks.ts";
import { isRecord } from "../ir/json.ts";
import { invalidRun } from "./invalid-run.ts";

/** A snapshot that was saved whole. Its file's name is made from the step, never read from a file. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly epoch: number;
  /** Of its file. */
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes of events.jsonl up to it: later events are told again by a training that goes on from here. */
  readonly events: number;
}

/** The older one first. */
export interface CheckpointIndex {
  readonly checkpoints: readonly Checkpoint[];
}

export const checkpointFolder = "checkpoints";
export const indexFile = `${checkpointFolder}/index.json`;
export const checkpointFile = ({ step }: Pick<Checkpoint, "step">): string =>
  `${checkpointFolder}/step-${step}.safetensors`;

/** Throws INVALID_RUN. */
export function checkIndex(dir: string, value: unknown): CheckpointIndex {
  if (isRecord(value) && Array.isArray(value.checkpoints) && value.checkpoints.every(isCheckpoint))
    return value as object as CheckpointIndex;
  throw invalidRun(dir, indexFile, `"checkpoints" must be a list of { step, epoch, bytes, sha256, events }`);
}

const isCheckpoint = (value: unknown): boolean =>
  isRecord(value) &&
  [value.step, value.epoch, value.bytes, value.events].every(natural) &&
  /^[0-9a-f]{64}$/.test(String(value.sha256));

/** With a further one: the one before is kept beside it. */
export const withCheckpoint = ({ checkpoints }: CheckpointIndex, newest: Checkpoint): CheckpointIndex => ({
  checkpoints: [...checkpoints.filter(({ step }) => step !== newest.step).slice(-1), newest],
});

/** Of the files in the folder of checkpoints, those that the index does not name. */
export function outdated(names: readonly string[], { checkpoints }: CheckpointIndex): string[] {
  const kept = new Set(checkpoints.map(checkpointFile));
  return names
    .filter((name) => /^(?:epoch|step)-\d+\.safetensors$/.test(name))
    .map((name) => `${checkpointFolder}/${name}`)
    .filter((file) => !kept.has(file));
}
