// The table of ops: the only list there is, exhaustive by type.
import type { OpName } from "../ir/graph.ts";
import type { OpRecord, OpTable } from "../ir/op.ts";
import { activations } from "./activations.ts";
import { collectives } from "./all-reduce.ts";
import { arithmetic } from "./arithmetic.ts";
import { attentions } from "./attention.ts";
import { casts } from "./cast.ts";
import { comparisons } from "./comparison.ts";
import { convolutions } from "./convolution.ts";
import { sources } from "./create.ts";
import { custom } from "./custom.ts";
import { exponentials } from "./exponential.ts";
import { gathers } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { movements } from "./movement.ts";
import { poolings } from "./pooling.ts";
import { powers } from "./power.ts";
import { draws } from "./random.ts";
import { reductions } from "./reduce.ts";
import { sketch } from "./sketch.ts";
import { softmaxes } from "./softmax.ts";
import { trigonometry } from "./trigonometric.ts";

export const ops: OpTable = {
  ...sources,
  ...draws,
  ...arithmetic,
  ...powers,
  ...exponentials,
  ...trigonometry,
  ...activations,
  ...comparisons,
  ...casts,
  matmul,
  ...reductions,
  ...softmaxes,
  ...attentions,
  ...movements,
  ...gathers,
  ...convolutions,
  ...poolings,
  custom,
  sketch,
  ...collectives,
};

const byName: { readonly [N in OpName]: OpRecord<N> } = ops;

/** The record of an op, or of a node's. */
export function recordOf<N extends OpName>(of: N | { readonly op: N }): OpRecord<N> {
  return byName[typeof of === "string" ? of : of.op];
}

/** All records, in the table's order. */
export const records: readonly OpRecord[] = Object.values(byName);
