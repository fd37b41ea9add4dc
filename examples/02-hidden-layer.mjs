// Backpropagation through a hidden layer: h = σ(x W₁), y = σ(h W₂), E = ½ (target − y)².
// @ts-check
import { tensor, valueAndGrad } from "chainrule";

// Change these: another row of W₁ needs another x, another column another entry of W₂.
const x = tensor([0.5, 0.1, -0.2]);
const target = tensor(0.6);
const learningRate = 0.5;
const weights = {
  W1: tensor([
    [0.5, -0.6],
    [0.1, -0.2],
    [0.1, 0.7],
  ]),
  W2: tensor([0.1, -0.3]),
};

/** @param {typeof weights} weights */
function network({ W1, W2 }) {
  const h = x.matmul(W1).sigmoid();
  return h.matmul(W2).sigmoid();
}

/** @param {typeof weights} w */
const error = (w) => target.sub(network(w)).square().sum().mul(0.5);

// The gradient has the structure of the weights: one tensor for W₁, one for W₂.
const [E, dE] = valueAndGrad(error)(weights);
console.log(`y = ${network(weights).item()}`);
console.log(`E = ${E.item()}`);
console.log(`ΔW₂ = ${JSON.stringify(dE.W2.mul(-learningRate))}`);
console.log(`ΔW₁ = ${JSON.stringify(dE.W1.mul(-learningRate))}`);
