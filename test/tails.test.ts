// Relative errors of ops and of their derivatives over the whole range, tails included, on every build of every backend.
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import type { Backend } from "../src/backends/backend.ts";
import { planned } from "../src/backends/conformance/check.ts";
import { reference } from "../src/backends/reference/reference.ts";
import { fastestBuild } from "../src/backends/wasm/module.ts";
import { wasmBackend } from "../src/backends/wasm/wasm.ts";
import { backpropagate } from "../src/grad/backpropagate.ts";
import { convert } from "../src/ir/dtype.ts";
import type { OpName } from "../src/ir/graph.ts";
import { acceptedAt, isElementwise } from "../src/ir/op.ts";
import { records } from "../src/ops/index.ts";
import { GraphBuilder } from "../src/trace/graph-builder.ts";

/** Of each op rows [x …, y, ∂y/∂x …], to 17 digits: test/golden/tails.py. */
const golden: Readonly<Record<string, readonly (readonly number[])[]>> = JSON.parse(
  readFileSync(new URL("golden/tails.json", import.meta.url), "utf8"),
);

/** What an op leaves to one or two roundings of float arithmetic, without a function of its own. */
const arithmetic = ["add", "sub", "mul", "square", "leakyRelu", "cast"];

const builds = new Map<string, Backend>([["wasm, plain", wasmBackend({ build: "plain", threads: 1 })]]);
if (fastestBuild() === "plain") setFlagsFromString("--experimental-wasm-relaxed-simd");
if (fastestBuild() === "relaxed") builds.set("wasm, relaxed", wasmBackend({ build: "relaxed", threads: 1 }));
else it.skip("the relaxed build: this JavaScript engine has no relaxed SIMD");

/** y and ∂y/∂x of an op at columns of operands. */
function computed(backend: Backend, op: OpName, columns: readonly Float64Array[]): Float64Array[] {
  const g = new GraphBuilder(backend.float);
  const xs = columns.map(({ length }, i) => g.input({ shape: [length], dtype: backend.float }, `x${i}`));
  const y = g.apply(op, xs, (op === "elu" ? { alpha: 1 } : {}) as never);
  const outputs = [y, ...backpropagate(g, [y], [g.full(y, 1)], xs)];
  const inputs = columns.map((data) => convert(data, backend.float));
  return planned(backend, g.finish(outputs), inputs).map((data) => Float64Array.from(data));
}

/** Sizes of exponents (or of a factor) whose own rounding is a relative error of the result. */
const exponents: Readonly<Record<string, (x: number) => number>> = {
  "∂erf": (x) => x * x,
  "∂geluDerivative": (x) => (x * x) / 2,
  geluTanh: (x) => Math.abs(1.6 * (x + 0.044715 * x ** 3)),
  "∂geluTanh": (x) => Math.abs(1.6 * (x + 0.044715 * x ** 3)),
  "∂silu": Math.abs, // 1 + x (1 − σ), where σ is rounded to 1
};

/** Rules by the stored output: their errors are its rounding, which near 1 (or −α) is absolute. */
const byOutput: ReadonlySet<string> = new Set(["∂tanh", "∂sigmoid", "∂elu"]);

/** Where a derivative that adds two terms passes through 0, relative to which nothing is exact. */
const roots: Readonly<Record<string, readonly number[]>> = {
  "∂gelu": [-0.7518],
  geluDerivative: [-0.7518],
  "∂geluDerivative": [-Math.SQRT2, Math.SQRT2],
  "∂geluTanh": [-0.7525],
  "∂silu": [-1.2785],
};

/** Results that a float of this ε has no full digits for, or only just. */
const isInRange = (y: number, epsilon: number): boolean => {
  const [low, high] = epsilon > 1e-10 ? [2 ** -120, 2 ** 123] : [2 ** -960, 2 ** 1000];
  return y === 0 || (Math.abs(y) > low && Math.abs(y) < high);
};

/** How far off a result may be; ε is half a unit in the last place of 1. */
function allowed(what: string, x: number, y: number, epsilon: number): number {
  const near = roots[what]?.some((root) => Math.abs(x - root) < 0.3);
  const scale = near ? Math.max(Math.abs(y), 0.3) : Math.abs(y);
  const relative = (epsilon > 1e-10 ? 9 : 300) + 3 * (exponents[what]?.(x) ?? 0);
  return relative * epsilon * scale + (byOutput.has(what) ? 10 * epsilon : 0);
}

const singleEpsilon = 2 ** -24;
const doubleEpsilon = 2 ** -53;

/** Lines that say where results are off; columns of operands, then of y and its derivatives. */
function disagreements(
  op: string,
  operands: readonly Float64Array[],
  actual: readonly Float64Array[],
  expected: readonly Float64Array[],
  epsilon: number,
): string[] {
  return expected.flatMap((column, i) => {
    const what = i === 0 ? op : `∂${op}`;
    let worst = "";
    let most = 1;
    column.forEach((y, row) => {
      const found = actual[i]![row]!;
      const share = Math.abs(found - y) / allowed(what, operands[0]![row]!, y, epsilon);
      if (!isInRange(y, epsilon) || found === y || share <= most) return;
      most = share;
      const at = operands.map((data) => data[row]).join(", ");
      worst = `${what} ${i} at ${at} is ${found}, not ${y}: ${share.toPrecision(3)} times what is allowed`;
    });
    return worst === "" ? [] : [worst];
  });
}

const columnsOf = (rows: readonly (readonly number[])[]): Float64Array[] =>
  rows[0]!.map((_, i) => Float64Array.from(rows, (row) => row[i]!));

const names = Object.keys(golden) as OpName[];
const arityOf = (op: string): number => (golden[op]![0]!.length - 1) / 2;

it("the list holds every elementwise op of floats that rounds more than once", () => {
  const expected = records.filter(
    (record) =>
      isElementwise(record) &&
      !record.exact &&
      record.gradient !== "none" &&
      acceptedAt(record, 0) !== "bool" &&
      !arithmetic.includes(record.name) &&
      record.name !== "copy",
  );
  expect(names.toSorted()).toEqual(expected.map(({ name }) => name).sort());
});

describe.each(names)("%s", (op) => {
  const columns = columnsOf(golden[op]!);
  const operands = columns.slice(0, arityOf(op));
  const figures = columns.slice(arityOf(op));

  it("on the reference is what 50 digits give", () => {
    expect(disagreements(op, operands, computed(reference, op, operands), figures, doubleEpsilon)).toEqual([]);
  });

  it.each([...builds])("on %s is what 50 digits give", (_, backend) => {
    expect(disagreements(op, operands, computed(backend, op, operands), figures, singleEpsilon)).toEqual([]);
  });
});

/** Numbers of float32 in the range of an op's figures: by powers of two, and evenly where it bends. */
function dense(op: OpName): Float64Array {
  const xs = golden[op]!.map(([x]) => x!);
  const [low, high] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const list: number[] = [];
  for (let exponent = -100; exponent < 100; exponent += 0.07) list.push(2 ** exponent, -(2 ** exponent));
  for (let i = -4000; i <= 4000; i++) list.push((i / 4000) * 20 + 0.0007, (i / 4000) * 100 + 0.0007);
  return Float64Array.from(list.map(Math.fround).filter((x) => x >= low && x <= high));
}

// The reference is right by the figures above: now the machine beside it, at many more numbers.
describe.each([...builds])("%s beside the reference", (_, backend) => {
  it.each(names.filter((op) => arityOf(op) === 1))("%s", (op) => {
    const x = [dense(op)];
    expect(disagreements(op, x, computed(backend, op, x), computed(reference, op, x), singleEpsilon)).toEqual([]);
  });
});
