// XOR, the classic that one neuron cannot learn: a model, a loss, an optimizer, a training, predictions.
// @ts-check
import { tensor } from "chainrule";
import { activation, apply, dense, sequential } from "chainrule/nn";
import { adam } from "chainrule/optim";
import { train } from "chainrule/train";

const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const y = tensor([[0], [1], [1], [0]]);

// Change these: 1 hidden neuron is too few, 2 sometimes get stuck.
const model = sequential(dense(2, 4), activation("tanh"), dense(4, 1));
const optimizer = adam({ learningRate: 0.05 });

const training = train({ model, data: { x, y }, loss: "binaryCrossEntropy", optimizer, epochs: 400, seed: 0 });
for await (const event of training) {
  if (event.type === "epoch" && event.epoch % 100 === 0) {
    console.log(`epoch ${event.epoch}: loss ${event.loss.toFixed(4)}`);
  }
}

// The model's output is a logit; σ makes it a probability.
const { variables } = await training.result();
const p = apply(model, variables, x).sigmoid();
console.log("\nx1 x2   p(1)");
for (let row = 0; row < 4; row++) {
  console.log(`${x.data[2 * row]}  ${x.data[2 * row + 1]}    ${p.data[row]?.toFixed(3)}`);
}
