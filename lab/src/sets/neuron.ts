// Lesson 1: one neuron y = σ(w·x), E = ½ (target − y)², one row: the two cases of the tutorial.
import { tensor } from "chainrule";
import { activation, dense, sequential } from "chainrule/nn";
import type { LessonSet } from "./set.ts";

interface NeuronCase {
  readonly title: string;
  readonly x: readonly [number, number];
  readonly w: readonly [number, number];
  readonly target: number;
  readonly learningRate: number;
}

const neuronCase = ({ title, x, w, target, learningRate }: NeuronCase): LessonSet => ({
  kind: "lesson",
  title,
  about: "y = σ(w·x) and E = ½ (target − y)², on one row.",
  model: sequential(dense(2, 1, { bias: false }), activation("sigmoid")),
  loss: "halfSumOfSquares",
  features: ["x1", "x2"],
  x: [x],
  y: [[target]],
  settings: { optimizer: "sgd", learningRate, schedule: "constant", epochs: 10_000 },
  variables: () => ({
    parameters: { layers: [{ weight: tensor(w.map((value) => [value])) }, {}] },
    buffers: { layers: [{}, {}] },
  }),
});

export const neuron = neuronCase({
  title: "One neuron",
  x: [0.1, 0.3],
  w: [-0.8, 0.5],
  target: 0.2,
  learningRate: 0.5,
});

/** The case by which learning rates are compared. */
export const neuronAtRates = neuronCase({
  title: "One neuron, other numbers",
  x: [1, 2],
  w: [0.5, -0.5],
  target: 0.5,
  learningRate: 1,
});
