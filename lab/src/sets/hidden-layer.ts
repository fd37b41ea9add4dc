// Lesson 2: h = σ(x W₁), y = σ(h W₂), E = ½ (target − y)², one row.
import { tensor } from "chainrule";
import { activation, dense, sequential } from "chainrule/nn";
import type { LessonSet } from "./set.ts";

export const hiddenLayer: LessonSet = {
  kind: "lesson",
  title: "A hidden layer",
  about: "h = σ(x W₁), y = σ(h W₂) and E = ½ (target − y)², on one row.",
  model: sequential(
    dense(3, 2, { bias: false }),
    activation("sigmoid"),
    dense(2, 1, { bias: false }),
    activation("sigmoid"),
  ),
  loss: "halfSumOfSquares",
  features: ["x1", "x2", "x3"],
  x: [[0.5, 0.1, -0.2]],
  y: [[0.6]],
  settings: { optimizer: "sgd", learningRate: 0.5, schedule: "constant", epochs: 10_000 },
  variables: () => ({
    parameters: {
      layers: [
        {
          weight: tensor([
            [0.5, -0.6],
            [0.1, -0.2],
            [0.1, 0.7],
          ]),
        },
        {},
        { weight: tensor([[0.1], [-0.3]]) },
        {},
      ],
    },
    buffers: { layers: [{}, {}, {}, {}] },
  }),
};
