// Initial weights: bounds, moments and right angles.
import { describe, expect, it } from "vitest";
import { randomKey, type Tensor } from "../index.ts";
import { dense, type InitializerName, initialize, initializerNames, initialWeight } from "./index.ts";

const [fanIn, fanOut] = [120, 80];
const draw = (name: InitializerName, seed = 1): Float64Array =>
  Float64Array.from(initialWeight(name, randomKey(seed), [fanIn, fanOut], 0, fanIn, fanOut).data);

function moments(values: Float64Array) {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  const fourth = values.reduce((sum, v) => sum + (v - mean) ** 4, 0) / values.length;
  return { mean, variance, kurtosis: fourth / variance ** 2 };
}

const variances = {
  xavierUniform: 2 / (fanIn + fanOut),
  xavierNormal: 2 / (fanIn + fanOut),
  heUniform: 2 / fanIn,
  heNormal: 2 / fanIn,
  lecunUniform: 1 / fanIn,
  lecunNormal: 1 / fanIn,
  fanInUniform: 1 / (3 * fanIn),
};

describe.each(Object.entries(variances))("%s", (name, variance) => {
  const values = draw(name as InitializerName);
  const n = fanIn * fanOut;

  it("has mean 0 and its variance", () => {
    const measured = moments(values);
    // Five standard deviations of the estimates.
    expect(Math.abs(measured.mean)).toBeLessThan(5 * Math.sqrt(variance / n));
    const kurtosis = name.endsWith("Normal") ? 3 : 1.8;
    expect(Math.abs(measured.variance / variance - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / n));
  });

  it("has the shape of its distribution", () => {
    const { kurtosis } = moments(values);
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) / Math.sqrt(variance);
    if (name.endsWith("Normal")) {
      expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / n));
      expect(largest).toBeGreaterThan(3);
    } else {
      expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.1);
      expect(largest).toBeLessThanOrEqual(Math.sqrt(3));
      expect(largest).toBeGreaterThan(0.999 * Math.sqrt(3));
    }
  });

  it("repeats with its seed and differs from another's", () => {
    expect(draw(name as InitializerName)).toEqual(values);
    expect(draw(name as InitializerName, 2)).not.toEqual(values);
  });
});

describe("orthogonal", () => {
  it.each([{ shape: [12, 12] }, { shape: [5, 40] }, { shape: [40, 5] }, { shape: [6, 3, 2, 2] }, { shape: [1, 1] }])(
    "$shape: rows or columns of length 1 at right angles",
    ({ shape }) => {
      const [rows, columns] = [shape[0]!, shape.slice(1).reduce((a, b) => a * b, 1)];
      const drawn = initialWeight("orthogonal", randomKey(3), shape, 0, 1, 1);
      expect(drawn.shape).toEqual(shape);
      const w: Tensor = drawn.reshape([rows, columns]);
      const product = rows <= columns ? w.matmul(w.T) : w.T.matmul(w);
      const n = Math.min(rows, columns);
      product.data.forEach((value, i) => {
        expect(Math.abs(value - (Math.floor(i / n) === i % n ? 1 : 0))).toBeLessThan(1e-12);
      });
    },
  );
});

it("zeros", () => {
  expect(draw("zeros").every((value) => value === 0)).toBe(true);
});

it("all are tested here", () => {
  expect(initializerNames.toSorted()).toEqual([...Object.keys(variances), "orthogonal", "zeros"].sort());
});

it("a layer draws by the initializer it names", () => {
  const weight = (init: InitializerName) =>
    (initialize(dense(fanIn, fanOut, { init }), 1).parameters as { weight: Tensor }).weight.data;
  for (const name of initializerNames) expect(weight(name)).toEqual(draw(name));
});
