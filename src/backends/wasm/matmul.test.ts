// Matrix products against a float64 loop: tiny, odd, thin and blocked shapes, all transpositions, batches.
import { describe, expect, it } from "vitest";
import { broadcastShapes, broadcastStrides, type Shape } from "../../ir/shape.ts";
import { indices, largestError, samples, TestPlan } from "./test-plan.ts";

function check(
  xBatch: Shape,
  yBatch: Shape,
  m: number,
  n: number,
  k: number,
  transposeX: boolean,
  transposeY: boolean,
) {
  const xShape = [...xBatch, ...(transposeX ? [k, m] : [m, k])];
  const yShape = [...yBatch, ...(transposeY ? [n, k] : [k, n])];
  const count = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
  const batch = broadcastShapes(xBatch, yBatch)!;
  const xs = samples(count(xShape));
  const ys = samples(count(yShape), -2, 2, 9);
  const plan = new TestPlan();
  const x = plan.value(xShape, "float32", xs);
  const y = plan.value(yShape, "float32", ys);
  const z = plan.value([...batch, m, n]);
  // What follows the product must not be touched.
  const after = plan.value([4], "float32", [1, 2, 3, 4]);
  plan.op("matmul", { transposeX, transposeY }, [x, y], z);
  const read = plan.run();
  const xStrides = broadcastStrides(xBatch, batch);
  const yStrides = broadcastStrides(yBatch, batch);
  const expected: number[] = [];
  for (const index of indices(batch)) {
    const xAt = index.reduce((at, i, axis) => at + i * xStrides[axis]!, 0) * m * k;
    const yAt = index.reduce((at, i, axis) => at + i * yStrides[axis]!, 0) * k * n;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum += xs[xAt + (transposeX ? l * m + i : i * k + l)]! * ys[yAt + (transposeY ? j * k + l : l * n + j)]!;
        }
        expected.push(sum);
      }
    }
  }
  expect(largestError(read(z), expected, 1 + Math.sqrt(k))).toBeLessThan(3e-6);
  expect(read(after)).toEqual([1, 2, 3, 4]);
}

const flags: [boolean, boolean][] = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
];

describe.each(flags)("transposeX %s, transposeY %s", (transposeX, transposeY) => {
  it.each([
    [1, 1, 1],
    [2, 2, 2],
    [4, 1, 2],
    [1, 5, 3],
    [3, 3, 0],
    [0, 3, 2],
    [5, 1, 700],
    [1, 37, 70],
    [7, 9, 11],
    [6, 8, 33],
    [37, 41, 1],
    [37, 41, 3],
    [31, 29, 30],
    [64, 10, 128],
    [13, 530, 300],
    [50, 7, 600],
  ])("%i × %i over %i", (m, n, k) => check([], [], m, n, k, transposeX, transposeY));

  it("batches, broadcast either way", () => {
    check([3], [3], 5, 4, 3, transposeX, transposeY);
    check([3], [], 5, 4, 3, transposeX, transposeY);
    check([], [3], 5, 4, 3, transposeX, transposeY);
    check([2, 1, 3], [4, 1], 25, 24, 23, transposeX, transposeY);
    check([2, 3], [3], 7, 1, 5, transposeX, transposeY);
    check([2, 3], [1, 1], 30, 17, 20, transposeX, transposeY);
  });
});
