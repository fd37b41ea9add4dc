// The list of optimizers. It loads no engine, so that names and defaults are at hand everywhere.
import { type Fail, make, type Options } from "../../ir/fields.ts";
import { namesOf, parseKindOf, recordNamed } from "../../ir/record-list.ts";
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
export const optimizerKinds = namesOf(optimizerRecords);

type OptimizerOf<R> = R extends OptimizerRecord<infer O> ? O : never;
/** Plain data: JSON, to be saved and read as it is. */
export type Optimizer = OptimizerOf<(typeof optimizerRecords)[OptimizerKind]>;

const list = optimizerRecords as Readonly<Record<string, OptimizerRecord<Optimizer>>>;

/** Throws INVALID_ARGUMENT for a kind that there is not. */
export const optimizerRecord = (kind: OptimizerKind): OptimizerRecord<Optimizer> =>
  recordNamed("optimizer", list, kind);

/** Optimizers with their defaults, by name. */
export const optimizers = Object.fromEntries(
  optimizerKinds.map((kind) => [kind, (options = {}) => make(optimizerRecord(kind), options)]),
) as { readonly [K in OptimizerKind]: (options?: Options<OptimizerSettings>) => Optimizer };

/** An optimizer from JSON, every field checked. */
export const parseOptimizer = (json: unknown, at: string, fail: Fail): Optimizer =>
  parseKindOf("an optimizer", list, json, at, fail);
