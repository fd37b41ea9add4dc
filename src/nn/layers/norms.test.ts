// Layer norm and batch norm: values by hand, running statistics.
import { describe, expect, it } from "vitest";
import { randomKey, type Tensor, tensor } from "../../index.ts";
import { flatten as flattenTree } from "../../trace/tree.ts";
import { apply, applyTraining, batchNorm, initialize, layerNorm, type Variables } from "../index.ts";
import { counting, expectClose, gives, numbers, pathsOf, standardized } from "../layer-checks.ts";

describe("layer norm", () => {
  it("standardises the last dimension, then scales and shifts", () => {
    const rows = [
      [1, 2, 4],
      [-1, 0, 10],
    ];
    const [w, b] = [
      [2, 1, -1],
      [0, 0.5, 1],
    ] as const;
    const expected = rows.flatMap((row) => standardized(row).map((v, i) => v * w[i]! + b[i]!));
    const variables = { parameters: { weight: tensor([...w]), bias: tensor([...b]) }, buffers: {} };
    gives(layerNorm(3), variables, tensor(rows), [2, 3], expected);
  });

  it("is the same in training, and finite for a row of equal numbers", () => {
    const variables = initialize(layerNorm(3));
    expect(pathsOf(variables)).toEqual({ parameters: ["weight", "bias"], buffers: [] });
    gives(layerNorm(3), variables, tensor([[7, 7, 7]]), [1, 3], [0, 0, 0]);
    const x = tensor([[1, 2, 4]]);
    expect(numbers(applyTraining(layerNorm(3), variables, x, randomKey(0)).y)).toEqual(
      numbers(apply(layerNorm(3), variables, x)),
    );
  });
});

describe("batch norm", () => {
  const layer = batchNorm(2, { momentum: 0.25 });
  const start: Variables = {
    parameters: { weight: tensor([2, 1]), bias: tensor([0, -1]) },
    buffers: { mean: tensor([1, 2]), var: tensor([4, 9]) },
  };
  const x = tensor([
    [1, 10],
    [2, 20],
    [6, 60],
  ]);

  it("uses the batch's statistics in training and moves the running ones, the variance unbiased", () => {
    const { y, buffers } = applyTraining(layer, start, x, randomKey(0));
    const first = standardized([1, 2, 6]);
    const second = standardized([10, 20, 60]);
    expectClose(
      y,
      [3, 2],
      first.flatMap((v, i) => [2 * v, second[i]! - 1]),
      1e-12,
    );
    // Means 3 and 30; unbiased variances (4 + 1 + 9) / 2 = 7 and 700.
    expectClose(buffers.mean as Tensor, [2], [0.75 * 1 + 0.25 * 3, 0.75 * 2 + 0.25 * 30], 1e-12);
    expectClose(buffers.var as Tensor, [2], [0.75 * 4 + 0.25 * 7, 0.75 * 9 + 0.25 * 700], 1e-12);
  });

  it("uses the running statistics afterwards", () => {
    const scale = [2 / Math.sqrt(4 + 1e-5), 1 / Math.sqrt(9 + 1e-5)] as const;
    const expected = [1, 2, 6].flatMap((v) => [(v - 1) * scale[0], (10 * v - 2) * scale[1] - 1]);
    gives(layer, start, x, [3, 2], expected);
  });

  it("counts pixels with the batch for images", () => {
    const images = counting(2, 2, 1, 2);
    const { y, buffers } = applyTraining(batchNorm(2), initialize(batchNorm(2)), images, randomKey(0));
    const [first, second] = [standardized([0, 1, 4, 5]), standardized([2, 3, 6, 7])];
    expectClose(
      y,
      [2, 2, 1, 2],
      [...first.slice(0, 2), ...second.slice(0, 2), ...first.slice(2), ...second.slice(2)],
      1e-12,
    );
    // Σ (v − 2.5)² = 17 over 3
    expectClose(buffers.mean as Tensor, [2], [0.25, 0.45], 1e-12);
    expectClose(buffers.var as Tensor, [2], [0.9 + 0.1 * (17 / 3), 0.9 + 0.1 * (17 / 3)], 1e-12);
  });

  it("refuses a batch that has one value of each feature, and takes one row of several", () => {
    expect(() => applyTraining(layer, start, tensor([[5, 6]]), randomKey(0))).toThrowError(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: expect.stringContaining("more than one value") as string,
      }),
    );
    const { y } = applyTraining(
      batchNorm(2),
      initialize(batchNorm(2)),
      tensor([
        [
          [0, 2],
          [4, 8],
        ],
      ]),
      randomKey(0),
    );
    expectClose(y, [1, 2, 2], [...standardized([0, 2]), ...standardized([4, 8])], 1e-12);
  });

  it("begins with mean 0 and variance 1", () => {
    const variables = initialize(batchNorm(2));
    expect(pathsOf(variables)).toEqual({ parameters: ["weight", "bias"], buffers: ["mean", "var"] });
    expect(flattenTree(variables).leaves.map(numbers)).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });
});
