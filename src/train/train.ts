// Training as a stream of events, with the best weights at the end.
import { ChainruleError } from "../ir/errors.ts";
import type { TrainEvent } from "./events.ts";
import { failureEvent, isNonFinite } from "./failure.ts";
import { HeldTraining } from "./held-training.ts";
import type { Training, TrainOptions, TrainResult } from "./options.ts";

/**
 * Trains a model on resident data, one compiled step after the other.
 *
 * Throws SHAPE_MISMATCH, INVALID_ARGUMENT or INDEX_OUT_OF_RANGE for data and settings that do not fit, and
 * NON_FINITE_LOSS where the loss becomes NaN or infinite: its `details.variables` are the last good weights.
 *
 * ```ts
 * const training = train({ model, data: { x, y }, loss: "mse", optimizer: adam(), epochs: 100 });
 * for await (const event of training) if (event.type === "epoch") console.log(event.epoch, event.loss);
 * const { variables } = await training.result();
 * ```
 */
export function train(options: TrainOptions): Training {
  let run: HeldTraining | undefined;
  let result: TrainResult | undefined;
  // Errors of what is traced and read later have no frame of the caller's on their stack.
  const { where } = new ChainruleError("INVALID_ARGUMENT", "The training is asked for here.");
  async function* stream(): AsyncGenerator<TrainEvent, void> {
    try {
      run = await HeldTraining.load(options);
      if (options.resume !== undefined) await run.restore(options.resume);
      yield run.started();
      for (let events = await run.advance(); events !== undefined; events = await run.advance()) {
        for (const event of events) yield event;
        await run.giveWay();
      }
      const end = await run.finish();
      result = end.result;
      yield end.event;
    } catch (error) {
      if (isNonFinite(error)) yield failureEvent(error);
      if (error instanceof ChainruleError && error.where === undefined) Object.assign(error, { where });
      throw error;
    } finally {
      run?.dispose();
    }
  }
  const begun = (): HeldTraining => {
    if (run !== undefined) return run;
    throw new ChainruleError("INVALID_ARGUMENT", "The training has not begun: iterate over its events first.");
  };
  const events = stream();
  return {
    best: () => begun().best(),
    snapshot: () => begun().snapshot(),
    [Symbol.asyncIterator]: () => events,
    async result() {
      for await (const _ of events);
      if (result !== undefined) return result;
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        "The training was left before its end: iterate over all of its events.",
      );
    },
  };
}
