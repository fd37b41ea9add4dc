// Language models: tokens [rows, time], a label for each place, cross entropy and metrics over all of them.
import { expect, it } from "vitest";
import { diagnose } from "../diagnose/index.ts";
import { randomKey, randomUniform, tensor } from "../index.ts";
import {
  apply,
  crossEntropy,
  dense,
  embedding,
  layerNorm,
  multiHeadAttention,
  positionEmbedding,
  residual,
  sequential,
} from "../nn/index.ts";
import { adam } from "../optim/index.ts";
import type { TrainEvent } from "./events.ts";
import { train } from "./index.ts";

const [rows, time, classes] = [96, 6, 5];
const drawn = randomUniform(randomKey(1), [rows * time]).data;
const tokens = Int32Array.from(drawn, (value) => Math.floor(value * classes));
const x = tensor(tokens, { shape: [rows, time] });
/** The token before: what only attention and positions can tell. The first place repeats its own. */
const y = tensor(
  tokens.map((token, at) => (at % time === 0 ? token : tokens[at - 1]!)),
  { shape: [rows, time] },
);
const model = sequential(
  embedding(classes, 16),
  positionEmbedding(time, 16),
  residual(layerNorm(16), multiHeadAttention(16, 2, { causal: true })),
  layerNorm(16),
  dense(16, classes),
);
const options = {
  model,
  data: { x, y },
  loss: "crossEntropy",
  optimizer: adam({ learningRate: 0.02 }),
  seed: 0,
} as const;

it("are trained as rows with a label for each place, measured over all places, and nothing is wrong with them", async () => {
  const training = train({ ...options, validation: { x, y }, epochs: 40, batchSize: 32, deterministic: true });
  const events: TrainEvent[] = [];
  for await (const event of training) events.push(event);
  const { variables, metrics } = await training.result();
  expect(metrics.train.loss).toBeLessThan(0.1);
  const logits = apply(model, variables, x);
  expect(logits.shape).toEqual([rows, time, classes]);
  expect(metrics.train.loss).toBeCloseTo(crossEntropy(logits, y).item(), 4);
  const told = logits.argmax(-1).data;
  expect(metrics.train.accuracy).toBeCloseTo(y.data.filter((label, at) => label === told[at]).length / y.size, 6);
  expect(diagnose(events).verdicts.map(({ kind, severity }) => `${severity} ${kind}`)).toEqual([]);
});

it("a label that there is not is named with its row", async () => {
  const wrong = tensor(y.data.map((label, at) => (at === 8 ? classes : label)) as Int32Array, { shape: [rows, time] });
  await expect(train({ ...options, epochs: 1, data: { x, y: wrong } }).result()).rejects.toThrowError(
    expect.objectContaining({
      code: "INDEX_OUT_OF_RANGE",
      message: expect.stringContaining(
        "from 0 to 4, since the model has 5 outputs and the loss is crossEntropy; row 1 has 5",
      ) as string,
    }),
  );
});
