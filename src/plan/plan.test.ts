// Random programs: their plans are sound, and running them gives exactly what direct interpretation gives.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Backend } from "../backends/backend.ts";
import { interpret } from "../backends/reference/interpret.ts";
import { reference } from "../backends/reference/reference.ts";
import { wasm } from "../backends/wasm/wasm.ts";
import type { Value } from "../ir/builder.ts";
import type { FloatDType, TypedArray } from "../ir/dtype.ts";
import { printGraph } from "../ir/print.ts";
import { broadcastShapes, type Shape, sameShape, sizeOf, type TensorType } from "../ir/shape.ts";
import { Session } from "../run/session.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { checkPlan } from "./check-plan.ts";
import { makePlan } from "./make-plan.ts";
import type { Binding, Module, Program } from "./module.ts";
import { printPlan } from "./print.ts";

/** A choice of op and operands, as numbers to be read modulo what there is. */
type Choice = readonly [kind: number, a: number, b: number, c: number];

interface Network {
  readonly choices: readonly Choice[];
  readonly states: readonly number[];
  /** For each state: whether it is written, and with which value of its shape. */
  readonly next: readonly (readonly [writes: boolean, value: number])[];
  readonly outputs: readonly number[];
}

const shapes: readonly Shape[] = [[2, 3], [3], [3, 2], [2, 1], [], [6], [1, 3]];
const unaries = ["neg", "tanh", "relu", "abs", "sigmoid", "softplus", "square", "stopGradient"] as const;
const binaries = ["add", "sub", "mul", "maximum", "minimum"] as const;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length]!;
/** Half of the time one of the newest, so that graphs get deep. */
const pick = (values: readonly Value[], index: number): Value =>
  at(index % 2 === 0 ? values : values.slice(-5), index >> 1);

/** The first value from `index` on for which `fits` holds. */
const find = (values: readonly Value[], index: number, fits: (value: Value) => boolean): Value | undefined =>
  [pick(values, index), ...values.map((_, i) => at(values, index + i))].find(fits);

function grow(g: GraphBuilder, values: Value[], [kind, a, b, c]: Choice): Value | undefined {
  const x = pick(values, a);
  const rank = x.shape.length;
  const axis = rank === 0 ? 0 : c % rank;
  switch (kind) {
    case 0:
    case 1:
      return g.apply(at(unaries, c), [x], {});
    case 2:
    case 3:
    case 4: {
      const y = find(values, b, (v) => broadcastShapes(x.shape, v.shape) !== undefined)!;
      return g.apply(at(binaries, c), [x, y], {});
    }
    case 5:
      return g.apply(at(["add", "mul", "sub"] as const, c), [x, at([0, 1, 0.5, -2], b)], {});
    case 6:
      return rank === 0
        ? undefined
        : g.apply(at(["sum", "mean", "max"] as const, b), [x], { axes: [axis], keepDims: a % 2 === 0 });
    case 7:
      return g.reshape(x, at([[sizeOf(x.shape)], [1, sizeOf(x.shape)], [...x.shape, 1], [...x.shape].reverse()], b));
    case 8:
      return rank < 2 ? undefined : g.transpose(x, [...x.shape.keys()].reverse());
    case 9: {
      if (rank !== 2) return undefined;
      const inner = x.shape[1]!;
      const y = find(values, b, ({ shape }) => shape.length === 2 && (shape[0] === inner || shape[1] === inner));
      return y && (y.shape[0] === inner ? g.matmul(x, y) : g.matmul(x, g.transpose(y, [1, 0])));
    }
    case 10: {
      const y = find(values, b, (v) => sameShape(x.shape, v.shape))!;
      return g.where(g.greater(x, y), x, g.mul(y, 0.5));
    }
    case 11:
      return rank === 0 ? undefined : g.apply("softmax", [x], { axis });
    case 12:
      return rank === 0
        ? undefined
        : g.slice(
            x,
            x.shape.map((n, i) => (i === axis ? Math.min(1, n - 1) : 0)),
            x.shape,
          );
    case 13:
      return g.broadcast(x, [2, ...x.shape]);
    default:
      return g.full({ shape: at(shapes, b), dtype: x.dtype }, at([0, 1, -0.5], c));
  }
}

function moduleOf(network: Network, dtype: FloatDType): Module {
  const g = new GraphBuilder(dtype);
  const state: Record<string, TensorType> = {};
  const inputs: Binding[] = [];
  const values: Value[] = [];
  network.states.forEach((shape, i) => {
    state[`s${i}`] = { shape: at(shapes, shape), dtype };
    values.push(g.input(state[`s${i}`]!, `s${i}`));
    inputs.push({ state: `s${i}` });
  });
  for (const [i, shape] of shapes.slice(0, 3).entries()) {
    values.push(g.input({ shape, dtype }, `x${i}`));
    inputs.push({ name: `x${i}` });
  }
  for (const choice of network.choices) {
    const value = grow(g, values, choice);
    // Values stay small: the graphs are random, not large.
    if (value !== undefined && sizeOf(value.shape) <= 48) values.push(value);
  }
  const results: Value[] = [];
  const outputs: Binding[] = [];
  Object.entries(state).forEach(([name, { shape }], i) => {
    const [writes, index] = network.next[i % network.next.length]!;
    if (!writes) return;
    results.push(find(values, index, (v) => sameShape(v.shape, shape))!);
    outputs.push({ state: name });
  });
  network.outputs.forEach((index, i) => {
    // From the end, where the computed values are.
    results.push(values[values.length - 1 - (index % values.length)]!);
    outputs.push({ name: `y${i}` });
  });
  return { state, programs: { main: { graph: g.finish(results), inputs, outputs } } };
}

const index = fc.nat(1000);
const networks: fc.Arbitrary<Network> = fc.record({
  choices: fc.array(fc.tuple(fc.nat(14), index, index, index), { minLength: 1, maxLength: 40 }),
  states: fc.array(fc.constantFrom(0, 0, 0, 0, 1, 1, 4), { minLength: 1, maxLength: 4 }),
  next: fc.array(fc.tuple(fc.boolean(), index), { minLength: 1, maxLength: 4 }),
  outputs: fc.array(index, { maxLength: 4 }),
});

const startOf = (name: string, { shape, dtype }: TensorType): TypedArray => {
  const seed = name.charCodeAt(0) * 7 + name.charCodeAt(1) * 3;
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + i * 1.7));
  return dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data);
};

/** State and outputs after each of three runs, by the interpreter alone. */
function interpreted(module: Module): Record<string, TypedArray>[] {
  const { graph, inputs, outputs } = module.programs.main as Program;
  const state = Object.fromEntries(Object.entries(module.state).map(([name, type]) => [name, startOf(name, type)]));
  return [0, 1, 2].map(() => {
    const values = inputs.map((binding, i) =>
      "state" in binding ? state[binding.state]! : startOf(binding.name, graph.nodes[graph.inputs[i]!]!),
    );
    const results = interpret(graph, values).map((data) => data.slice());
    const named: Record<string, TypedArray> = {};
    outputs.forEach((binding, i) => {
      if ("state" in binding) state[binding.state] = results[i]!;
      else named[binding.name] = results[i]!;
    });
    return { ...state, ...named };
  });
}

function planned(module: Module, backend: Backend): Record<string, TypedArray>[] {
  const session = new Session(module, backend);
  const { graph, inputs, outputs } = module.programs.main as Program;
  for (const [name, type] of Object.entries(module.state)) session.write(name, startOf(name, type));
  const given = inputs.flatMap((binding, i) =>
    "state" in binding ? [] : [[binding.name, startOf(binding.name, graph.nodes[graph.inputs[i]!]!)] as const],
  );
  return [0, 1, 2].map(() => {
    session.run("main", 1, Object.fromEntries(given));
    const named = outputs.flatMap((b) => ("state" in b ? [] : [[b.name, session.output("main", b.name)] as const]));
    const state = Object.keys(module.state).map((name) => [name, session.read(name)] as const);
    return Object.fromEntries([...state, ...named]);
  });
}

const describeModule = (module: Module): string => {
  const { graph, outputs } = module.programs.main as Program;
  return `${printGraph(graph)} as ${JSON.stringify(outputs)}\n${printPlan(makePlan(module, reference))}`;
};

function expectSame(
  actual: Record<string, TypedArray>[],
  expected: Record<string, TypedArray>[],
  same: (a: number, b: number, largest: number) => boolean,
  module: Module,
): void {
  expected.forEach((values, run) => {
    for (const [name, data] of Object.entries(values)) {
      const other = actual[run]![name]!;
      const largest = Math.max(1, ...Array.from(data, Math.abs));
      const ok = other.length === data.length && Array.from(data).every((value, i) => same(other[i]!, value, largest));
      if (!ok) expect.fail(`run ${run}, ${name} is [${other}], not [${data}]\n${describeModule(module)}`);
    }
  });
}

describe("random programs", () => {
  it("have sound plans that compute exactly what the interpreter computes", () => {
    fc.assert(
      fc.property(networks, (network) => {
        const module = moduleOf(network, "float64");
        const faults = checkPlan(makePlan(module, reference), reference.bytesPerElement);
        if (faults.length > 0) expect.fail(`${faults.join("\n")}\n${describeModule(module)}`);
        expectSame(planned(module, reference), interpreted(module), (a, b) => a === b || Object.is(a, b), module);
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  it("compute the same on the machine, but for rounding", () => {
    fc.assert(
      fc.property(networks, (network) => {
        // A single run: what rounding does to iterated maps has no bound.
        const module = moduleOf(network, "float32");
        const close = (a: number, b: number, largest: number) =>
          a === b || Math.abs(a - b) <= 1e-3 * largest || !(largest < 1e4);
        expectSame(planned(module, wasm).slice(0, 1), interpreted(module).slice(0, 1), close, module);
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});
