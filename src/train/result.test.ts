// Which weights are a training's result: of the lowest validation loss, the last ones, those at an interruption.
import { describe, expect, it, vi } from "vitest";
import { tensor } from "../index.ts";
import { activation, batchNorm, dense, initialize, sequential } from "../nn/index.ts";
import { adam } from "../optim/index.ts";
import { Session } from "../run/session.ts";
import type { TrainEvent } from "./events.ts";
import { type TrainOptions, train } from "./index.ts";
import { basics, circle, classifier, lossOf, values, watch } from "./test-training.ts";

describe("which weights are the result", () => {
  const overfitting: TrainOptions = {
    ...basics,
    model: sequential(dense(2, 32), activation("tanh"), dense(32, 2)),
    data: circle(30),
    validation: circle(40, 3),
    optimizer: adam({ learningRate: 0.05 }),
    epochs: 200,
  };

  it("those of the lowest validation loss, after early stopping", async () => {
    const { epochs, result } = await watch({ ...overfitting, patience: 7 });
    const validationLosses = epochs.map(({ validation }) => validation!.loss!);
    const lowest = Math.min(...validationLosses);
    expect(result.reason).toBe("patience");
    expect(epochs.length).toBeLessThan(200);
    expect(result.bestEpoch).toBe(validationLosses.indexOf(lowest) + 1);
    expect(result.epochs).toBe(result.bestEpoch + 7);
    expect(result.metrics.validation!.loss).toBe(lowest);
    expect(lossOf(overfitting.model, result.variables, overfitting.validation!)).toBeCloseTo(lowest, 5);
    expect(epochs.filter(({ best }) => best).at(-1)!.epoch).toBe(result.bestEpoch);
    epochs.forEach(({ best }, i) => {
      expect(best).toBe(validationLosses[i]! < Math.min(...validationLosses.slice(0, i)));
    });
  });

  it("the same ones without early stopping", async () => {
    const { epochs, result } = await watch({ ...overfitting, epochs: 40 });
    expect(result).toMatchObject({ reason: "epochs", epochs: 40 });
    expect(result.metrics.validation!.loss).toBe(Math.min(...epochs.map(({ validation }) => validation!.loss!)));
    expect(result.bestEpoch).toBeLessThan(40);
  });

  it("the last ones without validation", async () => {
    const { validation: _, ...rest } = overfitting;
    const { epochs, result, training } = await watch({ ...rest, epochs: 20 });
    expect(result).toMatchObject({ reason: "epochs", epochs: 20, bestEpoch: 20 });
    expect(result.metrics.validation).toBeUndefined();
    expect(epochs.every(({ best, validation }) => best && validation === undefined)).toBe(true);
    const longer = await watch({ ...rest, epochs: 21 });
    expect(values(longer.result.variables)).not.toEqual(values(result.variables));
    expect(values(training.best())).toEqual(values(result.variables));
    expect(lossOf(overfitting.model, result.variables, rest.data)).toBeCloseTo(longer.epochs.at(-1)!.loss, 1);
  });

  it("running statistics are restored with them", async () => {
    const model = sequential(dense(2, 16), batchNorm(16), activation("relu"), dense(16, 2));
    const { epochs, result } = await watch({ ...overfitting, model, epochs: 60 });
    expect(result.bestEpoch).toBeLessThan(60);
    expect(lossOf(model, result.variables, overfitting.validation!)).toBeCloseTo(
      Math.min(...epochs.map(({ validation }) => validation!.loss!)),
      4,
    );
  });
});

describe("an AbortSignal", () => {
  it("ends the training with the best weights so far", async () => {
    const controller = new AbortController();
    const training = train({ ...basics, validation: circle(40, 3), epochs: 1_000_000, signal: controller.signal });
    const best: number[] = [];
    let end: TrainEvent | undefined;
    for await (const event of training) {
      if (event.type === "epoch") {
        if (event.epoch <= 3) best.push(event.validation!.loss!);
        if (event.epoch === 3) controller.abort();
      }
      if (event.type === "end") end = event;
    }
    const result = await training.result();
    expect(result).toMatchObject({ reason: "interrupted", epochs: 3 });
    expect(end).toMatchObject({ type: "end", reason: "interrupted", epochs: 3 });
    expect(result.metrics.validation!.loss).toBe(Math.min(...best));
    expect(values(training.best())).toEqual(values(result.variables));
  });

  it("stops a slice that threads are at work on", async () => {
    const controller = new AbortController();
    const [rows, width] = [2048, 512];
    const stop = vi.spyOn(Session.prototype, "stop");
    const { start } = Session.prototype;
    let stopsWhileBusy = 0;
    const starts = vi.spyOn(Session.prototype, "start").mockImplementation(function (this: Session, ...args) {
      const ran = start.apply(this, args);
      controller.abort();
      if (typeof ran !== "number") stopsWhileBusy = stop.mock.calls.length;
      return ran;
    });
    const { reason, epochs } = await train({
      ...basics,
      model: sequential(dense(width, width), activation("relu"), dense(width, 2)),
      data: {
        x: tensor(new Float64Array(rows * width).fill(0.5), { shape: [rows, width] }),
        y: tensor(new Int32Array(rows)),
      },
      batchSize: 256,
      epochs: 1_000_000,
      threads: 2,
      signal: controller.signal,
    }).result();
    expect({ reason, epochs, stopsWhileBusy }).toEqual({ reason: "interrupted", epochs: 0, stopsWhileBusy: 1 });
    starts.mockRestore();
    stop.mockRestore();
  });

  it("that is aborted from the beginning gives the initial weights", async () => {
    const result = await train({ ...basics, seed: 4, epochs: 1_000_000, signal: AbortSignal.abort() }).result();
    expect(result).toMatchObject({ reason: "interrupted", epochs: 0, bestEpoch: 0 });
    const rounded = (variables: unknown) => values(variables).map((tensor) => tensor.map(Math.fround));
    expect(rounded(result.variables)).toEqual(rounded(initialize(classifier, 4)));
  });
});
