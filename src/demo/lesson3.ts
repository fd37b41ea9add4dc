// Lesson 3, why sigmoid gradients vanish: two deep networks that differ in their activation alone, measured and trained.
import { gradThrough, randomKey, randomUniform, type Tensor } from "../index.ts";
import {
  type ActivationName,
  activation,
  apply,
  binaryCrossEntropy,
  dense,
  initialize,
  sequential,
  type TensorTree,
} from "../nn/index.ts";
import { chainOf } from "../observe/chain.ts";
import { type Gradient, ledgerOf } from "../observe/ledger.ts";
import { sgd } from "../optim/index.ts";
import { train } from "../train/index.ts";

/** The chain rule's step back through hidden layer l, whose output is a = φ(z): norms over all rows and units. */
export interface LayerFactors {
  /** 1 stands next to the input. */
  readonly layer: number;
  /** ‖∂L/∂a‖ / ‖∂L/∂z of the next layer‖: what the next layer's weights do. */
  readonly weight: number;
  /** ‖∂L/∂z‖ / ‖∂L/∂a‖: what φ′ does; at most ¼ for sigmoid. */
  readonly activation: number;
  /** weight · activation = ‖∂L/∂z‖ / ‖∂L/∂z of the next layer‖ */
  readonly attenuation: number;
  /** Product of the attenuations from the output down to here. */
  readonly product: number;
}

export interface DeepNetwork {
  readonly activation: ActivationName;
  /** RMS of ∂L/∂(weights and biases) at the first step, by layer from the input, the output layer last. */
  readonly gradients: readonly number[];
  /** At the initial weights, from the output towards the input. */
  readonly ledger: readonly LayerFactors[];
  /** Mean cross entropy before each step. */
  readonly losses: readonly number[];
  /** Share of points on the right side after training. */
  readonly accuracy: number;
}

export interface Lesson3 {
  readonly depth: number;
  readonly width: number;
  readonly points: number;
  readonly rate: number;
  readonly steps: number;
  readonly seed: number;
  readonly networks: readonly DeepNetwork[];
}

const settings = { depth: 10, width: 16, points: 256, rate: 0.05, steps: 250, seed: 1 };

export async function lesson3(): Promise<Lesson3> {
  return { ...settings, networks: [await deepNetwork("sigmoid"), await deepNetwork("relu")] };
}

/** Points of the square −1 … 1; class 1 inside the circle r² < 2/π, which covers half of it. */
function circle(): { x: Tensor; y: Tensor } {
  const x = randomUniform(randomKey(settings.seed), [settings.points, 2]).mul(2).sub(1);
  const inside = x
    .square()
    .sum(1, { keepDims: true })
    .less(2 / Math.PI);
  return { x, y: inside.cast("float64") };
}

async function deepNetwork(name: ActivationName): Promise<DeepNetwork> {
  const { depth, width, rate, steps, seed } = settings;
  const init = "heNormal";
  const hidden = Array.from({ length: depth }, (_, l) => [
    dense(l === 0 ? 2 : width, width, { init }),
    activation(name),
  ]);
  // Spread: two layers for each of `depth`.
  const model = sequential(...hidden.flat(), dense(width, 1, { init }));
  const data = circle();
  const training = train({
    model,
    data,
    loss: "binaryCrossEntropy",
    optimizer: sgd({ learningRate: rate }),
    epochs: steps,
    seed,
  });
  const losses: number[] = [];
  let gradients: number[] = [];
  // All points are one batch: an epoch is a step, and the first one's gradients are those at the initial weights.
  for await (const event of training) {
    if (event.type !== "epoch") continue;
    losses.push(event.loss);
    if (event.epoch === 1) gradients = event.layers!.map((layer) => layer.gradientRms);
  }
  const { metrics } = await training.result();
  const ledger = factorsOf(model, seed, data);
  return { activation: name, gradients, ledger, losses, accuracy: metrics.train.accuracy! };
}

/** The ledger at the initial weights, in float64. */
function factorsOf(
  model: ReturnType<typeof sequential>,
  seed: number,
  { x, y }: { x: Tensor; y: Tensor },
): LayerFactors[] {
  const forward = gradThrough((parameters: readonly TensorTree[]) => {
    const outputs: Tensor[] = [];
    for (const [i, layer] of model.layers.entries()) {
      outputs.push(apply(layer, { parameters: parameters[i]!, buffers: {} }, outputs.at(-1) ?? x));
    }
    return [binaryCrossEntropy(outputs.at(-1)!, y), {}, outputs];
  });
  const [, , gradients] = forward(initialize(model, seed).parameters.layers as readonly TensorTree[]);
  const sizes = gradients.map((dx): Gradient => ({ rms: dx.square().mean().sqrt().item(), size: dx.size }));
  const [, ...rows] = ledgerOf(chainOf(model), sizes, () => 0);
  let product = 1;
  return rows.map((row, i) => ({
    layer: rows.length - i,
    weight: row.weightFactor,
    activation: row.activationFactor,
    attenuation: row.attenuation,
    product: (product *= row.attenuation),
  }));
}
