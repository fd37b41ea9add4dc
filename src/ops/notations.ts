// How every op is written, exhaustive by type: beside the table of records, so that pages which explain nothing do not load it.
import type { ElementwiseOpName, Formula, Node, OpName } from "../ir/graph.ts";
import { activationsNotation } from "./activations.ts";
import { collectivesNotation } from "./all-reduce.ts";
import { arithmeticNotation } from "./arithmetic.ts";
import { attentionsNotation } from "./attention.ts";
import { castsNotation } from "./cast.ts";
import { comparisonsNotation } from "./comparison.ts";
import { convolutionsNotation } from "./convolution.ts";
import { sourcesNotation } from "./create.ts";
import { customNotation } from "./custom.ts";
import { exponentialsNotation } from "./exponential.ts";
import { gathersNotation } from "./gather.ts";
import { recordOf } from "./index.ts";
import { matmulNotation } from "./matmul.ts";
import { movementsNotation } from "./movement.ts";
import type { GroupNotation, Notation, Piece } from "./notation.ts";
import { poolingsNotation } from "./pooling.ts";
import { powersNotation } from "./power.ts";
import { drawsNotation } from "./random.ts";
import { reductionsNotation } from "./reduce.ts";
import { sketchNotation } from "./sketch.ts";
import { softmaxesNotation } from "./softmax.ts";
import { trigonometryNotation } from "./trigonometric.ts";

export const notations: { readonly [N in OpName]: Notation<N> } = {
  ...sourcesNotation,
  ...drawsNotation,
  ...arithmeticNotation,
  ...powersNotation,
  ...exponentialsNotation,
  ...trigonometryNotation,
  ...activationsNotation,
  ...comparisonsNotation,
  ...castsNotation,
  matmul: matmulNotation,
  ...reductionsNotation,
  ...softmaxesNotation,
  ...attentionsNotation,
  ...movementsNotation,
  ...gathersNotation,
  ...convolutionsNotation,
  ...poolingsNotation,
  custom: customNotation,
  sketch: sketchNotation,
  ...collectivesNotation,
};

/** An elementwise op on operands that are written already. */
export const write = (op: ElementwiseOpName, args: readonly Piece[], attributes: object): Piece =>
  notations[op].write(args, attributes as never);

/** How one element of an op that is not elementwise is written. */
export function groupNotationOf(op: OpName): GroupNotation<OpName> {
  const notation = notations[op];
  return "write" in notation ? { formula: notation.formula } : notation;
}

/** The formula of a node: its op's, or its own where a user defined it. */
export const formulaOf = ({ op, attributes }: Node): Formula =>
  recordOf({ op }).definition?.(attributes)?.formula ?? notations[op].formula;
