// Gradient descent on one neuron: y = σ(w·x), E = ½ (target − y)², w ← w − η ∂E/∂w.
// @ts-check
import { tensor, valueAndGrad } from "chainrule";

// Change these.
const x = tensor([0.1, 0.3]);
const target = tensor(0.2);
const learningRate = 0.5;
const steps = 10;
let w = tensor([-0.8, 0.5]);

/** @param {import("chainrule").Tensor} w */
const neuron = (w) => w.matmul(x).sigmoid();

/** @param {import("chainrule").Tensor} w */
const error = (w) => target.sub(neuron(w)).square().sum().mul(0.5);

const gradient = valueAndGrad(error);
for (let step = 1; step <= steps; step++) {
  const [E, dEdw] = gradient(w);
  const dw = dEdw.mul(-learningRate);
  if (step === 1) console.log(`y = ${neuron(w).item()}\nE = ${E.item()}\nΔw = ${dw.data.join(", ")}\n`);
  w = w.add(dw);
  console.log(`step ${step}: E = ${E.item().toFixed(8)}, w = ${w}`);
}
