// A training held in the hand: its calls give the events of `train`, its state is plain data, and it ends well from loading on.
import { expect, it } from "vitest";
import { randomKey, randomUniform, tensor } from "../index.ts";
import { activation, dense, sequential } from "../nn/index.ts";
import { adam } from "../optim/index.ts";
import type { TrainEvent } from "./events.ts";
import { type TrainOptions, train } from "./index.ts";
import { TrainingRun } from "./training-run.ts";

const options: TrainOptions = {
  model: sequential(dense(3, 4), activation("tanh"), dense(4, 2)),
  data: {
    x: randomUniform(randomKey(4), [40, 3]),
    y: tensor(Int32Array.from({ length: 40 }, (_, i) => i % 2)),
  },
  validation: {
    x: randomUniform(randomKey(5), [10, 3]),
    y: tensor(Int32Array.from({ length: 10 }, (_, i) => i % 2)),
  },
  loss: "crossEntropy",
  optimizer: adam(),
  schedule: { kind: "plateau", patience: 1 },
  epochs: 12,
  batchSize: 8,
  patience: 4,
};

/** What does not come by the clock. */
const timeless = (events: readonly TrainEvent[]) =>
  events
    .filter(({ type }) => type !== "progress")
    .map((event) => (event.type === "end" ? { ...event, seconds: 0 } : event));

it("gives the events of a training, and its state is plain data at every moment", async () => {
  const run = await TrainingRun.load(options);
  const events: TrainEvent[] = [run.started()];
  try {
    for (let next = await run.next(); next !== "finish"; next = await run.next()) {
      if (next === "slice") for (const event of await run.slice()) events.push(event);
      else events.push(run.endOfEpoch());
      // Throws where something is no data, and what it loses is missing in the copy.
      expect(structuredClone(run.state)).toEqual(run.state);
    }
    const { event, result } = run.finish();
    expect(result).toMatchObject({ epochs: run.state.epoch, bestEpoch: run.state.best.epoch });
    events.push(event);
  } finally {
    run.dispose();
  }
  const expected: TrainEvent[] = [];
  for await (const event of train(options)) expected.push(event);
  expect(timeless(events)).toEqual(timeless(expected));
});

it("keeps the losses of no more steps than a failure tells of", async () => {
  const run = await TrainingRun.load({ ...options, epochs: 400, batchSize: 40, patience: undefined, observeEvery: 1 });
  let most = 0;
  for (let next = await run.next(); next !== "finish"; next = await run.next()) {
    if (next === "slice") await run.slice();
    else run.endOfEpoch();
    most = Math.max(most, run.state.observer.losses.size);
  }
  run.dispose();
  expect(most).toBeLessThan(20);
});

it("that is stopped while it loads ends before its first step", async () => {
  const controller = new AbortController();
  const training = train({ ...options, epochs: 1_000_000, signal: controller.signal });
  const first = training[Symbol.asyncIterator]().next();
  controller.abort();
  expect((await first).value).toMatchObject({ type: "start" });
  const rest: string[] = [];
  for await (const { type } of training) rest.push(type);
  expect(rest).toEqual(["end"]);
  expect(await training.result()).toMatchObject({ reason: "interrupted", epochs: 0, bestEpoch: 0 });
});

it("has weights from the start on", async () => {
  const training = train(options);
  for await (const event of training) {
    if (event.type === "start") expect(training.best().parameters).toHaveProperty("layers");
  }
});
