// Worked arithmetic: any number of a traced computation, its way to the loss and its gradient, with its own values.
import type { NodeId } from "../ir/graph.ts";
import { written } from "../ops/notation.ts";
import type { Explanation, FiniteDifference } from "./explanation.ts";
import { endsFrom, pathsFrom } from "./paths.ts";
import { Reading } from "./reading.ts";
import type { Element, ScalarGraph } from "./scalar-graph.ts";
import { Writer } from "./writer.ts";

export interface ExplainOptions {
  /** Paths that are written out. Default 3. */
  readonly paths?: number;
}

/** Explains elements of a graph whose one output is the loss. `names`: of nodes, the loss among them, by id; inputs have their own. */
export function explainer(scalars: ScalarGraph, names: ReadonlyMap<NodeId, string>) {
  const reading = new Reading(scalars, names.keys());
  const writer = new Writer(reading, names);
  return (element: Element, { paths: most = 3 }: ExplainOptions = {}): Explanation => {
    const { node, index } = element;
    const { shown, count, rest, exhaustive } = pathsFrom(reading, element, most);
    const { reached, ends } = count === 0 ? endsFrom(reading, element, most) : { reached: [], ends: [] };
    return {
      name: written(writer.name(element)),
      value: scalars.values[node]![index]!,
      loss: scalars.values[scalars.loss]![0]!,
      lossName: written(writer.name({ node: scalars.loss, index: 0 })),
      forward: writer.forward(element, [
        ...shown.flatMap(({ steps }) => steps),
        ...reached,
        ...ends.map(({ step }) => step),
      ]),
      paths: shown.map(({ steps, product }) => ({ factors: writer.factors(element, steps), product })),
      pathCount: count,
      rest,
      exhaustive,
      ends: ends.map(({ from, step }) => writer.factor(from, step)),
      gradient: scalars.gradients[node]?.[index] ?? 0,
      check: finiteDifference(scalars, element),
    };
  };
}

/** h: the power of ten that is nearest to ∛ε · |x|, where rounding and curvature cost a central difference about the same. */
function finiteDifference(scalars: ScalarGraph, { node, index }: Element): FiniteDifference {
  const x = scalars.values[node]![index]!;
  const step = 10 ** Math.round(Math.log10(Math.cbrt(Number.EPSILON) * Math.max(1, Math.abs(x))));
  const [high, low] = [x + step, x - step];
  const [above, below] = [scalars.lossWith(node, index, high), scalars.lossWith(node, index, low)];
  return { step, above, below, slope: (above - below) / (high - low) };
}
