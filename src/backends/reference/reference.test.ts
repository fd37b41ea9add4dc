// The reference machine on plans written by hand.
import { expect, test } from "vitest";
import { ChainruleError } from "../../ir/errors.ts";
import type { Buffer, FusedKernel, Plan, PlannedProgram, View } from "../../plan/plan.ts";
import { reference } from "./reference.ts";

const view = ({ id, shape, dtype }: Buffer): View => ({ buffer: id, shape, dtype });

/** Buffers one after the other, `bytes` apart. */
const buffers = (bytes: number, ...list: Omit<Buffer, "id" | "offset" | "bytes">[]): Buffer[] =>
  list.map((buffer, id) => ({ ...buffer, id, offset: id * bytes, bytes }));

const planOf = (list: readonly Buffer[], programs: Record<string, PlannedProgram>, setup: Plan["setup"] = []): Plan => {
  const bytes = list.reduce((sum, buffer) => Math.max(sum, buffer.offset + buffer.bytes), 0);
  return { buffers: list, states: {}, setup, programs, arena: { bytes, bytesWithoutReuse: bytes } };
};

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof ChainruleError) return error.code;
    throw error;
  }
  return "no error";
};

/** w ← w − 0.1 x, in place, over more elements than a block. */
function descent(n: number) {
  const [w, x] = buffers(
    n * 8,
    { shape: [n], dtype: "float64", role: "state" },
    { shape: [n], dtype: "float64", role: "input" },
  );
  const kernel: FusedKernel = {
    kind: "fused",
    shape: [n],
    inputs: [view(w!), view(x!)],
    steps: [
      {
        op: "mul",
        attributes: {},
        dtype: "float64",
        arguments: [
          { kind: "input", index: 1 },
          { kind: "number", value: 0.1 },
        ],
      },
      {
        op: "sub",
        attributes: {},
        dtype: "float64",
        arguments: [
          { kind: "input", index: 0 },
          { kind: "step", index: 0 },
        ],
      },
    ],
    outputs: [{ step: 1, view: view(w!) }],
  };
  const plan = planOf([w!, x!], { step: { kernels: [kernel], inputs: { x: view(x!) }, outputs: {} } });
  return { plan, w: view(w!), x: view(x!) };
}

test("a fused kernel runs in place, block by block, as often as asked", () => {
  const n = 1000;
  const { plan, w, x } = descent(n);
  const machine = reference.load(plan);
  machine.write(
    x,
    Float64Array.from({ length: n }, (_, i) => i),
  );
  machine.run("step", 0);
  expect(machine.read(w)).toEqual(new Float64Array(n));
  machine.run("step", 3);
  expect(machine.read(w)).toEqual(Float64Array.from({ length: n }, (_, i) => 0 - i * 0.1 - i * 0.1 - i * 0.1));
});

test("read gives a copy, also for views that the plan does not hold", () => {
  const { plan, w } = descent(3);
  const machine = reference.load(plan);
  const copy = machine.read({ buffer: w.buffer, shape: [1, 3], dtype: "float64" });
  machine.write(w, Float64Array.of(1, 2, 3));
  expect(copy).toEqual(new Float64Array(3));
});

test("steps of a fused kernel broadcast and round to their types", () => {
  const [row, column, y, positive] = buffers(
    64,
    { shape: [3], dtype: "float32", role: "input" },
    { shape: [2, 1], dtype: "float32", role: "input" },
    { shape: [2, 3], dtype: "float32", role: "output" },
    { shape: [2, 3], dtype: "bool", role: "output" },
  ) as [Buffer, Buffer, Buffer, Buffer];
  const kernel: FusedKernel = {
    kind: "fused",
    shape: [2, 3],
    inputs: [view(row), view(column)],
    steps: [
      {
        op: "add",
        attributes: {},
        dtype: "float32",
        arguments: [
          { kind: "input", index: 0 },
          { kind: "input", index: 1 },
        ],
      },
      {
        op: "sub",
        attributes: {},
        dtype: "float32",
        arguments: [
          { kind: "step", index: 0 },
          { kind: "input", index: 1 },
        ],
      },
      {
        op: "greater",
        attributes: {},
        dtype: "bool",
        arguments: [
          { kind: "step", index: 1 },
          { kind: "number", value: 0 },
        ],
      },
    ],
    outputs: [
      { step: 1, view: view(y) },
      { step: 2, view: view(positive) },
    ],
  };
  const machine = reference.load(
    planOf([row, column, y, positive], { f: { kernels: [kernel], inputs: {}, outputs: {} } }),
  );
  machine.write(view(row), Float32Array.of(2 ** -25, -1, 0.5));
  machine.write(view(column), Float32Array.of(0, 1));
  machine.run("f", 1);
  expect(machine.read(view(y))).toEqual(Float32Array.of(2 ** -25, -1, 0.5, 0, -1, 0.5)); // 1 + 2⁻²⁵ rounds to 1
  expect(machine.read(view(positive))).toEqual(Uint8Array.of(1, 0, 1, 0, 0, 1));
});

test("constants and the setup are there after loading; kernels of ops read and write views", () => {
  const [two, table, transposed, product] = buffers(
    64,
    { shape: [2, 2], dtype: "float64", role: "constant", data: Float64Array.of(2) },
    { shape: [2, 2], dtype: "float64", role: "constant", data: Float64Array.of(1, 2, 3, 4) },
    { shape: [2, 2], dtype: "float64", role: "scratch" },
    { shape: [2, 2], dtype: "float64", role: "output" },
  ) as [Buffer, Buffer, Buffer, Buffer];
  const plan = planOf(
    [two, table, transposed, product],
    {
      f: {
        kernels: [
          {
            kind: "op",
            op: "matmul",
            attributes: { transposeX: false, transposeY: false },
            inputs: [view(transposed), view(two)],
            output: view(product),
          },
        ],
        inputs: {},
        outputs: {},
      },
    },
    [
      {
        kind: "op",
        op: "transpose",
        attributes: { permutation: [1, 0] },
        inputs: [view(table)],
        output: view(transposed),
      },
    ],
  );
  const machine = reference.load(plan);
  expect(machine.read(view(transposed))).toEqual(Float64Array.of(1, 3, 2, 4));
  machine.run("f", 1);
  expect(machine.read(view(product))).toEqual(Float64Array.of(8, 8, 12, 12));
});

test("errors: sizes, names of programs, memory, disposal", () => {
  const { plan, w } = descent(3);
  const machine = reference.load(plan);
  expect(() => machine.write(w, new Float64Array(2))).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: A value of f64[3] has 3 elements; 2 were given.]`,
  );
  expect(() => machine.run("train", 1)).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: This plan has no program "train"; it has step.]`,
  );
  expect(codeOf(() => reference.load({ ...plan, arena: { bytes: 2 ** 53 - 1, bytesWithoutReuse: 0 } }))).toBe(
    "OUT_OF_MEMORY",
  );
  machine.dispose();
  for (const call of [
    () => machine.run("step", 1),
    () => machine.read(w),
    () => machine.write(w, new Float64Array(3)),
  ]) {
    expect(codeOf(call)).toBe("DISPOSED");
  }
});
