// Sessions: programs over shared state, and what they refuse.
import { describe, expect, it } from "vitest";
import { ChainruleError, type Tensor } from "../index.ts";
import type { FloatDType } from "../ir/dtype.ts";
import { backendNames, backendOf } from "./backends.ts";
import { traceProgram } from "./program.ts";
import { createSession, Session } from "./session.ts";

const messageOf = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    if (error instanceof ChainruleError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was thrown";
};

function counter(backend: (typeof backendNames)[number]): Session {
  const { float } = backendOf({ backend });
  const state = { total: { shape: [2], dtype: float }, count: { shape: [], dtype: "int32" as const } };
  const inputs = { x: { shape: [2], dtype: float } };
  const add = traceProgram(
    state,
    inputs,
    ({ total, count }, { x }) => ({
      state: { total: total!.add(x!), count: count!.add(1) },
      outputs: { mean: total!.add(x!).div(count!.add(1)) },
    }),
    float,
  );
  const clear = traceProgram(state, {}, ({ total }) => ({ state: { total: total!.mul(0) } }), float);
  return new Session({ state, programs: { add, clear } }, backendOf({ backend }));
}

describe.each(backendNames)("a session on %s", (backend) => {
  it("keeps state between runs and programs, and gives outputs of the last run", () => {
    const session = counter(backend);
    session.write("total", Float64Array.of(10, 20));
    session.run("add", 3, { x: Float64Array.of(1, 2) });
    expect(Array.from(session.read("total"))).toEqual([13, 26]);
    expect(Array.from(session.read("count"))).toEqual([3]);
    const mean = Array.from(session.output("add", "mean"));
    expect(mean[0]).toBeCloseTo(13 / 3, 5);
    session.run("clear");
    expect(Array.from(session.read("total"))).toEqual([0, 0]);
    expect(Array.from(session.read("count"))).toEqual([3]);
  });

  it("says what it was not given, or given in another size", () => {
    const session = counter(backend);
    expect(messageOf(() => session.run("add"))).toContain('INVALID_ARGUMENT: Program add needs the input "x".');
    expect(messageOf(() => session.write("total", Float64Array.of(1)))).toBe(
      'SHAPE_MISMATCH: "total" has shape [2], 2 elements; got 1.',
    );
    expect(messageOf(() => session.read("nothing"))).toBe('INVALID_ARGUMENT: There is no state "nothing".');
    expect(messageOf(() => session.run("nothing"))).toBe('INVALID_ARGUMENT: There is no program "nothing".');
    expect(messageOf(() => session.output("add", "y"))).toBe('INVALID_ARGUMENT: Program add has no output "y".');
    session.dispose();
    expect(messageOf(() => session.read("total"))).toContain("DISPOSED");
  });
});

it("float64 on the machine is refused by name", () => {
  const float: FloatDType = "float64";
  const types = { x: { shape: [2], dtype: float } };
  const program = traceProgram({}, types, (_, { x }) => ({ outputs: { y: (x as Tensor).exp() } }), float);
  const session = () => new Session({ state: {}, programs: { main: program } }, backendOf({ backend: "wasm" }));
  expect(messageOf(session)).toMatchInlineSnapshot(
    `"UNSUPPORTED_BY_BACKEND: exp(f64[2], f64[2]): the WebAssembly machine computes in float32 and has no float64. Use the reference backend (backend: "reference"), or float32 values."`,
  );
});

it("a next value of another type than its state is refused", () => {
  const state = { s: { shape: [2], dtype: "float64" as const } };
  const program = (fn: (s: Tensor) => Tensor) => () =>
    traceProgram(state, {}, ({ s }) => ({ state: { s: fn(s!) } }), "float64");
  expect(messageOf(program((s) => s.sum()))).toMatchInlineSnapshot(
    `"SHAPE_MISMATCH: The next value of state "s" must have the type of the state, f64[2]; got f64[]."`,
  );
  expect(messageOf(program((s) => s.cast("int32")))).toMatchInlineSnapshot(
    `"SHAPE_MISMATCH: The next value of state "s" must have the type of the state, f64[2]; got i32[2]."`,
  );
  expect(messageOf(() => traceProgram(state, {}, ({ s }) => ({ state: { t: s! } }), "float64"))).toMatchInlineSnapshot(
    `"SHAPE_MISMATCH: The next value of state "t" must have the type of the state, which does not exist; got f64[2]."`,
  );
});

it("gives way between the stages of planning, and stops where that ends in an error", async () => {
  const types = { x: { shape: [2], dtype: "float64" as const } };
  const program = traceProgram({}, types, (_, { x }) => ({ outputs: { y: x!.exp() } }), "float64");
  const module = { state: {}, programs: { first: program, second: program } };
  let turns = 0;
  const session = await createSession(module, backendOf({ backend: "reference" }), async () => {
    turns++;
  });
  session.run("second", 1, { x: Float64Array.of(0, 1) });
  expect(session.output("second", "y")[0]).toBe(1);
  expect(turns).toBeGreaterThan(8);
  const stop = async () => {
    throw new ChainruleError("INVALID_ARGUMENT", "enough");
  };
  await expect(createSession(module, backendOf({ backend: "reference" }), stop)).rejects.toThrow("enough");
});
