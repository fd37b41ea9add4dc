// Losses against their formulas, at the tails, and their gradients.
import { describe, expect, it } from "vitest";
import { compile, grad, type Tensor, tensor, valueAndGrad } from "../../index.ts";
import {
  binaryCrossEntropyWith,
  crossEntropyWith,
  findLoss,
  type LossName,
  losses,
  lossNames,
  lossRecord,
} from "../index.ts";

const y = [0.5, -2, 3, 1.25];
const t = [1, -2, 0.5, 0];
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** The loss of y against t, and ∂loss/∂y. */
const values: Record<
  Exclude<keyof typeof losses, "crossEntropy">,
  { targets: number[]; loss: number; gradient: number[]; right?: (targets: number[]) => number[] }
> = {
  halfSumOfSquares: {
    targets: t,
    loss: y.reduce((sum, v, i) => sum + (v - t[i]!) ** 2 / 2, 0),
    gradient: y.map((v, i) => v - t[i]!),
  },
  mse: {
    targets: t,
    loss: mean(y.map((v, i) => (v - t[i]!) ** 2)),
    gradient: y.map((v, i) => (2 * (v - t[i]!)) / 4),
  },
  mae: { targets: t, loss: mean(y.map((v, i) => Math.abs(v - t[i]!))), gradient: [-0.25, 0, 0.25, 0.25] },
  // Errors −0.5, 0, 2.5 and 1.25: e²/2 up to 1, |e| − ½ beyond.
  huber: { targets: t, loss: (0.125 + 0 + 2 + 0.75) / 4, gradient: [-0.125, 0, 0.25, 0.25] },
  // Half of mae.
  quantile: { targets: t, loss: mean(y.map((v, i) => Math.abs(v - t[i]!) / 2)), gradient: [-0.125, 0, 0.125, 0.125] },
  // Rates e^0.5, e^−2, e^3, e^1.25: t ln(t / rate) − t + rate, and of t = 0 the rate.
  poisson: {
    targets: [1, 2, 0.5, 0],
    loss: mean([
      -0.5 - 1 + Math.exp(0.5),
      2 * (Math.LN2 + 2) - 2 + Math.exp(-2),
      0.5 * (-Math.LN2 - 3) - 0.5 + Math.exp(3),
      Math.exp(1.25),
    ]),
    gradient: y.map((z, i) => (Math.exp(z) - [1, 2, 0.5, 0][i]!) / 4),
    right: () => [0, Math.LN2, -Math.LN2, -800],
  },
  binaryCrossEntropy: {
    targets: [1, 0, 0.25, 1],
    loss: mean(
      y.map(
        (z, i) => -([1, 0, 0.25, 1][i]! * Math.log(sigmoid(z)) + (1 - [1, 0, 0.25, 1][i]!) * Math.log(1 - sigmoid(z))),
      ),
    ),
    gradient: y.map((z, i) => (sigmoid(z) - [1, 0, 0.25, 1][i]!) / 4),
  },
};

describe.each(Object.entries(values))("%s", (name, { targets, loss, gradient, right = (same) => same }) => {
  const of = (prediction: Tensor, target: Tensor) => lossRecord(name as LossName)(prediction, target);

  it.each([[[4]], [[4, 1]], [[2, 2]]])("is its formula on shape %j, and so is its gradient", (shape) => {
    const both = valueAndGrad(of);
    const [value, dy] = both(tensor(y).reshape(shape), tensor(targets).reshape(shape));
    expect(value.shape).toEqual([]);
    expect(value.item()).toBeCloseTo(loss, 12);
    expect(dy.shape).toEqual(shape);
    dy.data.forEach((v, i) => {
      expect(v).toBeCloseTo(gradient[i]!, 12);
    });
    const machine = compile(both)(tensor(y).reshape(shape), tensor(targets).reshape(shape));
    expect(machine[0].item()).toBeCloseTo(loss, 5);
  });

  it("is 0 and flat where the prediction is right", () => {
    if (name === "binaryCrossEntropy") return;
    const [value, dy] = valueAndGrad(of)(tensor(right(targets)), tensor(targets));
    // Logarithms are rounded.
    const least = right(targets) === targets ? 0 : 1e-15;
    for (const zero of [...value.data, ...dy.data]) expect(Math.abs(zero)).toBeLessThanOrEqual(least);
  });
});

describe("crossEntropy", () => {
  const logits = [
    [1, 2, 3],
    [0, -1, 4],
  ];
  const softmax = (row: readonly number[]) => {
    const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
    return row.map((z) => Math.exp(z) / total);
  };

  it("is −ln softmax(z)[class], its gradient softmax(z) − one-hot, over the rows", () => {
    const labels = [2, 1];
    const [value, dz] = valueAndGrad(losses.crossEntropy)(tensor(logits), tensor(Int32Array.from(labels)));
    expect(value.item()).toBeCloseTo(mean(logits.map((row, i) => -Math.log(softmax(row)[labels[i]!]!))), 12);
    const expected = logits.flatMap((row, i) => softmax(row).map((p, k) => (p - (k === labels[i] ? 1 : 0)) / 2));
    dz.data.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 12);
    });
  });

  it("takes rows of any shape, and labels in floats", () => {
    const flat = losses.crossEntropy(tensor(logits), tensor(Int32Array.of(0, 2))).item();
    expect(losses.crossEntropy(tensor([logits]), tensor(Int32Array.of(0, 2), { shape: [1, 2] })).item()).toBe(flat);
    expect(losses.crossEntropy(tensor(logits), tensor([0, 2])).item()).toBe(flat);
    expect(losses.crossEntropy(tensor([1, 2, 3]), tensor(1)).item()).toBeCloseTo(-Math.log(softmax([1, 2, 3])[1]!), 12);
  });

  it("of two classes is the binary one of their difference", () => {
    const z = [-3, 0.5, 2];
    const two = losses.crossEntropy(tensor(z.map((v) => [0, v])), tensor(Int32Array.of(0, 1, 0)));
    expect(two.item()).toBeCloseTo(losses.binaryCrossEntropy(tensor(z), tensor([0, 1, 0])).item(), 12);
  });
});

describe("at the tails", () => {
  const extremes = [-800, -100, 0, 100, 800];

  it.each(["reference", "wasm"] as const)("logits up to ±800 have finite losses and gradients on %s", (backend) => {
    for (const z of extremes) {
      for (const label of [0, 1]) {
        const binary = compile(valueAndGrad(losses.binaryCrossEntropy), { backend });
        const [loss, dz] = binary(tensor([z]), tensor([label]));
        const signed = label === 1 ? -z : z;
        expect(loss.item()).toBeCloseTo(signed > 50 ? signed : Math.log1p(Math.exp(signed)), 4);
        expect(dz.item()).toBeCloseTo(sigmoid(z) - label, 5);

        const cross = compile(
          (logits: Tensor) => valueAndGrad(losses.crossEntropy)(logits, tensor(Int32Array.of(label))),
          { backend },
        );
        const [many, dmany] = cross(tensor([[0, z]]));
        expect(many.item()).toBeCloseTo(loss.item(), 4);
        expect(dmany.data[1]).toBeCloseTo(sigmoid(z) - label, 5);
        expect(dmany.data[0]).toBeCloseTo(label - sigmoid(z), 5);
      }
    }
  });

  it("large errors of values stay finite", () => {
    for (const name of ["halfSumOfSquares", "mse", "mae", "huber"] as const) {
      const [loss, dy] = valueAndGrad(losses[name])(tensor([1e10, -1e10]), tensor([0, 0]));
      expect(Number.isFinite(loss.item())).toBe(true);
      for (const v of dy.data) expect(Number.isFinite(v) && v !== 0).toBe(true);
    }
  });
});

describe("weights of classes", () => {
  const logits = [
    [1, 2, 3],
    [0, -1, 4],
    [2, 2, 0],
  ];
  const labels = [2, 1, 1];
  const lnP = (row: readonly number[], k: number) => row[k]! - Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));

  it("count in the mean: Σ w loss / Σ w, and so in its gradient", () => {
    const loss = crossEntropyWith({ classWeights: [9, 2, 0.5] });
    const [value, dz] = valueAndGrad(loss)(tensor(logits), tensor(Int32Array.from(labels)));
    const own = labels.map((label, i) => -lnP(logits[i]!, label));
    expect(value.item()).toBeCloseTo((0.5 * own[0]! + 2 * own[1]! + 2 * own[2]!) / 4.5, 12);
    expect(dz.data[1]).toBeCloseTo((0.5 / 4.5) * Math.exp(lnP(logits[0]!, 1)), 12);
    expect(dz.data[4]).toBeCloseTo((2 / 4.5) * (Math.exp(lnP(logits[1]!, 1)) - 1), 12);
    const machine = compile(loss)(tensor(logits), tensor(Int32Array.from(labels)));
    expect(machine.item()).toBeCloseTo(value.item(), 5);
  });

  it("leave rows out that are ignored, and weigh probabilities by what they are of", () => {
    const loss = crossEntropyWith({ classWeights: [9, 2, 0.5], ignoreIndex: 1 });
    expect(loss(tensor(logits), tensor(Int32Array.from(labels))).item()).toBeCloseTo(-lnP(logits[0]!, 2), 12);
    const soft = crossEntropyWith({ classWeights: [1, 3, 1] });
    const halves = tensor([
      [0.5, 0.5, 0],
      [0, 0, 1],
    ]);
    const two = -(lnP(logits[0]!, 0) + lnP(logits[0]!, 1)) / 2;
    expect(soft(tensor(logits.slice(0, 2)), halves).item()).toBeCloseTo((2 * two - lnP(logits[1]!, 2)) / 3, 12);
  });

  it("of two classes are those of crossEntropy", () => {
    const z = [-3, 0.5, 2];
    const one = binaryCrossEntropyWith({ classWeights: [1, 7] })(tensor(z), tensor([0, 1, 0]));
    const two = crossEntropyWith({ classWeights: [1, 7] })(
      tensor(z.map((v) => [0, v])),
      tensor(Int32Array.of(0, 1, 0)),
    );
    expect(one.item()).toBeCloseTo(two.item(), 12);
  });

  it("are as many as the classes", () => {
    expect(() =>
      crossEntropyWith({ classWeights: [1, 2] })(tensor(logits), tensor(Int32Array.from(labels))),
    ).toThrowError("crossEntropy: classWeights must have a weight for each class; got 2 for 3 logits.");
  });
});

describe("a quantile", () => {
  it("weighs targets above by the share, and those below by the rest", () => {
    // Errors target − y: 0.5, 0, −2.5, −1.25.
    const [value, dy] = valueAndGrad(lossRecord("quantile(0.9)"))(tensor([0.5, -3, 3, 1.25]), tensor([1, -2, 0.5, 0]));
    expect(value.item()).toBeCloseTo((0.9 * 0.5 + 0.9 * 1 + 0.1 * 2.5 + 0.1 * 1.25) / 4, 14);
    expect(Array.from(dy.data, (v) => Number(v.toFixed(12)))).toEqual([-0.225, -0.225, 0.025, 0.025]);
  });

  it("of the best constant has that share of the targets below it", () => {
    const targets = Array.from({ length: 100 }, (_, i) => i);
    // 0.9 · (1 + … + 10) + 0.1 · (1 + … + 89) of the 90th.
    expect(lossRecord("quantile(0.9)").constantLoss(targets)).toBeCloseTo((0.9 * 55 + 0.1 * 4005) / 100, 12);
  });

  it("is named by its share, however that is written", () => {
    expect(["quantile(.9)", "quantile(0.90)", "quantile(9e-1)"].map((name) => findLoss(name)?.name)).toEqual(
      new Array(3).fill("quantile(0.9)"),
    );
    for (const name of ["quantile(1)", "quantile(0)", "quantile(x)", "quantile()", "mse(0.9)", "Quantile", "toString"])
      expect(findLoss(name), name).toBeUndefined();
  });
});

it("target's gradients flow too", () => {
  expect(Array.from(grad(losses.mse, { argument: 1 })(tensor([1, 2]), tensor([0, 4])).data)).toEqual([-1, 2]);
});

it("all are tested here", () => {
  expect(lossNames.toSorted()).toEqual([...Object.keys(values), "crossEntropy"].sort());
});
