// Networks of many layers: nothing on the way from a model to its losses may depend on how deep it is.
import { tensor } from "chainrule";
import { activation, batchNorm, dense, type Layer, residual, sequential } from "chainrule/nn";
import { sgd } from "chainrule/optim";
import { train } from "chainrule/train";
import { expect, it } from "vitest";

const width = 2;
const dense2 = (): Layer => dense(width, width);
const networks: readonly (readonly [name: string, layers: number, block: () => Layer[]])[] = [
  ["dense layers", 300, () => [dense2(), activation("tanh")]],
  ["dense layers with batch norm", 60, () => [dense2(), batchNorm(width), activation("tanh")]],
  ["residual blocks with batch norm", 60, () => [residual(dense2(), batchNorm(width), activation("tanh"))]],
];

it.each(networks)(
  "trains %s: %i of them",
  async (_, layers, block) => {
    const training = train({
      model: sequential(...Array.from({ length: layers - 1 }, block).flat(), dense(width, 1)),
      data: {
        x: tensor([
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ]),
        y: tensor([[0], [1], [1], [0]]),
      },
      loss: "mse",
      optimizer: sgd({ learningRate: 0.01 }),
      epochs: 2,
      batchSize: 4,
      backend: "wasm",
    });
    const losses: number[] = [];
    for await (const event of training) if (event.type === "epoch") losses.push(event.loss);
    expect(losses).toHaveLength(2);
    expect(losses.every(Number.isFinite)).toBe(true);
  },
  600_000,
);
