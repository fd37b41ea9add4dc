// The loop of a training: slices of compiled steps, the ends of epochs, the end; what is kept, observed and told on the way.
import type { ChainruleError } from "../ir/errors.ts";
import type { Variables } from "../nn/layer.ts";
import { watchLoss } from "../optim/schedules/index.ts";
import type { Session } from "../run/session.ts";
import { Tensor } from "../trace/tensor.ts";
import { evaluateSplit, type SplitMetrics, splitMetrics } from "./evaluate.ts";
import type { EndEvent, EpochEvent, ObservationEvent, ProgressEvent, RanksEvent, StopReason } from "./events.ts";
import { nonFinite } from "./failure.ts";
import { Feed } from "./feed.ts";
import type { Loaded } from "./load.ts";
import { Observer } from "./observer.ts";
import type { TrainingData, TrainingState, TrainOptions, TrainResult } from "./options.ts";
import type { SliceClock } from "./pace.ts";
import { Meeting, requireSameWeights } from "./ranks.ts";
import { copyRunState, type RunState, runState } from "./run-state.ts";
import { mostLosses, traceBack, traceEvaluation } from "./trace-back.ts";
import { type Copy, readTrained, Weights } from "./weights.ts";

/** Losses are read and weights are kept after the first step, at the end of an epoch, and every so many steps in a long one. */
const keepEvery = 100;

/** `next` says what comes next; what a call throws ends the training. One call must end before the next begins. */
export class TrainingLoop {
  readonly options: TrainOptions;
  readonly loaded: Loaded;
  readonly feed: Feed;
  readonly #clock: SliceClock;
  /** Steps after which the training ends, wherever in an epoch. */
  readonly #limit: number;
  #state: RunState;
  #observer: Observer;
  #weights: Weights;
  /** Why it was left inside an epoch: that is no part of a snapshot, from which it goes on. */
  #left: StopReason | undefined;
  /** Whether the rows in the machine are others than those of the state's position. */
  #isRowsLost = false;
  /** The step of the layers' figures that were told as progress, which comes by the clock. */
  #shown = 0;
  /** Where ranks train together: how long steps took of late, and what of it they waited, until it is told. */
  readonly #meeting: Meeting | undefined;
  /** The result, once it is there. */
  final: Variables | undefined;

  constructor(options: TrainOptions, loaded: Loaded, clock: SliceClock) {
    const { session, training } = loaded;
    this.options = options;
    this.loaded = loaded;
    this.#clock = clock;
    this.#meeting = loaded.ranks && new Meeting(loaded.ranks);
    this.#limit = options.steps ?? Number.POSITIVE_INFINITY;
    this.#state = runState(readTrained(session, training));
    this.feed = new Feed(session, options, loaded, this.#state.feed);
    this.#observer = new Observer(session, training, options.hooks, this.#state.observer);
    this.#weights = new Weights(session, training, this.#state.weights);
  }

  get state(): RunState {
    return this.#state;
  }

  get weights(): Weights {
    return this.#weights;
  }

  /** Goes on from a state, whose values are in the machine but for the rows. */
  async restore(state: RunState): Promise<void> {
    const { session, training } = this.loaded;
    this.#state = state;
    this.#observer = new Observer(session, training, this.options.hooks, state.observer);
    this.#weights = new Weights(session, training, state.weights);
    this.#left = undefined;
    this.final = undefined;
    await this.restoreRows();
  }

  async restoreRows(): Promise<void> {
    await this.feed.restore(this.state.feed);
    this.#isRowsLost = false;
  }

  /** A step that is looked into between those of the cadence, which find the probes as they would have been. */
  async observedStep(): Promise<ObservationEvent> {
    const state = this.state;
    const { session, training, cadence } = this.loaded;
    const isKept = this.#untilKept() === 1;
    const isObserved = cadence.isObserved(state.step + 1);
    const follows = state.observer.last === state.step && state.step > 0;
    const probed = isObserved ? [] : training.probed.map((name) => [name, session.read(name)] as const);
    if (state.losses.unread === 0) session.write("lossSum", Float64Array.of(0));
    await session.start("observe");
    const lossSum = this.#ran(1);
    const seen = copyRunState(state).observer;
    const { step, epoch } = state;
    const observation = new Observer(session, training, this.options.hooks, seen).report(step, follows);
    for (const [name, data] of probed) session.write(name, data);
    if (isObserved) state.observer.last = step;
    if (isKept) this.#keep(lossSum);
    return { type: "observation", epoch: epoch + 1, ...observation };
  }

  /** Where a training is left inside an epoch, because of its signal or its number of steps: "finish". */
  async next(): Promise<"slice" | "endOfEpoch" | "finish"> {
    const state = this.state;
    const { epochs } = this.options;
    if (this.#isRowsLost) await this.restoreRows();
    const isBetween = this.feed.rows === undefined;
    if (isBetween && (state.reason !== "epochs" || state.epoch >= epochs || state.step >= this.#limit)) return "finish";
    if (this.#isStopped()) return this.#leave("interrupted");
    if (isBetween) this.#beginEpoch();
    const { steps, done } = this.feed.rows!;
    if (done === steps && !(await this.feed.refill())) return "endOfEpoch";
    return state.step === this.#limit ? this.#leave("steps") : "slice";
  }

  /** Whether the training, or another rank's, is to stop; ranks agree on the steps of the next slice, too. */
  #isStopped(): boolean {
    const isStopped = this.options.signal?.aborted === true;
    return this.#meeting?.agree(this.#clock.steps(), isStopped) ?? isStopped;
  }

  #beginEpoch(): void {
    Object.assign(this.state.losses, { sum: 0, steps: 0, unread: 0 });
    this.feed.begin();
  }

  #leave(reason: StopReason): "finish" {
    this.#left = reason;
    return "finish";
  }

  /** The last of the steps may be observed. */
  async slice(most: number): Promise<readonly (ObservationEvent | ProgressEvent | RanksEvent)[]> {
    const state = this.state;
    const { losses } = state;
    const { session, cadence } = this.loaded;
    const untilKept = this.#untilKept();
    const count = Math.min(
      untilKept,
      cadence.untilReported(state.step),
      this.#meeting?.steps ?? this.#clock.steps(),
      this.#limit - state.step,
      most,
    );
    const observed = [1, 0].filter((back) => back < count && cadence.isObserved(state.step + count - back)).length;
    if (losses.unread === 0) session.write("lossSum", Float64Array.of(0));
    const [from, waited] = [performance.now(), session.waited()];
    const ran = await runSteps(session, observed, count, this.#clock.isShort(count));
    const milliseconds = performance.now() - from;
    this.#clock.ran(ran, milliseconds);
    this.#meeting?.ran(milliseconds, session.waited() - waited);
    const lossSum = this.#ran(ran);
    const observation = observed > 0 && ran === count ? this.#observe(observed) : undefined;
    if (ran === untilKept) this.#keep(lossSum);
    const ranks = this.#meeting?.told(state.step);
    const progress = this.#clock.isToBeShown() ? this.#progress(lossSum / losses.unread) : undefined;
    return [observation, ranks, progress].filter((event) => event !== undefined);
  }

  /** After so many steps: the sum of their losses, and of those before that were not read. */
  #ran(steps: number): number {
    this.feed.advance(steps);
    this.state.step += steps;
    this.state.losses.unread += steps;
    const lossSum = this.loaded.session.read("lossSum")[0]!;
    this.#checkLosses(lossSum);
    return lossSum;
  }

  #untilKept(): number {
    const { steps, done } = this.feed.rows!;
    if (this.state.step === 0) return 1;
    return Math.min(steps, (Math.floor(done / keepEvery) + 1) * keepEvery) - done;
  }

  #checkLosses(lossSum: number): void {
    const { session, training, ranks } = this.loaded;
    const state = this.state;
    const failedAt = session.read("failedAt")[0]!;
    if (failedAt < 0) return;
    state.broken ??= traceBack(session, training, this.weights.latest, state.step, state.observer.losses, ranks);
    throw this.#failure("loss", lossSum, failedAt);
  }

  /** After a slice whose last `steps` steps were observed. */
  #observe(steps: number): ObservationEvent | undefined {
    const { step, epoch, observer } = this.state;
    const follows = steps > 1 || observer.last === step - 1;
    observer.last = step;
    if (!this.loaded.cadence.isReported(step)) return undefined;
    return { type: "observation", epoch: epoch + 1, ...this.#observer.report(step, follows) };
  }

  #keep(lossSum: number): void {
    const state = this.state;
    const { losses } = state;
    losses.sum += lossSum;
    losses.steps += losses.unread;
    losses.unread = 0;
    const { session, training, ranks } = this.loaded;
    const before = this.weights.latest;
    this.weights.keep(state.step);
    if (ranks !== undefined) requireSameWeights(ranks, this.weights.latest);
    if (!this.weights.areFinite()) {
      state.broken ??= traceBack(session, training, before, state.step, state.observer.losses, ranks);
    }
    this.#observer.forget(state.step - mostLosses);
  }

  #progress(loss: number): ProgressEvent {
    const { step, epoch, observer } = this.state;
    const { batchSize, stepsPerEpoch } = this.loaded;
    const steps = this.options.epochs * stepsPerEpoch;
    const seconds = this.#clock.secondsPerStep(step);
    const isNew = observer.reported !== this.#shown;
    this.#shown = observer.reported;
    return {
      type: "progress",
      epoch: epoch + 1,
      step,
      steps,
      loss,
      rowsPerSecond: batchSize / seconds,
      secondsLeft: seconds * (steps - step),
      ...(isNew && { layers: observer.layers }),
    };
  }

  endOfEpoch(): EpochEvent {
    const state = this.state;
    const { observer } = state;
    const isNew = observer.reported !== observer.told;
    const { validation, schedule, patience } = this.options;
    const epoch = ++state.epoch;
    const loss = state.losses.sum / state.losses.steps;
    const measured = validation && this.#measure("validation", validation);
    const validationLoss = measured?.metrics.loss;
    const improved = validationLoss === undefined || validationLoss < state.best.loss;
    if (improved) {
      state.best = { epoch, loss: validationLoss ?? Number.POSITIVE_INFINITY };
      this.weights.choose(validationLoss !== undefined);
    }
    const event: EpochEvent = {
      type: "epoch",
      epoch,
      step: state.step,
      loss,
      learningRate: this.rateAt(state.step - 1),
      ...(measured && { validation: measured.metrics }),
      ...(measured?.targets && {
        targets: measured.targets.map(({ name, metrics }) => ({ name, validation: metrics })),
      }),
      best: improved,
      ...(isNew && { layers: observer.layers }),
    };
    observer.told = observer.reported;
    state.watched = schedule && watchLoss(schedule, validationLoss ?? state.losses.sum, state.watched);
    this.writeRate();
    if (validation !== undefined && patience !== undefined && epoch - state.best.epoch >= patience) {
      state.reason = "patience";
    }
    return event;
  }

  /**
   * The end, with the best weights; without validation rows, with the last ones. `last` is what the training would have gone on from, and
   * goes on from still: nothing changes by this.
   */
  async finish(): Promise<{ readonly event: EndEvent; readonly result: TrainResult }> {
    await this.feed.close();
    const state = this.state;
    const { step, epoch: epochs, best, observer } = state;
    const { session, training } = this.loaded;
    const { data, validation } = this.options;
    const reason = this.#left ?? state.reason;
    const trained = readTrained(session, training);
    const last = this.#stateOf(trained);
    const final = validation === undefined ? trained : state.weights.best.values;
    for (const [name, values] of final) session.write(name, values);
    this.feed.writeData();
    const train = this.#measure("train", data);
    const other = validation && this.#measure("validation", validation);
    const metrics = { train: train.metrics, ...(other && { validation: other.metrics }) };
    const targets = train.targets?.map(({ name, metrics }, t) => ({
      ...{ name, train: metrics },
      ...(other && { validation: other.targets![t]!.metrics }),
    }));
    const measured = { metrics, ...(targets && { targets }) };
    for (const [name, values] of trained) session.write(name, values);
    this.#isRowsLost = true;
    const variables = this.weights.variables(final);
    this.final = variables;
    const bestEpoch = best.epoch;
    const seconds = this.#clock.seconds;
    return {
      event: { type: "end", reason, epochs, steps: step, seconds, bestEpoch, ...measured, layers: observer.layers },
      result: { variables, ...measured, epochs, bestEpoch, reason, last },
    };
  }

  writeRate(): void {
    const { rate, watched } = this.state;
    const { session } = this.loaded;
    session.write("rateScale", Float64Array.of(rate.scale * (watched?.scale ?? 1)));
    session.write("rateShift", Float64Array.of(rate.shift));
  }

  #stateOf(values: Copy["values"]): TrainingState {
    const { initial, rebuildState } = this.loaded.training;
    const { step } = this.state;
    const { optimizer, ...variables } = rebuildState((name) =>
      Tensor.concrete(values.get(name)!, initial.get(name)!.shape),
    );
    return { step, learningRate: this.rateAt(step), variables, optimizer };
  }

  /** Of the step after `done` others. */
  rateAt(done: number): number {
    const { session } = this.loaded;
    session.run("rate", 1, { at: Int32Array.of(done) });
    return session.output("rate", "rate")[0]!;
  }

  /** Throws NON_FINITE_LOSS where the loss or a prediction is not finite. */
  #measure(name: "train" | "validation", split: TrainingData): SplitMetrics {
    const { session, training, loss, ranks } = this.loaded;
    const rows = split.x.shape[0]!;
    const evaluation = evaluateSplit(session, name, rows, loss, ranks);
    const value = Number.isFinite(evaluation.loss)
      ? evaluation.predictions.find((prediction) => !Number.isFinite(prediction))
      : evaluation.loss;
    if (value !== undefined) {
      const origin = traceEvaluation(session, training, name, rows, ranks?.size ?? 1);
      this.state.broken ??= { ...(origin && { origin }), lossesBefore: [] };
      throw this.#failure(name === "train" ? "training loss" : "validation loss", value);
    }
    return splitMetrics(evaluation, split.y, loss, this.options.targets);
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
      learningRate: Number(this.rateAt(at ?? step - 1).toPrecision(7)),
      stepsPerEpoch: this.loaded.stepsPerEpoch,
      kept: this.weights.lastGood(),
      ...broken,
    });
  }
}

/** `count` steps, the last ones of them observed; fewer after `session.stop()`. A promise where threads run them. */
function runSteps(session: Session, observed: number, count: number, isShort: boolean): number | Promise<number> {
  const run = (program: string, times: number): number | Promise<number> => {
    if (!isShort) return session.start(program, times);
    session.run(program, times);
    return times;
  };
  if (observed === count) return run("observe", observed);
  const plain = run("step", count - observed);
  if (observed === 0) return plain;
  const observe = (ran: number) => {
    if (ran < count - observed) return ran;
    const last = run("observe", observed);
    return typeof last === "number" ? ran + last : last.then((more) => ran + more);
  };
  return typeof plain === "number" ? observe(plain) : plain.then(observe);
}
