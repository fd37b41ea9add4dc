// How gradients pass rules where numbers end: 0 from what was not chosen, or from where an op is flat, stays 0.
import type { Builder, Value } from "../ir/builder.ts";
import type { Node } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { reducedShape, type Shape, sameShape } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";

/**
 * `counts` is a bool of dx's shape: where it is false, dx is 0, as `where` has not chosen what it belongs to; absent: dx counts
 * everywhere. `steep`: dx came through an op whose derivative may be infinite.
 */
export interface Gradient {
  readonly dx: Value;
  readonly counts?: Value | undefined;
  readonly steep?: boolean | undefined;
}

const expand = (g: Builder, x: Value, shape: Shape): Value => (sameShape(x.shape, shape) ? x : g.broadcast(x, shape));

export const added = (g: Builder, a: Gradient, b: Gradient): Gradient => ({
  dx: g.add(a.dx, b.dx),
  counts: a.counts && b.counts && (a.counts === b.counts ? a.counts : g.where(a.counts, a.counts, b.counts)),
  steep: a.steep || b.steep,
});

/** The gradient by operand `i` of a node, `dx` by its rule, from that by the node itself. */
export function throughRule(
  g: Builder,
  node: Node,
  inputs: readonly Value[],
  i: number,
  dx: Value,
  { counts, steep }: Gradient,
): Gradient {
  const record = recordOf(node);
  const flat = steep && record.flat?.(inputs, node.attributes, g);
  return {
    ...throughChoice(g, node, inputs, i, flat ? g.where(flat, 0, dx) : dx, counts),
    steep: record.steep || (steep && !flat),
  };
}

/**
 * dx, 0 where it does not count, and where it counts, from where the node's own gradient does. Where that is not, it is 0, and 0
 * times a derivative would be NaN where that is infinite. Ops that are neither element by element nor reductions nor movements
 * mix what counts with what does not: behind them all counts.
 */
function throughChoice(
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
