// A million steps must not leave anything behind.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import "../index.ts";
import { wasm } from "../backends/wasm/wasm.ts";
import { activation, dense, initialize, losses, sequential } from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import { Session } from "../run/session.ts";
import { trainingModule } from "./training-module.ts";

it("a million steps of a 2-2-1 network hold memory flat, and learn XOR", async () => {
  const model = sequential(
    dense(2, 2, { init: "xavierUniform" }),
    activation("sigmoid"),
    dense(2, 1),
    activation("sigmoid"),
  );
  const stepsPerEpoch = 1000;
  const training = await trainingModule(
    {
      model,
      loss: losses.halfSumOfSquares,
      optimizer: sgd({ learningRate: 0.5 }),
      schedule: { kind: "constant" },
      batchSize: 4,
      stepsPerBlock: stepsPerEpoch,
      float: "float32",
    },
    initialize(model, 1),
    { x: { shape: [4, 2], dtype: "float32" }, y: { shape: [4, 1], dtype: "float32" } },
    undefined,
  );
  const session = new Session(training.module, wasm);
  for (const [name, value] of training.initial) session.write(name, value.data);
  session.write("train.x", Float64Array.of(0, 0, 0, 1, 1, 0, 1, 1));
  session.write("train.y", Float64Array.of(0, 1, 1, 0));
  session.write(
    "order",
    Int32Array.from({ length: stepsPerEpoch * 4 }, (_, i) => i % 4),
  );
  session.write("failedAt", Int32Array.of(-1));
  session.write("rateScale", Float64Array.of(1));
  const epochs = (count: number) => {
    for (let i = 0; i < count; i++) {
      session.write("cursor", Int32Array.of(0));
      session.run("step", stepsPerEpoch);
    }
  };
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return { heapUsed, arrayBuffers };
  };
  epochs(100);
  const before = used();
  epochs(1000);
  const after = used();
  const allowed = 8 * 2 ** 20;
  expect(after.heapUsed - before.heapUsed).toBeLessThan(allowed);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(allowed);
  expect(session.read("step")[0]).toBe(1_100_000);
  session.run("train", 1, { rows: Int32Array.of(0, 1, 2, 3) });
  expect(session.output("train", "loss")[0]).toBeLessThan(0.01);
  session.dispose();
});
