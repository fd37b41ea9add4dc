// One optimizer's update of one number, written out from the graph of the update itself.
import type { Graph, NodeId } from "../ir/graph.ts";
import {
  atom,
  constant,
  multiply,
  nameTex,
  number,
  type Piece,
  subscript,
  type Written,
  written,
} from "../ops/notation.ts";
import type { Optimizer } from "../optim/optimizers/index.ts";
import { type OptimizerState, updateOptimizer } from "../optim/update.ts";
import { simplify } from "../plan/simplify.ts";
import { evaluate } from "../trace/evaluator.ts";
import type { Tensor } from "../trace/tensor.ts";
import { trace } from "../trace/trace.ts";
import type { Equation, ExplainedUpdate } from "./explanation.ts";
import { expression } from "./expression.ts";

export interface UpdateOf {
  readonly name: Written;
  readonly value: number;
  /** ∂loss/∂name, and what it is. */
  readonly slope: Written;
  readonly gradient: number;
  /** What clipping multiplies it by. */
  readonly clip?: number;
  /** The optimizer's state of this number, by slot: { mean, square }. */
  readonly state: Readonly<Record<string, number>>;
  /** Updates done before. */
  readonly step: number;
  readonly learningRate: number;
}

/** Longer names are given a short one. */
const longName = 8;

/** The gradient, corrections, the next state and the next value, in the order of computation. */
export function explainUpdate(optimizer: Optimizer, of: UpdateOf): ExplainedUpdate {
  const { step, learningRate, clip = 1 } = of;
  const slots = Object.keys(of.state);
  const scalar = { shape: [], dtype: "float64" } as const;
  const names = ["value", "gradient", "η", ...slots];
  const types = [...names.map((name) => ({ ...scalar, name })), { shape: [], dtype: "int32", name: "step" } as const];
  const { graph } = trace(
    types,
    ([p, g, rate, ...more]) => {
      const state: OptimizerState = Object.fromEntries(slots.map((slot, i) => [slot, { p: more[i]! }]));
      const context = { step: more.at(-1)!, learningRate: rate! };
      const next = updateOptimizer(optimizer, { p: p! }, { p: g! }, state, context);
      return [...slots.map((slot) => (next.state[slot] as { p: Tensor }).p), next.parameters.p];
    },
    "float64",
  );
  const simple = simplify(graph);
  const g = clip * of.gradient;
  const inputs = [of.value, g, learningRate, ...slots.map((slot) => of.state[slot]!), step];
  const values = evaluate(
    { ...simple, outputs: simple.nodes.map(({ id }) => id) },
    inputs.map((value) => Float64Array.of(value)),
  ).map((data) => data[0]!);

  const isLong = of.name.text.length > longName;
  const own: Piece = isLong ? atom("θ", "\\theta") : { ...of.name, rank: 4 };
  const named = new Map<NodeId, Piece>();
  const pieces = [
    own,
    atom("g"),
    atom("η", "\\eta"),
    ...slots.map((slot) => atom(slot, nameTex(slot))),
    atom("step", "\\mathrm{step}"),
  ];
  simple.inputs.forEach((id, i) => {
    named.set(id, pieces[i]!);
  });
  const by = (piece: Piece): Piece => multiply(constant(clip), piece);
  const equations: Equation[] = [
    ...(isLong ? [{ left: written(own), symbols: written(of.name), value: of.value }] : []),
    {
      left: { text: "g", tex: "g" },
      symbols: written(by({ ...of.slope, rank: 4 })),
      ...(clip !== 1 && { numbers: written(by(number(of.gradient))) }),
      value: g,
    },
    {
      left: { text: "η", tex: "\\eta" },
      symbols: { text: "learning rate", tex: "\\text{learning rate}" },
      value: learningRate,
    },
  ];
  const work = (name: Piece, id: NodeId): void => {
    const put = (leaf: (id: NodeId) => Piece | undefined) =>
      written(expression(simple, id, (at) => (at === id ? undefined : leaf(at))));
    equations.push({
      left: written(name),
      symbols: put((at) => named.get(at)),
      numbers: put((at) => (named.has(at) ? number(values[at]!) : undefined)),
      value: values[id]!,
    });
    named.set(id, name);
  };
  ofStepAlone(simple).forEach((id, i) => {
    work(atom(`c${subscript(i + 1)}`, `c_${i + 1}`), id);
  });
  simple.outputs.forEach((id, i) => {
    const name = pieces[i < slots.length ? i + 3 : 0]!;
    work({ text: `${name.text}′`, tex: `${name.tex}'`, rank: 4 }, id);
  });
  return { optimizer, step, learningRate, equations };
}

/** What is computed from the last input alone, the number of updates, and goes into what is not. */
function ofStepAlone({ nodes, inputs }: Graph): NodeId[] {
  const varies = nodes.map(({ id }) => inputs.includes(id));
  const apart = nodes.map(({ id }) => inputs.includes(id) && id !== inputs.at(-1));
  const found = new Set<NodeId>();
  for (const { id, inputs: from } of nodes) {
    varies[id] ||= from.some((input) => varies[input]);
    apart[id] ||= from.some((input) => apart[input]);
    if (!apart[id]) continue;
    for (const input of from) if (varies[input] && !apart[input]) found.add(input);
  }
  return [...found].sort((a, b) => a - b);
}
