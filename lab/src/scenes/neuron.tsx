// Lesson 1: gradient descent on one neuron.
import type { Scene } from "./scene.ts";

const start = {
  data: { kind: "set", name: "neuron", options: {} },
  settings: {},
  interventions: [],
  row: "batch",
} as const;

export const neuronScene: Scene = {
  title: "One neuron",
  start,
  beats: [
    {
      text: "A neuron weighs its inputs, adds them up, and bends the sum: y = σ(w·x). Its error is E = ½ (target − y)².",
    },
  ],
};
