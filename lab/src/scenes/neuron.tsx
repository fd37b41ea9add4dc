// Lesson 1: gradient descent on one neuron.
import { RatesPanel } from "../panels/surface/rates.tsx";
import { pairOf, SurfacePanel } from "../panels/surface/surface.tsx";
import { setOf } from "../sets/index.ts";
import type { Beat, Scene } from "./scene.ts";

const first = {
  data: { kind: "set", name: "neuron", options: {} },
  settings: setOf("neuron").settings,
  interventions: [],
  row: "batch",
} as const;
const second = {
  ...first,
  data: { kind: "set", name: "neuronAtRates", options: {} },
  settings: setOf("neuronAtRates").settings,
} as const;

const Surface: Beat["Aside"] = ({ training }) => {
  const elements = pairOf(training);
  return elements && <SurfacePanel elements={elements} />;
};
/** Too small and too large for this neuron; the one between is the reader's. */
const ends = [0.1, 10] as const;
const Rates: Beat["Aside"] = ({ training }) => {
  const elements = pairOf(training);
  return elements && <RatesPanel elements={elements} ends={ends} />;
};
const Limit: Beat["Aside"] = ({ training }) => {
  const elements = pairOf(training);
  return elements && <RatesPanel elements={elements} ends={ends} hasLimit />;
};

export const neuronScene: Scene = {
  title: "One neuron",
  start: first,
  beats: [
    {
      text: "A neuron weighs its inputs, adds them up and bends the sum: y = σ(w·x). Here x = (0.1, 0.3) and w = (−0.8, 0.5), so w·x = 0.07 and y = 0.5175. The target is 0.2, and the error E = ½ (target − y)² is 0.0504.",
      change: { ...first, step: 0, selection: undefined },
      Aside: Surface,
    },
    {
      text: "Every pair of weights has an error. The map shows E over w₁ and w₂: the stronger the hue, the larger the error. Drag the point, and watch y and E follow.",
      Aside: Surface,
    },
    {
      text: "The gradient says how E changes with each weight: ∂E/∂w = −(target − y) σ′(w·x) x. A step goes against it, η times as far: Δw = η (target − y) σ′(w·x) x.",
      guess: {
        question: "Which weight moves more in the first step?",
        answers: ["w₁", "w₂", "Both as much"],
        right: 1,
        because: "Δw is along x = (0.1, 0.3), so w₂ moves three times as far: Δw = (−0.003964, −0.01189).",
      },
      change: { ...first, step: 0, selection: "layers.0.weight[1,0]" },
      Aside: Surface,
    },
    {
      text: "Play it. Each dot is one step. The way goes straight towards the weights whose output is 0.2, and its steps grow shorter, because the error shrinks.",
      change: { selection: undefined },
      Aside: Surface,
    },
    {
      text: "How far a step goes is up to the learning rate η. Here x = (1, 2), w = (0.5, −0.5), and the target is 0.5: three rates from one start. Too small crawls, too large jumps across.",
      change: { ...second, step: 0, selection: undefined },
      Aside: Rates,
    },
    {
      text: "Near its minimum E is a valley of the curvature λ. A step of 1/\u2060λ lands on its floor. With more than 2/\u2060λ every step lands farther up on the other side.",
      guess: {
        question: "Above which η does this neuron never settle?",
        answers: ["1", "6.4", "100"],
        right: 1,
        because: "At the minimum λ = σ′² |x|² = 0.0625 · 5 = 0.3125, so 2/\u2060λ = 6.4. Move η across it.",
      },
      change: { ...second, step: 0 },
      Aside: Limit,
    },
  ],
};
