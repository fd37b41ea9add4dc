// A training held in the hand: it goes step by step, is looked into, put aside as plain data and taken up again.
import { ChainruleError } from "../ir/errors.ts";
import { formatShape, type Shape, sameShape } from "../ir/shape.ts";
import type { Variables } from "../nn/layer.ts";
import { parentPath } from "../nn/layer.ts";
import { isLossRecord, type LossName } from "../nn/losses/index.ts";
import { compile } from "../run/compile.ts";
import { tensor } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { checkOptions } from "./check-options.ts";
import type { EndEvent, EpochEvent, StartEvent, TrainEvent } from "./events.ts";
import { load } from "./load.ts";
import { initialParameters } from "./observer.ts";
import type { TrainOptions, TrainResult } from "./options.ts";
import { SliceClock } from "./pace.ts";
import { copyRunState } from "./run-state.ts";
import { putSnapshot, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { type Look, look } from "./step.ts";
import { TrainingLoop } from "./training-loop.ts";

/**
 * A training put in place and not yet begun: `advance` or `run` take it on, at any step it can be looked into, changed, and left for later by a
 * snapshot, from which this training or another one with the same options goes on to the same bits.
 *
 * What a call throws ends the training: NON_FINITE_LOSS, or what the reading of a block threw. One call must end before the next begins.
 *
 * ```ts
 * const training = await HeldTraining.load({ model: dense(1, 1), data: { x, y }, loss: "mse", optimizer: adam(), epochs: 100 });
 * await training.run(10);
 * const snapshot = training.snapshot();
 * await training.run(10);
 * await training.restore(snapshot); // back at step 10
 * training.read("parameters.weight").shape // [1, 1]
 * training.dispose();
 * ```
 */
export class HeldTraining {
  readonly #loop: TrainingLoop;
  readonly #clock: SliceClock;
  readonly #stop: () => void;
  #looking: ((variables: Variables, x: Tensor, y: Tensor) => Look) | undefined;

  private constructor(loop: TrainingLoop, clock: SliceClock) {
    this.#loop = loop;
    this.#clock = clock;
    this.#stop = () => loop.loaded.session.stop();
    // Ranks stop together, between slices.
    if (loop.loaded.ranks === undefined) loop.options.signal?.addEventListener("abort", this.#stop);
  }

  /** Throws what `train` throws for options that do not fit. */
  static async load(options: TrainOptions): Promise<HeldTraining> {
    checkOptions(options);
    const clock = new SliceClock(options.sliceMilliseconds);
    const loaded = await load(options, () => clock.giveWay());
    clock.restart();
    return new HeldTraining(new TrainingLoop(options, loaded, clock), clock);
  }

  /** Steps done. */
  get step(): number {
    return this.#loop.state.step;
  }

  /** Epochs finished. */
  get epoch(): number {
    return this.#loop.state.epoch;
  }

  started(): StartEvent {
    const { data, validation, blocks, epochs, seed = 0 } = this.#loop.options;
    const { session, training, batchSize, stepsPerEpoch, backend, loss, ranks } = this.#loop.loaded;
    const rows = data.x.shape[0]!;
    return {
      type: "start",
      rows: blocks?.sizes.reduce((sum, size) => sum + size, 0) ?? rows,
      validationRows: validation?.x.shape[0] ?? 0,
      features: data.x.size / rows,
      parameters: training.parameterCount,
      batchSize,
      stepsPerEpoch,
      epochs,
      backend,
      threads: session.threads,
      ...(session.blas !== undefined && { blas: session.blas }),
      ...(ranks !== undefined && { ranks: ranks.size }),
      seed,
      ...(isLossRecord(loss) && { loss: loss.name as LossName }),
      layers: [...new Set(training.probes.parameters.map(({ name }) => parentPath(name)))],
      initial: initialParameters(training),
      arena: session.plan.arena,
    };
  }

  /**
   * The next steps, as many as a slice of time holds and at most `most`, or the end of an epoch: what there is to tell of it. Undefined where
   * the training is at its end: by its epochs or its steps, its patience, or its signal.
   */
  async advance(most = Number.POSITIVE_INFINITY): Promise<readonly TrainEvent[] | undefined> {
    const next = await this.#loop.next();
    if (next === "finish") return undefined;
    return next === "endOfEpoch" ? [this.#loop.endOfEpoch()] : this.#loop.slice(most);
  }

  /** So many steps, fewer where the training ends, and the end of an epoch that they complete: its events. */
  async run(steps: number): Promise<readonly TrainEvent[]> {
    const end = this.step + steps;
    const events: TrainEvent[] = [];
    while (this.step < end) {
      const more = await this.advance(end - this.step);
      if (more === undefined) return events;
      for (const event of more) events.push(event);
      await this.giveWay();
    }
    return events.concat(await this.#epochThatEnded());
  }

  /**
   * One step with a look into it, whatever the cadence is, and the end of an epoch that it completes: its events. Those of later steps are
   * what they would have been. None where the training is at its end.
   */
  async observe(): Promise<readonly TrainEvent[]> {
    const events: TrainEvent[] = [];
    for (let next = await this.#loop.next(); next !== "slice"; next = await this.#loop.next()) {
      if (next === "finish") return events;
      events.push(this.#loop.endOfEpoch());
    }
    if (this.#loop.loaded.cadence.isReported(this.step + 1))
      for (const event of await this.#loop.slice(1)) events.push(event);
    else events.push(await this.#loop.observedStep());
    return events.concat(await this.#epochThatEnded());
  }

  /** Where the rows of an epoch are done: its end. */
  async #epochThatEnded(): Promise<readonly EpochEvent[]> {
    const { rows } = this.#loop.feed;
    const isDone = rows !== undefined && rows.done === rows.steps;
    return isDone && (await this.#loop.next()) === "endOfEpoch" ? [this.#loop.endOfEpoch()] : [];
  }

  /** Where a slice of time is up, timers, signals and drawing have their turn; and the training waits where it is to be held. */
  async giveWay(): Promise<void> {
    await this.#clock.giveWay();
    const held = this.#loop.options.hold?.();
    if (held !== undefined) await this.#clock.without(held);
  }

  /**
   * The end, with the best weights; without validation rows, with the last ones. `last` is what the training would have gone on from, and
   * goes on from still: nothing changes by this.
   */
  finish(): Promise<{ readonly event: EndEvent; readonly result: TrainResult }> {
    return this.#loop.finish();
  }

  /** The variables that would be the result if the training ended now; after `finish`, those that are. */
  best(): Variables {
    return this.#loop.final ?? this.#loop.weights.best();
  }

  /** Parameters and buffers as they are: those that the next step begins with. */
  variables(): Variables {
    return this.#loop.loaded.training.rebuild((name) => this.read(name));
  }

  /** Everything that the training goes on from. It stays as it is while the training goes on. */
  snapshot(): Snapshot {
    const { session, training } = this.#loop.loaded;
    const { seed = 0 } = this.#loop.options;
    return takeSnapshot(session, training, this.#loop.state, { seed, seconds: this.#clock.seconds });
  }

  /**
   * Goes on from a snapshot of this training, or of one with the same options elsewhere: to the same bits and the same events, where the same
   * backend computes. Throws INVALID_SNAPSHOT for one that is not of such a training.
   */
  async restore(snapshot: Snapshot): Promise<void> {
    const { session, training } = this.#loop.loaded;
    putSnapshot(session, training, snapshot, this.#loop.options.seed ?? 0);
    this.#clock.seconds = snapshot.seconds;
    await this.#loop.restore(copyRunState(snapshot.state));
  }

  /** Names that `read` knows and `write` takes: parameters, buffers and the optimizer's moments. */
  get names(): readonly string[] {
    return [...this.#loop.loaded.training.initial.keys()];
  }

  /** Of what `read` gives. */
  shapeOf(name: string): Shape {
    return this.#known(name).shape;
  }

  /** A copy of a parameter, a buffer or a moment: "parameters.layers.0.weight", "optimizer.mean.layers.0.weight". */
  read(name: string): Tensor {
    const { shape } = this.#known(name);
    return Tensor.concrete(this.#loop.loaded.session.read(name), shape);
  }

  /** Sets it: the training goes on from there. Throws SHAPE_MISMATCH for values of another shape. */
  write(name: string, values: Tensor): void {
    const { shape } = this.#known(name);
    if (!sameShape(values.shape, shape))
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `"${name}" has shape ${formatShape(shape)}; got ${formatShape(values.shape)}.`,
        { name, expected: shape, shape: values.shape },
      );
    this.#loop.loaded.session.write(name, values.data);
    // What a failure is traced back from.
    this.#loop.weights.keep(this.step);
  }

  #known(name: string): Tensor {
    const known = this.#loop.loaded.training.initial.get(name);
    if (known !== undefined) return known;
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `The training has no value "${name}"; it has ${this.names.join(", ")}.`,
      { name },
    );
  }

  /**
   * What the model makes of these rows of the data, by the weights as they are and as after training, without dropout and with running
   * statistics: the loss, and every float value on the way ("x", "layers.0") and parameter ("layers.0.weight") with ∂loss/∂it. Of a value
   * the first dimension is that of the rows. Throws INDEX_OUT_OF_RANGE for a row that there is not.
   */
  look(rows: readonly number[]): Look {
    const { model, data, hooks, backend, threads, deterministic } = this.#loop.options;
    const { loss } = this.#loop.loaded;
    this.#looking ??= compile((v: Variables, x: Tensor, y: Tensor) => look({ model, loss, hooks }, v, x, y), {
      backend,
      threads,
      deterministic,
    });
    const count = data.x.shape[0]!;
    const odd = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < count));
    if (odd !== undefined || rows.length === 0)
      throw new ChainruleError(
        "INDEX_OUT_OF_RANGE",
        `look: rows must be numbers of rows of the data, from 0 to ${count - 1}; got ${odd ?? "none"}.`,
        { rows, count },
      );
    const at = tensor(Int32Array.from(rows));
    return this.#looking(this.variables(), data.x.gather(at), data.y.gather(at));
  }

  /** The rows that the next step goes by, as `look` takes them; none where they are in a block that is still to be read. */
  nextRows(): readonly number[] {
    return Array.from(this.#loop.feed.nextRows());
  }

  /** Of the next step. */
  get learningRate(): number {
    return this.#loop.rateAt(this.step);
  }

  /** From here on the rate is this one, whatever the schedule says. */
  setLearningRate(rate: number): void {
    this.#changeRate(rate, 0, rate);
  }

  /** From here on the rate is so many times what it would have been. */
  scaleLearningRate(factor: number): void {
    const { scale, shift } = this.#loop.state.rate;
    this.#changeRate(factor, scale * factor, shift * factor);
  }

  #changeRate(given: number, scale: number, shift: number): void {
    if (!(given >= 0 && given < Number.POSITIVE_INFINITY))
      throw new ChainruleError("INVALID_ARGUMENT", `The rate must be at least 0 and finite; got ${given}.`, { given });
    this.#loop.state.rate = { scale, shift };
    this.#loop.writeRate();
  }

  /** Frees its memory and its threads, and stops reading. */
  dispose(): void {
    void this.#loop.feed.close().catch(() => {});
    this.#loop.options.signal?.removeEventListener("abort", this.#stop);
    this.#loop.loaded.session.dispose();
  }
}
