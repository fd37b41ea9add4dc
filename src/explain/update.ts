// One optimizer's update of one number, written out from the graph of the update itself.
import type { NodeId } from "../ir/graph.ts";
import { type Optimizer, type OptimizerState, updateOptimizer } from "../optim/optimizers.ts";
import { simplify } from "../plan/simplify.ts";
import { tensor } from "../trace/create.ts";
import { evaluate } from "../trace/evaluator.ts";
import type { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import type { Equation } from "./explain.ts";
import { expression } from "./expression.ts";
import { atom, number, type Piece, written } from "./notation.ts";

export interface UpdateOf {
  /** As it is written: w[0]. */
  readonly name: Piece;
  readonly value: number;
  /** How the gradient is written, and what it is, clipped where the training clips. */
  readonly slope: Piece;
  readonly gradient: number;
  /** The optimizer's state of this number, by slot: { mean, square }. */
  readonly state: Readonly<Record<string, number>>;
  /** Updates done before. */
  readonly step: number;
  readonly learningRate: number;
}

/** Equations of the next state and of the next value, in the order of computation. */
export function explainUpdate(optimizer: Optimizer, of: UpdateOf): Equation[] {
  const slots = Object.keys(of.state);
  const type = { shape: [], dtype: "float64" } as const;
  const types = ["value", "gradient", ...slots].map((name) => ({ ...type, name }));
  const { graph } = trace(
    types,
    ([p, g, ...state]) => {
      const context = {
        step: tensor(Int32Array.of(of.step), { shape: [] }),
        learningRate: tensor(of.learningRate),
      };
      const given: OptimizerState = Object.fromEntries(slots.map((slot, i) => [slot, { p: state[i]! }]));
      const next = updateOptimizer(optimizer, { p: p! }, { p: g! }, given, context);
      return [...slots.map((slot) => (next.state[slot] as { p: Tensor }).p), next.parameters.p];
    },
    "float64",
  );
  const inputs = [of.value, of.gradient, ...slots.map((slot) => of.state[slot]!)].map((v) => Float64Array.of(v));
  const simple = simplify(graph);
  const values = evaluate({ ...simple, outputs: simple.nodes.map(({ id }) => id) }, inputs).map((data) => data[0]!);
  const next = (name: Piece): Piece => ({ text: `${name.text}′`, tex: `${name.tex}'`, rank: 4 });
  const named = new Map<NodeId, Piece>();
  [of.name, of.slope, ...slots.map((slot) => atom(slot, `\\mathrm{${slot}}`))].forEach((name, i) => {
    named.set(simple.inputs[i]!, name);
  });
  return simple.outputs.map((output, i) => {
    const name = next(i < slots.length ? atom(slots[i]!, `\\mathrm{${slots[i]}}`) : of.name);
    const equation: Equation = {
      left: written(name),
      symbols: written(expression(simple, output, (id) => (id === output ? undefined : named.get(id)), values)),
      numbers: written(
        expression(simple, output, (id) => (id !== output && named.has(id) ? number(values[id]!) : undefined), values),
      ),
      value: values[output]!,
    };
    named.set(output, name);
    return equation;
  });
}
