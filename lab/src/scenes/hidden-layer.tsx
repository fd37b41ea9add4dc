// Lesson 2: backpropagation through a hidden layer.
import { setOf } from "../sets/index.ts";
import type { Scene } from "./scene.ts";

const start = {
  data: { kind: "set", name: "hiddenLayer", options: {} },
  settings: setOf("hiddenLayer").settings,
  interventions: [],
  row: "batch",
  selection: undefined,
} as const;

export const hiddenLayerScene: Scene = {
  title: "A hidden layer",
  start,
  beats: [
    {
      text: "Two hidden units stand between input and output: h = σ(x W₁), y = σ(h W₂). Values flow to the right: x = (0.5, 0.1, −0.2) becomes h = (0.5597, 0.3870), and that becomes y = 0.4850. The target is 0.6.",
      change: { ...start, step: 0 },
    },
    {
      text: "Open the output. Its δ is what the error wants of the sum before the bend: δ = (target − y) y (1 − y) = 0.02873. As a gradient it has the other sign, since E falls where δ points.",
      change: { ...start, selection: "layers.2[0,0]", step: 0 },
    },
    {
      text: "δ flows back along the same edges, times their weights, and through the bend of each hidden unit: δ_hidden = δ W₂ ⊙ h (1 − h).",
      guess: {
        question: "Which hidden unit gets the larger δ?",
        answers: ["The upper one", "The lower one", "Both the same"],
        right: 1,
        because:
          "Its edge to the output is −0.3, that of the upper one 0.1: δ is −0.002045 there, and 0.0007080 above. The sign is the edge's too.",
      },
      change: { ...start, step: 0 },
    },
    {
      text: "A weight's step is η times δ at its end times the value at its beginning: ΔW₂ = 0.5 · 0.02873 · h = (0.008040, 0.005559). Open any edge: the factors of its path are the edges that light up.",
      change: { ...start, selection: "layers.2.weight[0,0]", step: 0 },
    },
    {
      text: "The first layer has one factor more: ΔW₁ = η δ_hidden x, at most 0.0005 here. Each layer on the way back multiplies by a weight and by a slope σ′ of at most a quarter. What becomes of twenty of them?",
      change: { ...start, selection: "layers.0.weight[0,1]", step: 0 },
    },
  ],
};
