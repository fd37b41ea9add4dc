// Gradients of single rows against those computed one by one, and what the errors say.
import { describe, expect, it } from "vitest";
import { compile, grad, randomKey, randomNormal, type Tensor, tensor } from "../index.ts";
import {
  activation,
  apply,
  dense,
  initialize,
  type Layer,
  layerNorm,
  lossRecord,
  residual,
  sequential,
  type TensorTree,
} from "../nn/index.ts";
import type { LossName } from "../nn/losses/index.ts";
import { flatten } from "../trace/tree.ts";
import { profileExamples } from "./examples.ts";

const rows = 37;
const drawn = Float32Array.from(randomNormal(randomKey(2), [rows, 3]).data);
const deep = (outputs: number): Layer =>
  sequential(
    dense(3, 5),
    activation("tanh"),
    residual(dense(5, 5, { bias: false }), activation("relu")),
    dense(5, outputs),
  );

/** ‖∂loss/∂θ‖ of every row, one at a time. */
function oneByOne(model: Layer, loss: LossName, y: ArrayLike<number>): number[] {
  const { parameters, buffers } = initialize(model, 4);
  const gradient = compile(
    grad((p: TensorTree, x: Tensor, target: Tensor) =>
      lossRecord(loss)(apply(model, { parameters: p, buffers }, x), target),
    ),
    { backend: "reference" },
  );
  return Array.from({ length: rows }, (_, row) => {
    const x = tensor(drawn.slice(3 * row, 3 * row + 3), { shape: [1, 3] });
    const target = loss === "crossEntropy" ? tensor(Int32Array.of(y[row]!)) : tensor([[y[row]!]]);
    const { leaves } = flatten(gradient(parameters, x, target));
    return Math.sqrt(leaves.reduce((sum, g) => sum + g.square().sum().item(), 0));
  });
}

const settings = (model: Layer, loss: LossName, y: Float32Array | Int32Array) => ({
  model,
  loss,
  variables: initialize(model, 4),
  train: { x: drawn, y, rows },
  name: (value: number) => value,
  tableRow: (row: number) => row + 2,
});

describe("the gradients' lengths", () => {
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const cases: readonly [LossName, Layer, Float32Array | Int32Array][] = [
    ["crossEntropy", deep(3), labels],
    ["binaryCrossEntropy", deep(1), labels.map((label) => Number(label > 0))],
    ["mse", deep(1), Float32Array.from(labels)],
    ["halfSumOfSquares", deep(1), Float32Array.from(labels)],
  ];
  it.each(cases)("of %s are those computed row by row", (loss, model, y) => {
    const expected = oneByOne(model, loss, y);
    for (const [backend, digits] of [
      ["reference", 9],
      ["wasm", 4],
    ] as const) {
      const profile = profileExamples({ ...settings(model, loss, y), backend });
      const largest = [...expected.keys()].sort((a, b) => expected[b]! - expected[a]!).slice(0, 20);
      expect(profile.suspects.map(({ row }) => row)).toEqual(largest);
      for (const { row, tableRow, gradientNorm } of profile.suspects) {
        expect(gradientNorm).toBeCloseTo(expected[row]!, digits);
        expect(tableRow).toBe(row + 2);
      }
    }
  });

  it("are the same whatever batches the rows are cut into", () => {
    const many = 2500;
    const x = Float32Array.from(randomNormal(randomKey(5), [many, 3]).data);
    const y = Int32Array.from({ length: many }, (_, i) => i % 3);
    const model = sequential(dense(3, 5), layerNorm(5), activation("tanh"), dense(5, 3));
    const common = { ...settings(model, "crossEntropy", y), variables: initialize(model, 1) };
    const all = profileExamples({ ...common, train: { x, y, rows: many } });
    const [first] = all.suspects;
    const { row } = first!;
    const alone = { x: x.slice(3 * row, 3 * row + 3), y: y.slice(row, row + 1), rows: 1 };
    expect(profileExamples({ ...common, train: alone }).suspects[0]!.gradientNorm).toBeCloseTo(first!.gradientNorm, 4);
    expect(all.rows).toBe(many);
    expect(all.high).toBeLessThanOrEqual(first!.gradientNorm);
    expect(all.median).toBeLessThan(all.high);
  });
});

/** A model that gives its inputs. */
const identity = (width: number) => {
  const model = dense(width, width, { bias: false });
  const weight = tensor(
    Array.from({ length: width }, (_, i) => Array.from({ length: width }, (_, j) => Number(i === j))),
  );
  return { model, variables: { parameters: { weight }, buffers: {} } };
};

describe("answers", () => {
  it("count errors, and whether confidence tells them from hits", () => {
    // Logits of two classes; the third row is an error with little confidence, the fourth one with much.
    const x = Float32Array.of(3, 0, 0, 2, 0.1, 0, 4, 0);
    const y = Int32Array.of(0, 1, 1, 1);
    const { train } = profileExamples({
      ...identity(2),
      ...{ loss: "crossEntropy", train: { x, y, rows: 4 }, name: String },
    });
    expect(train.errors).toMatchObject({ rate: 0.5, separation: 0.5, recall: [1, 1 / 3] });
    // The surer half is the rows of 4 and 3: one error.
    expect(train.errors!.confidentRate).toBe(0.5);
    expect(train.errors!.hitConfidence).toBeCloseTo((1 / (1 + Math.exp(-3)) + 1 / (1 + Math.exp(-2))) / 2, 6);
  });

  it("of numbers have a robust scale and the shape of their residuals", () => {
    const n = 400;
    const x = Float32Array.from(randomNormal(randomKey(7), [n]).data);
    const off = Float32Array.from(randomNormal(randomKey(8), [n]).data, (value) => 0.1 * value);
    const y = x.map((value, i) => value + off[i]!);
    const common = { ...identity(1), loss: "mse" as const, name: (value: number) => value };
    const clean = profileExamples({ ...common, train: { x, y, rows: n } }).train.residuals!;
    expect(clean.r2).toBeGreaterThan(0.98);
    expect(clean.scale).toBeCloseTo(0.1, 1);
    expect(clean.kurtosis).toBeCloseTo(3, 0);
    expect(clean.outliers).toBe(0);
    const wrong = y.map((value, i) => (i % 10 === 0 ? -4 * value : value));
    const noisy = profileExamples({ ...common, train: { x, y: wrong, rows: n } }).train.residuals!;
    expect(noisy.kurtosis).toBeGreaterThan(6);
    expect(noisy.outliers).toBeGreaterThan(0.05);
    expect(noisy.scale).toBeLessThan(0.1);
  });

  it("that are the same for every row have no spread", () => {
    const x = new Float32Array(6);
    const { train } = profileExamples({
      ...identity(1),
      ...{ loss: "mse", train: { x, y: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 6 }, name: Number },
    });
    expect(train.spread).toBe(0);
  });
});
