// Lesson 1: one neuron y = σ(w·x), E = ½ (target − y)², one row.
import { tensor } from "chainrule";
import { activation, dense, sequential } from "chainrule/nn";
import type { LessonSet } from "./set.ts";

export const neuron: LessonSet = {
  kind: "lesson",
  title: "One neuron",
  about: "y = σ(w·x) and E = ½ (target − y)², on one row.",
  model: sequential(dense(2, 1, { bias: false }), activation("sigmoid")),
  loss: "halfSumOfSquares",
  features: ["x1", "x2"],
  x: [[0.1, 0.3]],
  y: [[0.2]],
  settings: { optimizer: "sgd", learningRate: 0.5, schedule: "constant", epochs: 10_000 },
  variables: () => ({
    parameters: { layers: [{ weight: tensor([[-0.8], [0.5]]) }, {}] },
    buffers: { layers: [{}, {}] },
  }),
};
