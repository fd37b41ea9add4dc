// The list of optimizers. It loads no engine, so that names and defaults are at hand everywhere.
import { excerpt, type Fail, make, noSuch, type Options, parse } from "../../ir/fields.ts";
import { isRecord } from "../../ir/json.ts";
import type { OptimizerRecord, OptimizerSettings } from "../record.ts";
import { adagradRecord } from "./adagrad.ts";
import { adamRecord } from "./adam.ts";
import { adamwRecord } from "./adamw.ts";
import { rmspropRecord } from "./rmsprop.ts";
import { sgdRecord } from "./sgd.ts";

export { type Adagrad, adagrad } from "./adagrad.ts";
export { type Adam, adam } from "./adam.ts";
export { type AdamW, adamw } from "./adamw.ts";
export { type Rmsprop, rmsprop } from "./rmsprop.ts";
export { type Sgd, sgd } from "./sgd.ts";

/** The first one is the default for tables. */
export const optimizerRecords = {
  adamw: adamwRecord,
  adam: adamRecord,
  sgd: sgdRecord,
  rmsprop: rmspropRecord,
  adagrad: adagradRecord,
};

export type OptimizerKind = keyof typeof optimizerRecords;
export const optimizerKinds = Object.keys(optimizerRecords) as OptimizerKind[];

type OptimizerOf<R> = R extends OptimizerRecord<infer O> ? O : never;
/** Plain data: JSON, to be saved and read as it is. */
export type Optimizer = OptimizerOf<(typeof optimizerRecords)[OptimizerKind]>;

/** Throws INVALID_ARGUMENT for a kind that there is not. */
export function optimizerRecord(kind: OptimizerKind): OptimizerRecord<Optimizer> {
  if (Object.hasOwn(optimizerRecords, kind)) return optimizerRecords[kind] as OptimizerRecord<Optimizer>;
  throw noSuch("optimizer", kind, optimizerKinds);
}

/** Optimizers with their defaults, by name. */
export const optimizers = Object.fromEntries(
  optimizerKinds.map((kind) => [kind, (options = {}) => make(optimizerRecord(kind), options)]),
) as { readonly [K in OptimizerKind]: (options?: Options<OptimizerSettings>) => Optimizer };

/** An optimizer from JSON, every field checked. */
export function parseOptimizer(json: unknown, at: string, fail: Fail): Optimizer {
  const kind = isRecord(json) ? optimizerKinds.find((known) => known === json.kind) : undefined;
  if (isRecord(json) && kind !== undefined) return parse(optimizerRecord(kind), json, at, fail);
  throw fail(`${at} must be an optimizer, of a kind from ${optimizerKinds.join(", ")}; it is ${excerpt(json)}`);
}
