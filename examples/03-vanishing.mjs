// Why sigmoid gradients vanish: the size of the gradient in every layer of a deep network, while it trains.
// @ts-check
import { randomKey, randomUniform } from "chainrule";
import { activation, dense, sequential } from "chainrule/nn";
import { sgd } from "chainrule/optim";
import { train } from "chainrule/train";

// Change these: φ may be sigmoid, tanh, relu, gelu …; init heNormal, xavierNormal, orthogonal …
const phi = "sigmoid";
const init = "heNormal";
const depth = 10;

// 256 points of a square; class 1 lies inside a circle.
const x = randomUniform(randomKey(1), [256, 2]).mul(2).sub(1);
const inside = x
  .square()
  .sum(1, { keepDims: true })
  .less(2 / Math.PI);
const data = { x, y: inside.cast("float64") };

const hidden = Array.from({ length: depth }, (_, i) => [dense(i === 0 ? 2 : 16, 16, { init }), activation(phi)]);
const model = sequential(...hidden.flat(), dense(16, 1, { init }));

const optimizer = sgd({ learningRate: 0.05 });
for await (const event of train({ model, data, loss: "binaryCrossEntropy", optimizer, epochs: 250, seed: 1 })) {
  if (event.type === "epoch" && event.epoch === 1) {
    for (const { name, gradientRms } of event.layers?.toReversed() ?? []) {
      const bar = "━".repeat(Math.max(0, Math.round(5 * (8 + Math.log10(gradientRms)))));
      console.log(`${name.padEnd(10)} ${gradientRms.toExponential(1)}  ${bar}`);
    }
  }
  if (event.type === "end") console.log("after training:", event.metrics.train);
}
