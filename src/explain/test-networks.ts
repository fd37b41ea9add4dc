// What explanations are tested on: networks of all layers, and a reader who computes what is written.

import {
  type ActivationName,
  activation,
  apply,
  avgPool2d,
  batchNorm,
  conv2d,
  dense,
  embedding,
  flatten as flattenLayer,
  initialize,
  type Layer,
  layerNorm,
  losses,
  maxPool2d,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
  type TensorTree,
} from "../nn/index.ts";
import { randomKey, randomUniform, tensor } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { type Explain, explain, type NamedTensors } from "./index.ts";

export const rows = (n: number, seed = 2): Tensor => randomUniform(randomKey(seed), [2, n]).mul(2).sub(1);
const images = randomUniform(randomKey(3), [1, 2, 6, 6]).mul(2).sub(1);
export const labels = (n: number, classes: number) =>
  tensor(Int32Array.from({ length: n }, (_, i) => (i * 2 + 1) % classes));

export function network(model: Layer, x: Tensor, target: Tensor, loss: keyof typeof losses = "crossEntropy"): Explain {
  const { parameters, buffers } = initialize(model, 1);
  const fn = (p: NamedTensors, name: (own: string, value: Tensor) => Tensor) =>
    name(
      "loss",
      losses[loss](apply(model, { parameters: p as TensorTree, buffers }, (p.x as Tensor) ?? x, name), target),
    );
  const isFloats = x.dtype !== "int32";
  return explain(fn, { ...parameters, ...(isFloats && { x }) } as NamedTensors);
}

export const perceptron = (...names: ActivationName[]) =>
  sequential(...names.flatMap((name, i) => [dense(i === 0 ? 4 : 5, 5), activation(name)]), dense(5, 3));

/** softmax(Q Kᵀ / √d) V over a sequence of 4 vectors, then a dense layer on their mean. */
function attention(): Explain {
  const draw = (shape: number[], seed: number) => randomUniform(randomKey(seed), shape).sub(0.5);
  const tensors = {
    x: draw([4, 6], 1),
    wq: draw([6, 3], 2),
    wk: draw([6, 3], 3),
    wv: draw([6, 5], 4),
    wo: draw([5, 3], 5),
  };
  return explain(({ x, wq, wk, wv, wo }, name) => {
    const scores = name(
      "scores",
      x
        .matmul(wq)
        .matmul(x.matmul(wk).transpose())
        .mul(1 / Math.sqrt(3)),
    );
    const mixed = name("mixed", scores.softmax(-1).matmul(x.matmul(wv)));
    const logits = mixed.mean(0, { keepDims: true }).matmul(wo);
    return losses.crossEntropy(logits, labels(1, 3));
  }, tensors);
}

export const architectures: readonly (readonly [name: string, make: () => Explain])[] = [
  ["a perceptron of tanh", () => network(perceptron("tanh", "tanh"), rows(4), labels(2, 3))],
  ["a perceptron of relu and leakyRelu", () => network(perceptron("relu", "leakyRelu"), rows(4), labels(2, 3))],
  ["a perceptron of sigmoid, gelu, elu", () => network(perceptron("sigmoid", "gelu", "elu"), rows(4), labels(2, 3))],
  [
    "a perceptron of silu, softplus, softmax",
    () => network(perceptron("silu", "softplus", "softmax"), rows(4), labels(2, 3)),
  ],
  [
    "a regression",
    () => network(sequential(dense(4, 6), activation("geluTanh"), dense(6, 1)), rows(4), rows(1, 9), "huber"),
  ],
  [
    "a convolutional network",
    () =>
      network(
        sequential(
          conv2d(2, 3, 3, { padding: 1, stride: 2 }),
          activation("relu"),
          conv2d(3, 4, 2, { dilation: 2, padding: 1 }),
          activation("tanh"),
          maxPool2d(2),
          flattenLayer(),
          dense(4, 3),
        ),
        images,
        labels(1, 3),
      ),
  ],
  [
    "grouped convolutions and mean pooling",
    () =>
      network(
        sequential(conv2d(2, 4, 3, { groups: 2 }), activation("sigmoid"), avgPool2d(2), flattenLayer(), dense(16, 3)),
        images,
        labels(1, 3),
      ),
  ],
  [
    "a residual network",
    () =>
      network(
        sequential(
          dense(4, 5),
          residual(dense(5, 5), activation("tanh")),
          residual(activation("relu"), dense(5, 5)),
          dense(5, 3),
        ),
        rows(4),
        labels(2, 3),
      ),
  ],
  [
    "a normalised network",
    () =>
      network(
        sequential(
          dense(4, 5),
          layerNorm(5),
          activation("tanh"),
          dense(5, 5),
          batchNorm(5),
          activation("relu"),
          dense(5, 3),
        ),
        rows(4),
        labels(2, 3),
      ),
  ],
  [
    "an embedding",
    () =>
      network(sequential(embedding(7, 4), activation("tanh"), dense(4, 3)), tensor(Int32Array.of(1, 5)), labels(2, 3)),
  ],
  ["attention", attention],
  [
    "a transformer",
    () =>
      network(
        sequential(
          embedding(7, 4),
          positionEmbedding(3, 4),
          residual(layerNorm(4), multiHeadAttention(4, 2, { causal: true })),
          residual(layerNorm(4), dense(4, 6), activation("silu"), dense(6, 4)),
          layerNorm(4),
          dense(4, 3),
        ),
        tensor(Int32Array.of(1, 5, 2), { shape: [1, 3] }),
        labels(3, 3).reshape([1, 3]),
      ),
  ],
  ["shared weights", shared],
];

/** tanh(tanh(x W) W) W: every weight has its say three times. */
function shared(): Explain {
  const draw = (shape: number[], seed: number) => randomUniform(randomKey(seed), shape).mul(2).sub(1);
  return explain(
    ({ x, w, target }, name) => {
      const h = name("h", x.matmul(w).tanh());
      return losses.huber(h.matmul(w).tanh().matmul(w), target);
    },
    { x: draw([2, 4], 1), w: draw([4, 4], 2), target: draw([2, 4], 3) },
  );
}

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Elements drawn evenly over all names that have gradients. */
export function draw(one: Explain, count: number, random: () => number): string[] {
  const names = [...one.names].filter(([, shape]) => shape.every((n) => n > 0));
  return Array.from({ length: count }, () => {
    const [name, shape] = names[Math.floor(random() * names.length)]!;
    const indices = shape.map((n) => Math.floor(random() * n));
    return indices.length === 0 ? name : `${name}[${indices}]`;
  });
}

/** What a written expression comes to: a person with a calculator. */
export function compute(text: string): number {
  const code = text
    .replaceAll("−", "-")
    .replaceAll("·", "*")
    .replace(/\(([^()]*) where (\w+), else ([^()]*)\)/g, "($2 ? $1 : $3)")
    .replace(/\(([^()]*(?:\([^()]*\))?[^()]*) where (.+?), else (.+?)\)/g, "($2 ? $1 : $3)")
    .replaceAll("²", "**2")
    .replaceAll("^", "**")
    .replace(/√(\d[\d.]*(?:e-?\d+)?|\()/g, (_, next: string) => (next === "(" ? "Math.sqrt(" : `Math.sqrt(${next})`))
    .replaceAll(" = ", " == ")
    .replaceAll("≤", "<=")
    .replace(/\|([^|]*)\|/g, "Math.abs($1)")
    .replace(/(?<![\w.])(exp|tanh|max|min|sign)\(/g, "Math.$1(")
    .replace(/\bln\(/g, "Math.log(")
    .replaceAll("σ(", "sigmoid(")
    .replace(/(^|[^\w)\s]\s*)-([\d.e-]+)\*\*/g, "$1-($2)**");
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const leakyRelu = (x: number, slope: number) => (x > 0 ? x : slope * x);
  const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
  const silu = (x: number) => x * sigmoid(x);
  const softplus = (x: number) => Math.log1p(Math.exp(x));
  const known = { sigmoid, leakyRelu, elu, silu, softplus };
  return new Function(...Object.keys(known), `"use strict"; return Number(${code});`)(...Object.values(known));
}

export const isWorked = ({ numbers }: { numbers?: { text: string } }) =>
  numbers !== undefined && !/gelu|erf/.test(numbers.text);
