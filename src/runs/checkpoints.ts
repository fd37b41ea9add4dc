// The checkpoints of a run: the best and the last one, and the index that names them.
import { isRecord } from "../ir/json.ts";
import { invalidRun, isNatural } from "./invalid-run.ts";

/** Epochs of the kept checkpoints. File names are made from these numbers, never read from a file. */
export interface CheckpointIndex {
  readonly best?: number;
  readonly last?: number;
}

export const checkpointFolder = "checkpoints";
export const indexFile = `${checkpointFolder}/index.json`;
export const checkpointFile = (epoch: number): string => `${checkpointFolder}/epoch-${epoch}.safetensors`;

/** Throws INVALID_RUN. */
export function checkIndex(dir: string, value: unknown): CheckpointIndex {
  const isEpoch = (epoch: unknown) => epoch === undefined || isNatural(epoch);
  if (!isRecord(value) || !isEpoch(value.best) || !isEpoch(value.last))
    throw invalidRun(dir, indexFile, `"best" and "last" must be epoch numbers`);
  return value;
}

/** Of the files in the folder of checkpoints, those that the index no longer names. */
export function outdated(names: readonly string[], { best, last }: CheckpointIndex): string[] {
  const kept = new Set([best, last].filter(isNatural).map(checkpointFile));
  return names
    .filter((name) => /^epoch-\d+\.safetensors$/.test(name))
    .map((name) => `${checkpointFolder}/${name}`)
    .filter((file) => !kept.has(file));
}
