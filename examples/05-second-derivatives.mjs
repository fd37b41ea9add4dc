// Gradients are functions like any other: take the gradient of a gradient, or the Hessian.
// @ts-check
import { grad, hessian, hvp, tensor } from "chainrule";

/** @param {import("chainrule").Tensor} z */
const sigmoid = (z) => z.sigmoid();

// σ′ = σ (1 − σ) is largest at 0, where it is ¼; there σ″ is 0.
console.log("z     σ       σ′      σ″");
for (const z of [-2, -1, 0, 1, 2]) {
  const values = [sigmoid, grad(sigmoid), grad(grad(sigmoid))].map((f) => f(tensor(z)).item());
  console.log([String(z).padStart(2), ...values.map((value) => value.toFixed(4).padStart(7))].join(" "));
}

// The neuron of example 1: E(w) = ½ (target − σ(w·x))², and how it curves. Change f.
const x = tensor([0.1, 0.3]);
/** @param {import("chainrule").Tensor} w */
const f = (w) => w.matmul(x).sigmoid().sub(0.2).square().sum().mul(0.5);

const w = tensor([-0.8, 0.5]);
console.log(`\n∂E/∂w = ${grad(f)(w)}`);
console.log(`∂²E/∂w² = ${JSON.stringify(hessian(f)(w))}`);
// Hessian times vector, without the Hessian: affordable with a million weights.
console.log(`∂²E/∂w² · (1, 0) = ${hvp(f, w, tensor([1, 0]))}`);
