// Where gradients count: not in what `where` did not choose, whatever the derivatives are there.
import type { Builder, Value } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { reducedShape, type Shape, sameShape } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";

/** `counts` is a bool of dx's shape: where it is false, dx is 0. Absent: dx counts everywhere. */
export interface Gradient {
  readonly dx: Value;
  readonly counts?: Value | undefined;
}

const expand = (g: Builder, x: Value, shape: Shape): Value => (sameShape(x.shape, shape) ? x : g.broadcast(x, shape));

export const added = (g: Builder, a: Gradient, b: Gradient): Gradient => ({
  dx: g.add(a.dx, b.dx),
  counts: a.counts && b.counts && (a.counts === b.counts ? a.counts : g.where(a.counts, a.counts, b.counts)),
});

/**
 * The gradient by operand `i` of a node, dx by its rule, where that of the node itself counts where `counts` says. Only 0
 * flows to where it does not, and 0 times a derivative would be NaN where that is not finite: there dx is set to 0. Ops that are
 * neither element by element nor reductions nor movements mix what counts with what does not: behind them all counts.
 */
export function throughRule(
  g: Builder,
  node: Node,
  inputs: readonly Value[],
  i: number,
  dx: Value,
  counts: Value | undefined,
): Gradient {
  const record = recordOf(node);
  const chosen = record.chosen?.(i, inputs, g);
  if (chosen) return { dx, counts: expand(g, counts ? g.where(counts, chosen, counts) : chosen, node.shape) };
  if (counts === undefined) return { dx };
  // A rule that saves nothing has the same derivative everywhere, as sums and movements have.
  const isLinear = record.saves === "nothing";
  if (isElementwise(record)) return { dx: isLinear ? dx : g.where(counts, dx, 0), counts };
  if (isLinear && record.gradient !== "none") {
    const dy = g.cast(counts, dx.dtype);
    const reached = record.gradient({ dy, inputs, y: node, attributes: node.attributes }, g)[i]!;
    return { dx, counts: g.greater(reached, 0) };
  }
  const axes = record.reduces?.(node.attributes);
  if (axes === undefined) return { dx };
  const kept = g.reshape(counts, reducedShape(inputs[i]!.shape, axes, true));
  return { dx: g.where(kept, dx, 0), counts: expand(g, kept, dx.shape) };
}
