// Twelve steps of every optimizer and schedule against PyTorch's, in float64, eagerly and as a compiled program.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, type Tensor, tensor } from "../src/index.ts";
import {
  adagrad,
  adam,
  adamw,
  clipByNorm,
  initOptimizer,
  learningRate,
  type Optimizer,
  optimizerKinds,
  rmsprop,
  type Schedule,
  sgd,
  updateOptimizer,
} from "../src/optim/index.ts";

interface Golden {
  readonly optimizer: string;
  // biome-ignore lint/suspicious/noExplicitAny: settings of any optimizer, as the file has them
  readonly args: any;
  readonly clipNorm: number | null;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly parameters: readonly (readonly number[])[];
  readonly learningRates: readonly number[];
}

const goldens: readonly Golden[] = JSON.parse(readFileSync(new URL("golden/optimizers.json", import.meta.url), "utf8"));

// biome-ignore lint/suspicious/noExplicitAny: as in Golden
const builders: Readonly<Record<string, (args: any) => Optimizer>> = {
  sgd: ({ lr, momentum = 0, nesterov = false, weightDecay = 0 }) =>
    sgd({ learningRate: lr, momentum, nesterov, weightDecay }),
  adam: ({ lr, betas, eps }) => adam({ learningRate: lr, beta1: betas[0], beta2: betas[1], epsilon: eps }),
  adamw: ({ lr, betas, eps, weightDecay }) =>
    adamw({ learningRate: lr, beta1: betas[0], beta2: betas[1], epsilon: eps, weightDecay }),
  rmsprop: ({ lr, alpha, eps, momentum }) => rmsprop({ learningRate: lr, alpha, epsilon: eps, momentum }),
  adagrad: ({ lr, eps }) => adagrad({ learningRate: lr, epsilon: eps }),
};

// biome-ignore lint/suspicious/noExplicitAny: as in Golden
const scheduleOf = ({ schedule, every, gamma, steps, min }: any): Schedule => {
  switch (schedule) {
    case undefined:
      return { kind: "constant" };
    case "step":
      return { kind: "step", every, gamma };
    case "cosine":
      return { kind: "cosine", steps, min };
    case "exponential":
      return { kind: "exponential", gamma };
    default:
      throw new Error(`no schedule ${schedule}`);
  }
};

const row = (data: readonly number[]): Tensor => tensor(Float64Array.from(data));
const title = ({ optimizer, args, clipNorm }: Golden): string =>
  `${optimizer} ${JSON.stringify(args)}${clipNorm === null ? "" : `, clipped to ${clipNorm}`}`;

function expectClose(actual: Tensor, expected: readonly number[], tolerance: number, what: string): void {
  const floor = Math.max(...expected.map(Math.abs)) / 20;
  expected.forEach((value, i) => {
    const error = Math.abs(actual.data[i]! - value) / Math.max(Math.abs(value), floor);
    if (!(error <= tolerance)) expect.fail(`${what}[${i}] is ${actual.data[i]}, not ${value}: relative error ${error}`);
  });
}

function run(golden: Golden, wrap: <F extends (...args: never[]) => unknown>(fn: F) => F, tolerance: number): void {
  const optimizer = builders[golden.optimizer]!(golden.args);
  const schedule = scheduleOf(golden.args);
  const update = wrap((w: Tensor, dw: Tensor, state: Readonly<Record<string, unknown>>, step: Tensor) => {
    const gradients = golden.clipNorm === null ? { w: dw } : clipByNorm({ w: dw }, golden.clipNorm);
    const rate = learningRate(schedule, optimizer.learningRate, step);
    return { rate, next: updateOptimizer(optimizer, { w }, gradients, state, { step, learningRate: rate }) };
  });
  let w = row(golden.start);
  let state = initOptimizer(optimizer, { w });
  golden.gradients.forEach((dw, i) => {
    const { rate, next } = update(w, row(dw), state, tensor(Int32Array.of(i), { shape: [] }));
    w = next.parameters.w;
    state = next.state;
    expectClose(rate, [golden.learningRates[i]!], tolerance, `learning rate of step ${i}`);
    expectClose(w, golden.parameters[i]!, tolerance, `parameters after step ${i}`);
  });
}

it("the file covers every optimizer", () => {
  expect(goldens.every(({ gradients }) => gradients.length === 12)).toBe(true);
  expect([...new Set(goldens.map(({ optimizer }) => optimizer))].sort()).toEqual([...optimizerKinds].sort());
});

describe("eagerly, to 1e-9", () => {
  it.each(goldens.map((golden) => [title(golden), golden] as const))("%s", (_, golden) => {
    run(golden, (fn) => fn, 1e-9);
  });
});

describe("planned on the reference, to 1e-9", () => {
  it.each(goldens.map((golden) => [title(golden), golden] as const))("%s", (_, golden) => {
    run(golden, (fn) => compile(fn as never, { backend: "reference" }) as never, 1e-9);
  });
});

describe("on the machine, to 1e-5", () => {
  it.each(goldens.map((golden) => [title(golden), golden] as const))("%s", (_, golden) => {
    run(golden, (fn) => compile(fn as never) as never, 1e-5);
  });
});
