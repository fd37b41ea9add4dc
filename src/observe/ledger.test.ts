// The ledger's factors are exact: their running product is the measured ratio of norms, whatever lies between the layers.
import { describe, expect, it } from "vitest";
import { randomKey, randomUniform, type Tensor, tensor, valueAndGrad, zeros } from "../index.ts";
import {
  activation,
  applyTraining,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  dropout,
  flatten,
  initialize,
  type Layer,
  layerNorm,
  losses,
  maxPool2d,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import type { ObservationEvent } from "../train/events.ts";
import { train } from "../train/index.ts";
import { chainOf, isWeighted } from "./chain.ts";
import { ledgerOf } from "./ledger.ts";

const images = randomUniform(randomKey(3), [6, 1, 8, 8]).mul(2).sub(1);
const rows = randomUniform(randomKey(4), [6, 5]).mul(2).sub(1);
const sequences = randomUniform(randomKey(6), [6, 4, 4]).mul(2).sub(1);
const block = (width: number, ...more: Layer[]) => residual(dense(width, width), ...more, activation("tanh"));

const models: readonly (readonly [name: string, model: Layer, x: Tensor])[] = [
  ["dense", sequential(dense(5, 7), activation("sigmoid"), dense(7, 6), activation("relu"), dense(6, 3)), rows],
  [
    "convolutions",
    sequential(
      conv2d(1, 4, 3, { padding: 1 }),
      activation("relu"),
      maxPool2d(2),
      conv2d(4, 3, 3),
      activation("gelu"),
      avgPool2d(2),
      flatten(),
      dense(3, 3),
    ),
    images,
  ],
  [
    "attention",
    sequential(
      residual(layerNorm(4), multiHeadAttention(4, 2)),
      positionEmbedding(4, 4),
      multiHeadAttention(4, 1, { causal: true }),
      residual(layerNorm(4), dense(4, 6), activation("gelu"), dense(6, 4)),
      flatten(),
      dense(16, 3),
    ),
    sequences,
  ],
  ["residuals", sequential(dense(5, 6), block(6), activation("relu"), block(6, dense(6, 6)), dense(6, 3)), rows],
  ["residual in residual", sequential(dense(5, 6), residual(dense(6, 6), block(6), dense(6, 6)), dense(6, 3)), rows],
  ["residual first and last", sequential(block(5), residual(dense(5, 5))), rows],
  [
    "normalised",
    sequential(
      dense(5, 7),
      batchNorm(7),
      activation("relu"),
      dense(7, 6),
      layerNorm(6),
      dropout(0.2),
      dense(6, 3),
      layerNorm(3),
    ),
    rows,
  ],
];

/** ‖∂loss/∂(output of every weighted layer)‖ by adding zeros to it: another way than the training step's. */
function measuredNorms(model: Layer, x: Tensor, y: Tensor): Map<string, number> {
  const variables = initialize(model, 1);
  const names = chainOf(model)
    .filter(isWeighted)
    .map(({ name }) => name);
  const shapes = new Map<string, Tensor>();
  const key = randomKey(5);
  applyTraining(model, variables, x, key, (name, value) => {
    if (names.includes(name)) shapes.set(name, zeros(value.shape));
    return value;
  });
  const nothing = Object.fromEntries(shapes);
  const [, gradients] = valueAndGrad((p: Record<string, Tensor>) =>
    losses.crossEntropy(
      applyTraining(model, variables, x, key, (name, value) => (p[name] ? value.add(p[name]) : value)).y,
      y,
    ),
  )(nothing);
  return new Map(names.map((name) => [name, Math.sqrt(gradients[name]!.square().sum().item())]));
}

const first = async (model: Layer, x: Tensor, y: Tensor, backend: "reference" | "wasm") => {
  const training = train({
    model,
    data: { x, y },
    loss: "crossEntropy",
    optimizer: sgd({ learningRate: 0.1 }),
    epochs: 1,
    seed: 1,
    backend,
    variables: initialize(model, 1),
  });
  for await (const event of training) if (event.type === "observation") return event;
  throw new Error("no observation");
};

describe("the chain-rule ledger", () => {
  const withoutDropout = models.map(([name, model, x]) => {
    const plain = (layer: Layer): Layer =>
      layer.kind === "sequential" ? sequential(...layer.layers.filter(({ kind }) => kind !== "dropout")) : layer;
    return [name, plain(model), x] as const;
  });

  it.each(withoutDropout)("of %s gives the measured ratios of norms", async (_, model, x) => {
    const y = tensor(Int32Array.from({ length: 6 }, (_, i) => i % 3));
    const measured = measuredNorms(model, x, y);
    for (const [backend, tolerance] of [
      ["reference", 1e-9],
      ["wasm", 2e-5],
    ] as const) {
      const { ledger } = await first(model, x, y, backend);
      expect(ledger.map(({ layer }) => layer)).toEqual([...measured.keys()].reverse());
      const output = measured.get(ledger[0]!.layer)!;
      let product = 1;
      for (const row of ledger) {
        const ratio = measured.get(row.layer)! / output;
        expect(row.product / ratio).toBeCloseTo(1, -Math.log10(2 * tolerance));
        expect((row.weightFactor * row.activationFactor * row.skipFactor) / row.attenuation).toBeCloseTo(1, 6);
        product *= row.attenuation;
        expect(product / row.product).toBeCloseTo(1, 6);
      }
    }
  });

  it("holds with dropout: its own mask counts", async () => {
    const [, model, x] = models.at(-1)!;
    const y = tensor(Int32Array.from({ length: 6 }, (_, i) => i % 3));
    const { ledger } = await first(model, x, y, "reference");
    for (const row of ledger)
      expect((row.weightFactor * row.activationFactor * row.skipFactor) / row.attenuation).toBeCloseTo(1, 9);
  });

  it("has a skip factor above 1 where the identity carries the gradient past sigmoid layers", async () => {
    const deep = Array.from({ length: 5 }, () => residual(dense(5, 5), activation("sigmoid")));
    const y = tensor(Int32Array.from({ length: 6 }, (_, i) => i % 3));
    const { ledger } = (await first(sequential(...deep, dense(5, 3)), rows, y, "reference")) as ObservationEvent;
    for (const row of ledger.slice(2)) expect(row.skipFactor).toBeGreaterThan(2);
    expect(ledger.at(-1)!.product).toBeGreaterThan(0.05);
  });

  it("goes by the identity where nothing comes through a residual's layers", async () => {
    // The last layer of f gives 0 whatever it gets, as some initialise it: no gradient enters f.
    const model = sequential(
      dense(5, 6),
      activation("tanh"),
      residual(dense(6, 6), activation("tanh"), dense(6, 6, { init: "zeros" })),
      activation("relu"),
      dense(6, 3),
    );
    const y = tensor(Int32Array.from({ length: 6 }, (_, i) => i % 3));
    const measured = measuredNorms(model, rows, y);
    for (const backend of ["reference", "wasm"] as const) {
      const { ledger } = await first(model, rows, y, backend);
      expect(ledger.map(({ product }) => product > 0)).toEqual([true, true, false, true]);
      for (const row of ledger) {
        expect(row.product).toBeCloseTo(measured.get(row.layer)! / measured.get(ledger[0]!.layer)!, 5);
        expect(row.weightFactor * row.activationFactor * row.skipFactor).toBeCloseTo(row.attenuation, 5);
      }
      const behind = ledger[0]!;
      expect(ledger[3]!.attenuation).toBeCloseTo(measured.get("layers.0")! / measured.get(behind.layer)!, 5);
    }
  });

  it("says 0 where nothing of the gradient is left, and never NaN", () => {
    const chain = chainOf(sequential(dense(1, 1), activation("relu"), dense(1, 1), activation("relu"), dense(1, 1)));
    const gradients = [0, 0, 0, 0, 1].map((rms) => ({ rms, size: 4 }));
    const rows = ledgerOf(chain, gradients, () => 0);
    expect(rows.map((row) => row.product)).toEqual([1, 0, 0]);
    expect(rows.map((row) => row.attenuation)).toEqual([1, 0, 0]);
  });
});
