// Every detector on real trainings: one that must be named, and one near it that must not.
import { describe, expect, it } from "vitest";
import { tensor } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import type { TableSettings } from "../train/settings/resolve.ts";
import { type VerdictKind, verdictKinds } from "./detectors.ts";
import { diagnose } from "./diagnose.ts";
import { curve, found, idle, wave } from "./test-trainings.ts";

/** A training, and the same one with less of the fault. */
type Case = readonly [named: Parameters<typeof found>, near: Parameters<typeof found>];

const net = (depth: number, activation: "relu" | "tanh" | "sigmoid", more: TableSettings = {}): TableSettings => ({
  hidden: new Array<number>(depth).fill(16),
  activation,
  init: activation === "relu" ? "heUniform" : "xavierUniform",
  epochs: 15,
  batchSize: 32,
  ...more,
});
/** Weights times a gain, biases as they are. */
const gain = (factor: number) => (values: Tensor, path: string) =>
  path.endsWith("weight") ? values.mul(factor) : values;
/** A share of the hidden units so far down that no row reaches them. */
const silenced = (share: number) => (values: Tensor, path: string) =>
  path.endsWith("bias") && values.size === 16
    ? values.sub(tensor(Array.from({ length: 16 }, (_, i) => (i < share * 16 ? 50 : 0))))
    : values;

const steady = { optimizer: "adam", learningRate: 0.01, schedule: "constant", epochs: 8 } as const;

/** Exhaustive by type: a detector without a case does not compile. */
const cases: { readonly [K in VerdictKind]: Case } = {
  "vanishing-gradient": [
    [curve(200), { settings: net(8, "sigmoid") }],
    [curve(200), { settings: net(2, "sigmoid") }],
  ],
  "exploding-gradient": [
    [curve(200), { settings: net(6, "relu"), parameters: gain(3) }],
    [curve(200), { settings: net(6, "relu"), parameters: gain(1.2) }],
  ],
  "dead-units": [
    [curve(200), { settings: net(2, "relu"), parameters: silenced(0.6) }],
    [curve(200), { settings: net(2, "relu"), parameters: silenced(0.25) }],
  ],
  saturation: [
    [curve(200), { settings: net(2, "tanh"), parameters: gain(20) }],
    [curve(200), { settings: net(2, "tanh"), parameters: gain(1.5) }],
  ],
  "bad-initialization": [
    [curve(200), { settings: net(3, "relu"), parameters: gain(0.05) }],
    [curve(200), { settings: net(3, "relu"), parameters: gain(0.5) }],
  ],
  "learning-rate-too-high": [
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 1 }) }],
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 0.01 }) }],
  ],
  "learning-rate-too-low": [
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 1e-5 }) }],
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 1e-3 }) }],
  ],
  "unscaled-feature": [
    [curve(200).map((row) => ({ ...row, c: 100 * (row.c as number) })), { standardize: false }],
    [curve(200).map((row) => ({ ...row, c: 5 * (row.c as number) })), { standardize: false }],
  ],
  "leaking-feature": [
    [wave(200).map((row) => ({ ...row, later: 3 * (row.height as number) })), {}],
    [wave(200).map((row, i) => ({ ...row, later: (row.height as number) + 0.5 * Math.sin(i * i) })), {}],
  ],
  "label-noise": [
    [curve(6000, 0.2), {}],
    [curve(6000, 0.01), {}],
  ],
  "uninformative-features": [
    [wave(300, 1), {}],
    [wave(300, 0.5), {}],
  ],
  "batch-too-small": [
    [wave(200, 0.3), { settings: net(2, "relu", { ...steady, batchSize: 2 }) }],
    [wave(200, 0.3), { settings: net(2, "relu", { ...steady, batchSize: 32 }) }],
  ],
  overfitting: [
    [idle(60), { validation: 0.5, settings: { epochs: 150, patience: 150, schedule: "constant" } }],
    [curve(400), { validation: 0.5, settings: { epochs: 60, patience: 150, schedule: "constant" } }],
  ],
  "constant-output": [
    [wave(200), { edit: ({ train, validation }) => [train, validation!].map(({ x }) => x.fill(0.5)) }],
    [wave(200), {}],
  ],
  "class-imbalance": [
    [curve(800).filter(({ side }, i) => side === "below" || i % 25 === 0), {}],
    [curve(800).filter(({ side }, i) => side === "below" || i % 3 === 0), {}],
  ],
  "non-finite": [
    [wave(200), { settings: net(2, "relu", { optimizer: "sgd", learningRate: 1e6 }) }],
    [wave(200), { settings: net(2, "relu", { optimizer: "sgd", learningRate: 1e-2 }) }],
  ],
};

it("has a case of every detector", () => {
  expect(Object.keys(cases).sort()).toEqual([...verdictKinds].sort());
});

describe.each(verdictKinds)("%s", (kind) => {
  const [named, near] = cases[kind];
  it("is named", async () => expect(await found(...named)).toContain(kind));
  it("is not named near it", async () => expect(await found(...near)).not.toContain(kind));
});

it("events without a start are refused", () => {
  expect(() => diagnose([])).toThrowError(/begin with "start"/);
});
