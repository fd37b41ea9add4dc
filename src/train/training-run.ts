// A training held in the hand: slices of compiled steps, the end of an epoch, the end. Its state is one plain record.
import type { ChainruleError } from "../ir/errors.ts";
import type { Variables } from "../nn/layer.ts";
import { parentPath } from "../nn/layer.ts";
import { isLossRecord, type LossName } from "../nn/losses/index.ts";
import { watchLoss } from "../optim/schedules/index.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import { evaluateSplit, type SplitMetrics, splitMetrics } from "./evaluate.ts";
import type { EndEvent, EpochEvent, ObservationEvent, ProgressEvent, StartEvent, StopReason } from "./events.ts";
import { nonFinite } from "./failure.ts";
import { Feed } from "./feed.ts";
import { type Loaded, load } from "./load.ts";
import { initialParameters, Observer } from "./observer.ts";
import type { TrainingData, TrainingState, TrainOptions, TrainResult } from "./options.ts";
import { SliceClock } from "./pace.ts";
import { type RunState, runState } from "./run-state.ts";
import { mostLosses, traceBack, traceEvaluation } from "./trace-back.ts";
import { readTrained, Weights } from "./weights.ts";

/** Losses are read and weights are kept after the first step, at the end of an epoch, and every so many steps in a long one. */
const keepEvery = 100;

/**
 * Call `next` and then what it says, until it says "finish"; `dispose` at last. What a call throws ends the training:
 * NON_FINITE_LOSS, or what the reading of a block threw.
 */
export class TrainingRun {
  readonly state: RunState;
  readonly #options: TrainOptions;
  readonly #loaded: Loaded;
  readonly #feed: Feed;
  readonly #observer: Observer;
  readonly #weights: Weights;
  readonly #clock: SliceClock;
  /** Steps after which the training ends, wherever in an epoch. */
  readonly #limit: number;
  readonly #stop: () => void;

  private constructor(options: TrainOptions, loaded: Loaded, clock: SliceClock) {
    const { session, training } = loaded;
    this.state = runState(readTrained(session, training));
    this.#options = options;
    this.#loaded = loaded;
    this.#feed = new Feed(session, options, loaded, this.state.feed);
    this.#observer = new Observer(session, training, options.hooks, this.state.observer);
    this.#weights = new Weights(session, training, this.state.weights);
    this.#clock = clock;
    this.#limit = options.steps ?? Number.POSITIVE_INFINITY;
    this.#stop = () => session.stop();
    options.signal?.addEventListener("abort", this.#stop);
  }

  static async load(options: TrainOptions): Promise<TrainingRun> {
    const clock = new SliceClock();
    const loaded = await load(options, () => clock.giveWay());
    clock.restart();
    return new TrainingRun(options, loaded, clock);
  }

  started(): StartEvent {
    const { data, validation, blocks, epochs, seed = 0 } = this.#options;
    const { session, training, batchSize, stepsPerEpoch, backend, loss } = this.#loaded;
    const rows = data.x.shape[0]!;
    return {
      type: "start",
      rows: rows + (blocks?.rows ?? 0),
      validationRows: validation?.x.shape[0] ?? 0,
      features: data.x.size / rows,
      parameters: training.parameterCount,
      batchSize,
      stepsPerEpoch,
      epochs,
      backend,
      threads: session.threads,
      ...(session.blas !== undefined && { blas: session.blas }),
      seed,
      ...(isLossRecord(loss) && { loss: loss.name as LossName }),
      layers: [...new Set(training.probes.parameters.map(({ name }) => parentPath(name)))],
      initial: initialParameters(training),
      arena: session.plan.arena,
    };
  }

  /** What comes next. Where a training is left inside an epoch, because of its signal or its number of steps: "finish". */
  async next(): Promise<"slice" | "endOfEpoch" | "finish"> {
    const { state } = this;
    const { signal, epochs } = this.#options;
    const isBetween = this.#feed.rows === undefined;
    if (isBetween && (state.reason !== "epochs" || state.epoch >= epochs || state.step >= this.#limit)) return "finish";
    if (signal?.aborted) return this.#leave("interrupted");
    if (isBetween) this.#beginEpoch();
    const { steps, done } = this.#feed.rows!;
    if (done === steps && !(await this.#feed.refill())) return "endOfEpoch";
    return state.step === this.#limit ? this.#leave("steps") : "slice";
  }

  #beginEpoch(): void {
    Object.assign(this.state.losses, { sum: 0, steps: 0, unread: 0 });
    this.#feed.begin();
  }

  async #leave(reason: StopReason): Promise<"finish"> {
    await this.#feed.close();
    this.state.reason = reason;
    // Without validation the last weights are the result.
    if (this.#options.validation === undefined) {
      this.#weights.keep(this.state.step);
      this.#weights.choose(false);
    }
    return "finish";
  }

  /** The next steps, as many as a slice of time holds; the last of them may be observed. Gives what there is to tell. */
  async slice(): Promise<readonly (ObservationEvent | ProgressEvent)[]> {
    const { state } = this;
    const { losses } = state;
    const { session, cadence } = this.#loaded;
    const untilKept = this.#untilKept();
    const count = Math.min(untilKept, cadence.untilReported(state.step), this.#clock.steps(), this.#limit - state.step);
    const observed = [1, 0].filter((back) => back < count && cadence.isObserved(state.step + count - back)).length;
    if (losses.unread === 0) session.write("lossSum", Float64Array.of(0));
    const from = performance.now();
    const ran = await runSteps(session, observed, count);
    this.#clock.ran(ran, performance.now() - from);
    this.#feed.advance(ran);
    state.step += ran;
    losses.unread += ran;
    const lossSum = session.read("lossSum")[0]!;
    const meanLoss = lossSum / losses.unread;
    this.#checkLosses(lossSum);
    const observation = observed > 0 && ran === count ? this.#observe(observed) : undefined;
    if (ran === untilKept) this.#keep(lossSum);
    const progress = this.#clock.isToBeShown() ? this.#progress(meanLoss) : undefined;
    return [observation, progress].filter((event) => event !== undefined);
  }

  #untilKept(): number {
    const { steps, done } = this.#feed.rows!;
    if (this.state.step === 0) return 1;
    return Math.min(steps, (Math.floor(done / keepEvery) + 1) * keepEvery) - done;
  }

  #checkLosses(lossSum: number): void {
    const { session, training } = this.#loaded;
    const { state } = this;
    const failedAt = session.read("failedAt")[0]!;
    if (failedAt < 0) return;
    state.broken ??= traceBack(session, training, this.#weights.latest, state.step, state.observer.losses);
    throw this.#failure("loss", lossSum, failedAt);
  }

  /** After a slice whose last `steps` steps were observed. */
  #observe(steps: number): ObservationEvent | undefined {
    const { step, epoch, observer } = this.state;
    const follows = steps > 1 || observer.last === step - 1;
    observer.last = step;
    if (!this.#loaded.cadence.isReported(step)) return undefined;
    return { type: "observation", epoch: epoch + 1, ...this.#observer.report(step, follows) };
  }

  #keep(lossSum: number): void {
    const { state } = this;
    const { losses } = state;
    losses.sum += lossSum;
    losses.steps += losses.unread;
    losses.unread = 0;
    const before = this.#weights.latest;
    this.#weights.keep(state.step);
    if (!this.#weights.areFinite()) {
      const { session, training } = this.#loaded;
      state.broken ??= traceBack(session, training, before, state.step, state.observer.losses);
    }
    this.#observer.forget(state.step - mostLosses);
  }

  #progress(loss: number): ProgressEvent {
    const { step, epoch, observer } = this.state;
    const { batchSize, stepsPerEpoch } = this.#loaded;
    const steps = this.#options.epochs * stepsPerEpoch;
    const seconds = this.#clock.seconds();
    return {
      type: "progress",
      epoch: epoch + 1,
      step,
      steps,
      loss,
      rowsPerSecond: (step * batchSize) / seconds,
      secondsLeft: (seconds / step) * (steps - step),
      layers: observer.layers,
    };
  }

  /** Where a slice of time is up, timers, signals and drawing have their turn. */
  giveWay(): Promise<void> {
    return this.#clock.giveWay();
  }

  endOfEpoch(): EpochEvent {
    const { state } = this;
    const { validation, schedule, patience } = this.#options;
    const epoch = ++state.epoch;
    const loss = state.losses.sum / state.losses.steps;
    const measured = validation && this.#measure("validation", validation);
    const validationLoss = measured?.metrics.loss;
    const improved = validationLoss === undefined || validationLoss < state.best.loss;
    if (improved) {
      state.best = { epoch, loss: validationLoss ?? Number.POSITIVE_INFINITY };
      this.#weights.choose(validationLoss !== undefined);
    }
    const event: EpochEvent = {
      type: "epoch",
      epoch,
      step: state.step,
      loss,
      learningRate: this.#rateAt(state.step - 1),
      ...(measured && { validation: measured.metrics }),
      ...(measured?.targets && {
        targets: measured.targets.map(({ name, metrics }) => ({ name, validation: metrics })),
      }),
      best: improved,
      layers: state.observer.layers,
    };
    state.watched = schedule && watchLoss(schedule, validationLoss ?? state.losses.sum, state.watched);
    if (state.watched !== undefined) this.#loaded.session.write("rateScale", Float64Array.of(state.watched.scale));
    if (validation !== undefined && patience !== undefined && epoch - state.best.epoch >= patience) {
      state.reason = "patience";
    }
    return event;
  }

  /** With the best weights; `last` is what the training would have gone on from. */
  finish(): { readonly event: EndEvent; readonly result: TrainResult } {
    const { step, epoch: epochs, reason, best, observer } = this.state;
    const { data, validation } = this.#options;
    const last = this.#trained();
    this.#weights.restore();
    this.#feed.writeData();
    const train = this.#measure("train", data);
    const other = validation && this.#measure("validation", validation);
    const metrics = { train: train.metrics, ...(other && { validation: other.metrics }) };
    const targets = train.targets?.map(({ name, metrics }, t) => ({
      ...{ name, train: metrics },
      ...(other && { validation: other.targets![t]!.metrics }),
    }));
    const measured = { metrics, ...(targets && { targets }) };
    const bestEpoch = best.epoch;
    const seconds = this.#clock.seconds();
    return {
      event: { type: "end", reason, epochs, steps: step, seconds, bestEpoch, ...measured, layers: observer.layers },
      result: { variables: this.best(), ...measured, epochs, bestEpoch, reason, last },
    };
  }

  /** The variables that would be the result if the training ended now. */
  best(): Variables {
    return this.#weights.best();
  }

  dispose(): void {
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.#loaded.session.dispose();
  }

  #trained(): TrainingState {
    const { session, training } = this.#loaded;
    const { step } = this.state;
    const { optimizer, ...variables } = training.rebuildState((name) =>
      Tensor.concrete(session.read(name), training.initial.get(name)!.shape),
    );
    return { step, learningRate: this.#rateAt(step), variables, optimizer };
  }

  /** Of the step after `done` others. */
  #rateAt(done: number): number {
    const { session } = this.#loaded;
    session.run("rate", 1, { at: Int32Array.of(done) });
    return session.output("rate", "rate")[0]!;
  }

  /** Throws NON_FINITE_LOSS where the loss or a prediction is not finite. */
  #measure(name: "train" | "validation", split: TrainingData): SplitMetrics {
    const { session, training, loss } = this.#loaded;
    const rows = split.x.shape[0]!;
    const evaluation = evaluateSplit(session, name, rows, loss);
    const value = Number.isFinite(evaluation.loss)
      ? evaluation.predictions.find((prediction) => !Number.isFinite(prediction))
      : evaluation.loss;
    if (value !== undefined) {
      const origin = traceEvaluation(session, training, name, rows);
      this.state.broken ??= { ...(origin && { origin }), lossesBefore: [] };
      throw this.#failure(name === "train" ? "training loss" : "validation loss", value);
    }
    return splitMetrics(evaluation, split.y, loss, this.#options.targets);
  }

  /** The loss of step `at`, or of the weights after all steps so far. */
  #failure(name: string, loss: number, at?: number): ChainruleError {
    const { step, broken } = this.state;
    return nonFinite({
      name,
      loss,
      at,
      done: step,
      // 0.0225, where float32 has 0.022499999.
      learningRate: Number(this.#rateAt(at ?? step - 1).toPrecision(7)),
      stepsPerEpoch: this.#loaded.stepsPerEpoch,
      kept: this.#weights.lastGood(),
      ...broken,
    });
  }
}

/** `count` steps, the last ones of them observed; fewer after `session.stop()`. A promise where threads run them. */
function runSteps(session: Session, observed: number, count: number): number | Promise<number> {
  if (observed === count) return session.start("observe", observed);
  const plain = session.start("step", count - observed);
  if (observed === 0) return plain;
  const observe = (ran: number) => {
    if (ran < count - observed) return ran;
    const last = session.start("observe", observed);
    return typeof last === "number" ? ran + last : last.then((more) => ran + more);
  };
  return typeof plain === "number" ? observe(plain) : plain.then(observe);
}
