// Checks of what plans make of ops: chains with several outputs, states, several programs, many runs, errors.
import { convert, type DType, type TypedArray } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { formatType, sizeOf } from "../../ir/shape.ts";
import { generator } from "../../ops/sample.ts";
import { makePlan } from "../../plan/make-plan.ts";
import { GraphBuilder } from "../../trace/graph-builder.ts";
import { interpret } from "../reference/interpret.ts";
import { type ConformanceCheck, checkGraph, compare, inFloat64, planned, sizes } from "./check.ts";

const random = (seed: number, length: number, dtype: DType, scale = 1): TypedArray => {
  const next = generator(seed);
  return convert(
    Float64Array.from({ length }, () => (next() * 2 - 1) * scale),
    dtype,
  );
};

const planCheck = (name: string, run: ConformanceCheck["run"]): ConformanceCheck => ({ op: "plan", name, run });

export const checksOfPlans: readonly ConformanceCheck[] = [
  ...sizes.map((n) =>
    planCheck(`a fused chain over [3, ${n}] with five outputs`, (backend, tolerance) => {
      const g = new GraphBuilder(backend.float);
      const dtype = backend.float;
      const x = g.input({ shape: [3, n], dtype }, "x");
      const row = g.input({ shape: [n], dtype }, "row");
      const column = g.input({ shape: [3, 1], dtype }, "column");
      const a = g.add(g.mul(x, row), column);
      const b = g.apply("tanh", [a], {});
      const c = g.where(g.greater(b, 0), a, g.mul(a, 0.1));
      const d = g.cast(g.less(c, b), "int32");
      const e = g.mul(g.sub(c, x), g.cast(g.equal(d, 1), dtype));
      const inputs = [random(1, 3 * n, dtype), random(2, n, dtype), random(3, 3, dtype)];
      checkGraph(backend, tolerance, g.finish([a, b, c, d, e]), inputs, false, 3);
    }),
  ),
  planCheck("a chain longer than one fused kernel, all of its values kept", (backend, tolerance) => {
    const g = new GraphBuilder(backend.float);
    let x = g.input({ shape: [257], dtype: backend.float }, "x");
    const kept = Array.from({ length: 40 }, (_, i) => (x = i % 2 === 0 ? g.sin(x) : g.add(x, 0.25)));
    checkGraph(backend, tolerance, g.finish(kept), [random(4, 257, backend.float)]);
  }),
  planCheck(
    "casts: beyond int32 the nearest that it has, NaN is 0; in a chain, of constants, and to float",
    (backend) => {
      const dtype = backend.float;
      const values = [3e9, -3e9, 2 ** 31, -(2 ** 31), 2147483520, -2147483904, 1e20, -1e20, 2.9, -2.9, 0.5, -0, NaN];
      const numbers = Float64Array.from([...values, Infinity, -Infinity]);
      const floats = convert(numbers, dtype);
      const shape = [floats.length];
      const g = new GraphBuilder(dtype);
      const x = g.input({ shape, dtype }, "x");
      const n = g.input({ shape: [3], dtype: "int32" }, "n");
      const alone = g.cast(x, "int32");
      const known = g.apply("constant", [], { shape, dtype, data: floats });
      const outputs = [
        alone,
        g.add(g.cast(g.mul(x, 0.5), "int32"), 1),
        g.cast(known, "int32"),
        g.cast(g.full({ shape: [], dtype }, 3e9), "int32"),
        g.cast(alone, dtype),
        g.cast(x, "bool"),
        g.cast(n, dtype),
        g.cast(n, "bool"),
      ];
      checkGraph(backend, 0, g.finish(outputs), [floats, Int32Array.of(2 ** 31 - 1, -(2 ** 31), 0)], true);
    },
  ),
  planCheck("chains of int32 wrap as typed arrays do, with numbers and with constants", (backend) => {
    const values = Int32Array.of(2 ** 31 - 1, -(2 ** 31), 46341, -46341, 65536, 123456789, -1, 0);
    const g = new GraphBuilder(backend.float);
    const type = { shape: [values.length], dtype: "int32" } as const;
    const x = g.input(type, "x");
    const y = g.apply("constant", [], { ...type, data: values.toReversed() });
    const largest = g.full({ shape: [], dtype: "int32" }, 2 ** 31 - 1);
    const chain = g.sub(g.mul(g.square(g.add(x, largest)), y), g.neg(x));
    const outputs = [chain, g.mul(largest, largest), g.square(y), g.less(x, y), g.sum(chain, [0], false)];
    checkGraph(backend, 0, g.finish(outputs), [values]);
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
      "geluDerivative",
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
  }),
];
