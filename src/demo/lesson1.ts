// Lesson 1, gradient descent on one neuron: y = σ(w·x), E = ½ (target − y)², Δw = −η ∂E/∂w.
import { compile, gradThrough, hessian, type Tensor, tensor, valueAndGrad } from "../index.ts";
import { halfSumOfSquares } from "../nn/index.ts";
import { against } from "./numbers.ts";

export interface NeuronCase {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly target: number;
  /** The learning rate η. */
  readonly rate: number;
}

/** One step of gradient descent, with everything on the way. */
export interface NeuronStep extends NeuronCase {
  /** w·x */
  readonly net: number;
  readonly y: number;
  /** target − y = −∂E/∂y */
  readonly error: number;
  /** δ = (target − y) y (1 − y) = −∂E/∂(w·x) */
  readonly errorTerm: number;
  /** Δw = −η ∂E/∂w */
  readonly dw: readonly number[];
  /** E = ½ (target − y)² */
  readonly loss: number;
}

/** E against the number of steps for one learning rate. */
export interface Descent {
  readonly rate: number;
  /** E after `steps[i]` steps of the comparison. */
  readonly losses: readonly number[];
  /** target − y before each of the first steps. */
  readonly firstErrors: readonly number[];
}

export interface RateComparison {
  readonly start: NeuronCase;
  /** From 1 to 10,000, evenly on a logarithmic scale. */
  readonly steps: readonly number[];
  readonly descents: readonly Descent[];
  /** Largest curvature of E at its minimum: λ = ∂²E/∂w² along x. */
  readonly curvature: number;
  /** 2 / λ: with larger steps the neuron moves away from the minimum again. */
  readonly limit: number;
}

export interface Lesson1 {
  readonly cases: readonly NeuronStep[];
  readonly rates: RateComparison;
}

const first: NeuronCase = { x: [0.1, 0.3], w: [-0.8, 0.5], target: 0.2, rate: 0.5 };
const second: NeuronCase = { x: [1, 2], w: [0.5, -0.5], target: 0.5, rate: 1 };
/** The customary ones, and one that jumps across. */
const rates = [0.1, 0.01, 0.001, 0.0001, 10];

export const lesson1 = (): Lesson1 => ({ cases: [neuronStep(first), neuronStep(second)], rates: compareRates(second) });

export function neuronStep(start: NeuronCase): NeuronStep {
  const error = gradThrough((w: Tensor) => {
    const net = w.matmul(tensor([...start.x]));
    const y = net.sigmoid();
    return [halfSumOfSquares(y, tensor(start.target)), {}, { net, y }];
  });
  const [[loss, , values], dw, gradients] = error(tensor([...start.w]));
  return {
    ...start,
    net: values.net.item(),
    y: values.y.item(),
    error: against(gradients.y)[0]!,
    errorTerm: against(gradients.net)[0]!,
    dw: against(dw, start.rate),
    loss: loss.item(),
  };
}

/** The same neuron once for each rate, all in one compiled step: w [rates, inputs], η [rates, 1]. */
function compareRates(start: NeuronCase): RateComparison {
  const x = tensor([...start.x]);
  const loss = (w: Tensor): [Tensor, Tensor] => {
    const error = w.matmul(x).sigmoid().neg().add(start.target);
    return [error.square().mul(0.5).sum(), error];
  };
  const step = compile(
    (w: Tensor, rate: Tensor) => {
      const [[, error], dw] = valueAndGrad(loss, { hasAux: true })(w);
      return { w: w.sub(dw.mul(rate)), error };
    },
    { backend: "reference" },
  );

  const steps = logarithmic(4, 12);
  const shown = new Set(steps);
  const rate = tensor(rates.map((value) => [value]));
  let w = tensor(rates.map(() => [...start.w]));
  const errors: number[][] = [];
  for (let i = 0; i <= steps.at(-1)!; i++) {
    const next = step(w, rate);
    if (i < firstSteps || shown.has(i)) errors[i] = Array.from(next.error.data);
    w = next.w;
  }
  const best = rates.indexOf(0.1);
  const minimum = w.slice([best], [best + 1]).reshape([start.w.length]);
  const curvature = largestEigenvalue(hessian((v) => loss(v)[0])(minimum), x);
  return {
    start,
    steps,
    descents: rates.map((rate, r) => ({
      rate,
      losses: steps.map((i) => errors[i]![r]! ** 2 / 2),
      firstErrors: errors.slice(0, firstSteps).map((row) => row[r]!),
    })),
    curvature,
    limit: 2 / curvature,
  };
}

const firstSteps = 6;

/** Whole numbers from 1 to 10^decades, `perDecade` per decade; small ones repeat, so that the scale stays even. */
const logarithmic = (decades: number, perDecade: number): number[] =>
  Array.from({ length: decades * perDecade + 1 }, (_, i) => Math.round(10 ** (i / perDecade)));

/** xᵀ H x / xᵀ x. At the minimum H = σ′² x xᵀ, so x is its only eigenvector with curvature. */
const largestEigenvalue = (h: Tensor, x: Tensor): number => x.matmul(h).matmul(x).div(x.square().sum()).item();
