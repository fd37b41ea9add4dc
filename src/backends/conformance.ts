// What every backend must do, as a list of checks: each op at all its cases and sizes, and what plans make of ops.
// A backend's test runs them all; the reference interpreter says what is right.
import { convert, type DType, isFloat, type TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Graph, OpName } from "../ir/graph.ts";
import { isElementwise, type OpRecord } from "../ir/op.ts";
import { formatShape, formatType, type Shape, sizeOf, type TensorType } from "../ir/shape.ts";
import { type Case, cases } from "../ops/cases.ts";
import { records } from "../ops/index.ts";
import { domainOf, generator, isContinuous, sampleInputs } from "../ops/sample.ts";
import { makePlan } from "../plan/make-plan.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import type { Backend } from "./backend.ts";
import { interpret } from "./reference/interpret.ts";

export interface ConformanceCheck {
  readonly op: OpName | "plan";
  readonly name: string;
  /** Throws where the backend is wrong. "unsupported" with its reason where it says so by name. */
  run(backend: Backend, tolerance: number): { readonly unsupported?: string };
}

/** Odd sizes: below, at and beyond vectors, blocks and chunks. */
const sizes = [0, 1, 3, 5, 17, 64, 257, 1031];

/** Operands' shapes for elementwise ops of each arity. */
const forms: Record<number, readonly (readonly Shape[])[]> = {
  1: [...sizes.map((n) => [[n]]), [[]], [[0, 3]], [[3, 7, 5]]],
  2: [
    ...sizes.map((n) => [[n], [n]]),
    ...[
      [[], []],
      [[5, 17], []],
      [[], [5, 17]],
      [[5, 17], [17]],
      [[17], [5, 17]],
      [
        [257, 1],
        [1, 5],
      ],
    ],
    ...[
      [
        [1, 5],
        [257, 1],
      ],
      [
        [3, 5],
        [4, 3, 5],
      ],
      [
        [4, 3, 5],
        [3, 5],
      ],
      [
        [4, 1, 5],
        [3, 1],
      ],
      [[0, 3], [3]],
      [
        [2, 0],
        [2, 1],
      ],
    ],
    ...[
      [
        [2, 1, 3, 1],
        [5, 1, 7],
      ],
      [
        [1031, 1],
        [1031, 3],
      ],
    ],
  ],
  3: [
    ...sizes.map((n) => [[n], [n], [n]]),
    ...[
      [[5, 17], [], [17]],
      [[], [5, 17], [5, 1]],
      [[17], [5, 1], [5, 17]],
      [[4, 3, 5], [5], [3, 1]],
      [[0], [], [0]],
    ],
  ],
};

/** Shapes for ops along the last or first axis at every size, made from their attributes by name. */
function sizedCases(record: OpRecord): Case<OpName>[] {
  const reduction = cases[record.name].find(({ attributes }) => "axes" in attributes);
  const along = cases[record.name].find(({ attributes }) => "axis" in attributes && record.arity === 1);
  const template = reduction ?? along;
  if (template !== undefined) {
    return sizes.flatMap((n) =>
      [0, 1].map((axis) => ({
        shapes: [axis === 0 ? [n, 3] : [3, n]],
        attributes: { ...template.attributes, ...(reduction ? { axes: [axis], keepDims: false } : { axis }) } as never,
      })),
    );
  }
  if (cases[record.name].some(({ attributes }) => "transposeX" in attributes)) {
    return sizes
      .flatMap((n) =>
        [false, true].flatMap((transposeX) =>
          [false, true].map((transposeY) => ({
            shapes: [transposeX ? [n, 5] : [5, n], transposeY ? [17, n] : [n, 17]],
            attributes: { transposeX, transposeY } as never,
          })),
        ),
      )
      .concat(
        sizes.flatMap((n) => [
          {
            shapes: [
              [n, 17],
              [17, 3],
            ],
            attributes: { transposeX: false, transposeY: false } as never,
          },
          {
            shapes: [
              [3, 17],
              [17, n],
            ],
            attributes: { transposeX: false, transposeY: false } as never,
          },
        ]),
      );
  }
  return [];
}

const configurationsOf = (record: OpRecord): readonly Case<OpName>[] =>
  isElementwise(record as never)
    ? cases[record.name].flatMap(({ attributes }) =>
        forms[record.arity as number]!.map((shapes) => ({ shapes, attributes })),
      )
    : [...cases[record.name], ...sizedCases(record)];

/** Attributes whose element types are the backend's float. */
function attributesFor(attributes: object, float: DType): object {
  const copy: Record<string, unknown> = { ...attributes };
  if (typeof copy.dtype === "string" && isFloat(copy.dtype as DType)) copy.dtype = float;
  if (ArrayBuffer.isView(copy.data)) copy.data = convert(copy.data as TypedArray, copy.dtype as DType);
  return copy;
}

/** Runs a graph as a plan of one program, `times` times; the last run's outputs. */
function planned(backend: Backend, graph: Graph, inputs: readonly TypedArray[], times = 1): TypedArray[] {
  const names = inputs.map((_, i) => `x${i}`);
  const program = {
    graph,
    inputs: names.map((name) => ({ name })),
    outputs: graph.outputs.map((_, i) => ({ name: `y${i}` })),
  };
  const plan = makePlan({ state: {}, programs: { main: program } }, backend);
  const machine = backend.load(plan);
  try {
    names.forEach((name, i) => {
      machine.write(plan.programs.main!.inputs[name]!, inputs[i]!);
    });
    machine.run("main", times);
    return program.outputs.map(({ name }) => machine.read(plan.programs.main!.outputs[name]!));
  } finally {
    machine.dispose();
  }
}

/** The same graph with float64 in the place of the backend's float: what the interpreter computes exactly. */
function inFloat64({ nodes, inputs, outputs }: Graph): Graph {
  const wide = (dtype: DType): DType => (isFloat(dtype) ? "float64" : dtype);
  return {
    nodes: nodes.map(
      (node) =>
        ({ ...node, dtype: wide(node.dtype), attributes: attributesFor(node.attributes, "float64") }) as typeof node,
    ),
    inputs,
    outputs,
  };
}

interface Comparison {
  readonly tolerance: number;
  /** Errors are relative to a value, or to this where the value is smaller: the rounding of what it was made of. */
  readonly floor: number;
}

function compare(actual: TypedArray, expected: TypedArray, { tolerance, floor }: Comparison, what: string): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} elements, not ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    const error = Math.abs(a - e) / Math.max(Math.abs(e), floor);
    if (!(error <= tolerance)) throw new Error(`${what}[${i}] is ${a}, not ${e}: off by ${error}`);
  }
}

/** Ops of which both sides must give the same bits, wherever the inputs are the same. */
const exactOps: ReadonlySet<OpName> = new Set<OpName>([
  ...(["randomUniform", "iota", "constant", "reshape", "transpose", "broadcast", "slice", "pad", "concat"] as const),
  ...(["gather", "neg", "abs", "sign", "floor", "relu", "maximum", "minimum", "max", "min", "argmax"] as const),
  ...(["where", "equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "isFinite"] as const),
  ...(["stopGradient", "cast", "maxPool2d", "maxPool2dGather"] as const),
]);

function checkGraph(
  backend: Backend,
  tolerance: number,
  graph: Graph,
  inputs: readonly TypedArray[],
  exact: boolean,
  times = 1,
): { readonly unsupported?: string } {
  // Both sides start from the numbers that the backend can hold.
  const expected = interpret(
    inFloat64(graph),
    inputs.map((data, i) => {
      const { dtype } = graph.nodes[graph.inputs[i]!]!;
      return isFloat(dtype) ? convert(data, "float64") : data;
    }),
  );
  let actual: TypedArray[];
  try {
    actual = planned(backend, graph, inputs, times);
  } catch (error) {
    if (error instanceof ChainruleError && error.code === "UNSUPPORTED_BY_BACKEND")
      return { unsupported: error.message };
    throw error;
  }
  const magnitude = inputs.reduce((most, data) => Math.max(most, ...largestOf(data)), 0);
  expected.forEach((values, i) => {
    const { dtype } = graph.nodes[graph.outputs[i]!]!;
    const largest = Math.max(0, ...largestOf(values));
    const floor = Math.max(largest, magnitude) / 20;
    compare(actual[i]!, values, { tolerance: exact || !isFloat(dtype) ? 0 : tolerance, floor }, `output ${i}`);
  });
  return {};
}

function largestOf(data: TypedArray): number[] {
  let largest = 0;
  for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return [largest];
}

function typesOf(record: OpRecord, { shapes }: Case<OpName>, float: DType): TensorType[] {
  return shapes.map((shape, i) => {
    const domain = domainOf(record, i);
    return { shape, dtype: isContinuous(domain) ? float : domain === "bool" ? "bool" : "int32" };
  });
}

const accepts = (record: OpRecord, types: readonly TensorType[], attributes: object): boolean => {
  try {
    record.infer(types, attributes as never);
    return true;
  } catch {
    return false;
  }
};

/** One check an op and configuration, for floats; and for int32 and bool operands where the op takes them. */
function opChecks(record: OpRecord): ConformanceCheck[] {
  return configurationsOf(record).flatMap((configuration) => {
    const variants: readonly (DType | "float")[] = ["float", "int32", "bool"];
    return variants.flatMap((variant): ConformanceCheck[] => {
      const typed = (float: DType): TensorType[] =>
        typesOf(record, configuration, float).map((type, i) =>
          variant === "float" || !isContinuous(domainOf(record, i)) ? type : { ...type, dtype: variant },
        );
      if (
        variant !== "float" &&
        typed("float32").every(({ dtype }, i) => dtype === typesOf(record, configuration, "float32")[i]!.dtype)
      )
        return [];
      if (!accepts(record, typed("float64"), attributesFor(configuration.attributes, "float64"))) return [];
      const { data: _, ...shown } = configuration.attributes as { data?: unknown };
      return [
        {
          op: record.name,
          name: `${configuration.shapes.map(formatShape).join(", ")} ${variant} ${JSON.stringify(shown)}`,
          run(backend, tolerance) {
            const types = typed(backend.float);
            const g = new GraphBuilder(backend.float);
            const values = types.map((type, i) => g.input(type, `x${i}`));
            const y = g.apply(record.name, values, attributesFor(configuration.attributes, backend.float) as never);
            const spread = variant === "int32" ? 4 : 1;
            const samples = sampleInputs(
              record,
              types.map(({ shape }, i) => ({
                shape,
                dtype: isContinuous(domainOf(record, i)) ? "float64" : types[i]!.dtype,
              })),
              generator(3),
            );
            const inputs = samples.map((data, i) =>
              isContinuous(domainOf(record, i))
                ? convert(
                    data.map((v) => v * spread),
                    types[i]!.dtype,
                  )
                : data,
            );
            return checkGraph(backend, tolerance, g.finish([y]), inputs, exactOps.has(record.name));
          },
        },
      ];
    });
  });
}

const random = (seed: number, length: number, dtype: DType, scale = 1): TypedArray => {
  const next = generator(seed);
  return convert(
    Float64Array.from({ length }, () => (next() * 2 - 1) * scale),
    dtype,
  );
};

const planCheck = (name: string, run: ConformanceCheck["run"]): ConformanceCheck => ({ op: "plan", name, run });

/** What plans make of ops: chains with several outputs, states, several programs, many runs, errors. */
const planChecks: readonly ConformanceCheck[] = [
  ...sizes.map((n) =>
    planCheck(`a fused chain over [3, ${n}] with five outputs`, (backend, tolerance) => {
      const g = new GraphBuilder(backend.float);
      const dtype = backend.float;
      const x = g.input({ shape: [3, n], dtype }, "x");
      const row = g.input({ shape: [n], dtype }, "row");
      const column = g.input({ shape: [3, 1], dtype }, "column");
      const a = g.add(g.mul(x, row), column);
      const b = g.tanh(a);
      const c = g.where(g.greater(b, 0), a, g.mul(a, 0.1));
      const d = g.cast(g.less(c, b), "int32");
      const e = g.mul(g.sub(c, x), g.cast(g.equal(d, 1), dtype));
      const inputs = [random(1, 3 * n, dtype), random(2, n, dtype), random(3, 3, dtype)];
      return checkGraph(backend, tolerance, g.finish([a, b, c, d, e]), inputs, false, 3);
    }),
  ),
  planCheck("a chain longer than one fused kernel, all of its values kept", (backend, tolerance) => {
    const g = new GraphBuilder(backend.float);
    let x = g.input({ shape: [257], dtype: backend.float }, "x");
    const kept = Array.from({ length: 40 }, (_, i) => (x = i % 2 === 0 ? g.sin(x) : g.add(x, 0.25)));
    return checkGraph(backend, tolerance, g.finish(kept), [random(4, 257, backend.float)], false);
  }),
  planCheck("states: momentum, a counter, two that change places, over a thousand steps", (backend, tolerance) => {
    const dtype = backend.float;
    const n = 37;
    const state = {
      w: { shape: [n], dtype },
      v: { shape: [n], dtype },
      step: { shape: [], dtype: "int32" as const },
      a: { shape: [3], dtype },
      b: { shape: [3], dtype },
    };
    const g = new GraphBuilder(dtype);
    const [w, v, step, a, b] = Object.entries(state).map(([name, type]) => g.input(type, name)) as [
      never,
      never,
      never,
      never,
      never,
    ];
    const velocity = g.add(g.mul(v, 0.9), g.sin(w));
    const next = g.sub(w, g.mul(velocity, 0.01));
    const outputs = [next, velocity, g.add(step, 1), b, a, g.sum(next, [0], false), w];
    const graph = g.finish(outputs);
    const names = Object.keys(state);
    const bindings = names.map((name) => ({ state: name }));
    const program = { graph, inputs: bindings, outputs: [...bindings, { name: "total" }, { name: "before" }] };
    const plan = makePlan({ state, programs: { step: program } }, backend);
    const machine = backend.load(plan);
    const values: Record<string, TypedArray> = {
      w: random(5, n, dtype),
      v: random(6, n, dtype),
      step: Int32Array.of(2 ** 31 - 500),
      a: random(7, 3, dtype),
      b: random(8, 3, dtype),
    };
    for (const [name, data] of Object.entries(values)) machine.write(plan.states[name]!, data);
    machine.run("step", 999);
    let exact = names.map((name) => (name === "step" ? values[name]! : convert(values[name]!, "float64")));
    let results: TypedArray[] = [];
    for (let i = 0; i < 999; i++) {
      results = interpret(inFloat64(graph), exact);
      exact = results.slice(0, names.length).map((data) => data.slice());
    }
    // Errors of a thousand steps add up.
    const comparison = { tolerance: tolerance * 30, floor: 0.1 };
    names.forEach((name, i) => {
      const strict = name === "step" || name === "a" || name === "b";
      compare(machine.read(plan.states[name]!), exact[i]!, strict ? { tolerance: 0, floor: 1 } : comparison, name);
    });
    compare(machine.read(plan.programs.step!.outputs.total!), results[5]!, comparison, "total");
    compare(machine.read(plan.programs.step!.outputs.before!), results[6]!, comparison, "before");
    machine.dispose();
    return {};
  }),
  planCheck("several programs share their states and not their scratch", (backend) => {
    const dtype = backend.float;
    const shape = [5];
    const build = (factor: number) => {
      const g = new GraphBuilder(dtype);
      const s = g.input({ shape, dtype }, "s");
      return {
        graph: g.finish([g.mul(g.sum(g.broadcast(s, [3, 5]), [0], false), factor)]),
        inputs: [{ state: "s" }],
        outputs: [{ state: "s" }],
      };
    };
    const plan = makePlan({ state: { s: { shape, dtype } }, programs: { up: build(1), down: build(0.25) } }, backend);
    const machine = backend.load(plan);
    machine.write(plan.states.s!, convert(Float64Array.of(1, 2, 3, 4, 5), dtype));
    machine.run("up", 2);
    machine.run("down", 1);
    machine.run("up", 0);
    compare(
      machine.read(plan.states.s!),
      Float64Array.of(6.75, 13.5, 20.25, 27, 33.75),
      { tolerance: 0, floor: 1 },
      "s",
    );
    machine.dispose();
    return {};
  }),
  planCheck("numbers at the edge: NaN, infinities, −0, subnormals", (backend) => {
    const dtype = backend.float;
    const g = new GraphBuilder(dtype);
    const special = [NaN, Infinity, -Infinity, 0, -0, 1e-38, -1, 88, 100, -100, 3e38, 1e5, -1e5];
    const x = g.input({ shape: [special.length], dtype }, "x");
    const names = [
      "exp",
      "expm1",
      "tanh",
      "sigmoid",
      "softplus",
      "relu",
      "silu",
      "gelu",
      "geluTanh",
      "erf",
      "log",
      "log1p",
      "sqrt",
      "abs",
      "sign",
      "floor",
      "isFinite",
      "neg",
      "reciprocal",
    ] as const;
    const values = names.map((name) => g.apply(name, [x], {}));
    const more = [
      g.apply("max", [x], { axes: [0], keepDims: false }),
      g.apply("maximum", [x, 0], {}),
      g.apply("minimum", [x, 0], {}),
    ];
    const graph = g.finish([...values, ...more]);
    const inputs = [convert(Float64Array.from(special), dtype)];
    const expected = interpret(inFloat64(graph), [convert(inputs[0]!, "float64")]);
    const actual = planned(backend, graph, inputs);
    const limit = dtype === "float32" ? 2 ** 128 * (1 - 2 ** -25) : Infinity;
    expected.forEach((data, i) => {
      const rounded = data.map((value) => (value >= limit ? Infinity : value <= -limit ? -Infinity : value));
      // Below the smallest normal number a backend may give 0.
      const label = names[i] ?? `extreme ${i}`;
      const each = rounded.length === 1 ? [0] : special.keys();
      for (const at of each) {
        const tiny = dtype === "float32" ? 2e-38 : 1e-300;
        compare(
          actual[i]!.subarray(at, at + 1),
          rounded.subarray(at, at + 1),
          { tolerance: 2e-5, floor: tiny / 1e-5 },
          `${label}(${special[at]})`,
        );
      }
    });
    return {};
  }),
  planCheck("indices out of range are errors, for gather and scatterAdd, below and above", (backend) => {
    const dtype = backend.float;
    for (const bad of [-1, 3]) {
      for (const op of ["gather", "scatterAdd"] as const) {
        const g = new GraphBuilder(dtype);
        const x = g.input({ shape: op === "gather" ? [3, 2] : [4, 2], dtype }, "x");
        const indices = g.input({ shape: [4], dtype: "int32" }, "indices");
        const y = op === "gather" ? g.apply(op, [x, indices], {}) : g.apply(op, [indices, x], { rows: 3 });
        let code: string | undefined;
        try {
          planned(backend, g.finish([y]), [random(9, sizeOf(x.shape), dtype), Int32Array.of(0, 1, bad, 2)]);
        } catch (error) {
          code = error instanceof ChainruleError ? error.code : String(error);
        }
        if (code !== "INDEX_OUT_OF_RANGE")
          throw new Error(`${op} of ${formatType(x)} at ${bad}: ${code ?? "no error"}`);
      }
    }
    return {};
  }),
  planCheck("a machine that was disposed of says DISPOSED", (backend) => {
    const g = new GraphBuilder(backend.float);
    const x = g.input({ shape: [2], dtype: backend.float }, "x");
    const program = { graph: g.finish([g.neg(x)]), inputs: [{ name: "x" }], outputs: [{ name: "y" }] };
    const plan = makePlan({ state: {}, programs: { main: program } }, backend);
    const machine = backend.load(plan);
    machine.dispose();
    const view = plan.programs.main!.inputs.x!;
    for (const call of [
      () => machine.run("main", 1),
      () => machine.read(view),
      () => machine.write(view, random(1, 2, backend.float)),
    ]) {
      try {
        call();
      } catch (error) {
        if (error instanceof ChainruleError && error.code === "DISPOSED") continue;
        throw error;
      }
      throw new Error("a call after dispose() went through");
    }
    return {};
  }),
];

/** All checks, the ops' in the table's order. */
export const conformanceChecks: readonly ConformanceCheck[] = [...records.flatMap(opChecks), ...planChecks];
