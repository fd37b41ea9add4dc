// The training loop: slices of compiled steps, an event stream between them, the best weights at the end.
import type { BackendName } from "../backends/backend.ts";
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatShape } from "../ir/shape.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import type { LossName } from "../nn/losses.ts";
import { initialize } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizers.ts";
import type { Schedule } from "../optim/schedules.ts";
import { backendOf } from "../run/backends.ts";
import { Session } from "../run/session.ts";
import { randomKey } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { evaluateSplit, metricsOf } from "./evaluate.ts";
import type { LayerStatistics, MetricValues, StopReason, TrainEvent } from "./events.ts";
import { Sampler } from "./sampler.ts";
import { type SplitTypes, type TrainingModule, trainingModule } from "./step.ts";

/** Inputs and targets, rows first: x [rows, ...], y [rows, ...] (class indices int32 [rows] for crossEntropy). */
export interface TrainingData {
  readonly x: Tensor;
  readonly y: Tensor;
}

export interface TrainOptions {
  readonly model: Layer;
  readonly data: TrainingData;
  readonly validation?: TrainingData | undefined;
  readonly loss: LossName;
  readonly optimizer: Optimizer;
  /** Default: constant. */
  readonly schedule?: Schedule;
  readonly epochs: number;
  /** Rows a step. Default: all of them. */
  readonly batchSize?: number;
  /** Stop after this many epochs without a better validation loss. Default: never. */
  readonly patience?: number | undefined;
  /** Largest norm of all gradients together. */
  readonly clipNorm?: number;
  /** Largest size of a gradient's element. */
  readonly clipValue?: number;
  /** Initial weights, order of rows and dropout follow from it: the same seed repeats a run bit for bit. Default 0. */
  readonly seed?: number;
  /** Default: wasm (float32). */
  readonly backend?: BackendName;
  /** Default: drawn from the seed. */
  readonly variables?: Variables;
  /** Ends the training at the next slice, with the best weights so far. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainResult {
  /** Of the epoch with the best validation loss; of the last one where there is no validation. */
  readonly variables: Variables;
  readonly metrics: { readonly train: MetricValues; readonly validation?: MetricValues };
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly reason: StopReason;
}

/** A training under way: iterate over it for its events, then await its result. */
export interface Training extends AsyncIterable<TrainEvent> {
  /** The result; drives the training to its end if nobody iterates. Rejects with what ended the training early. */
  result(): Promise<TrainResult>;
  /** The variables that would be the result if the training ended now: those of the last epoch event with `best` set. */
  best(): Variables;
}

/** Milliseconds of work between two looks at the clock, the signal and the event loop. */
const sliceMilliseconds = 30;
/** Layers are observed once an epoch, and every so many steps in a long one. */
const observeEvery = 100;

/**
 * Trains a model on resident data, one compiled step after the other.
 *
 * Throws SHAPE_MISMATCH or INVALID_ARGUMENT for data and settings that do not fit, and NON_FINITE_LOSS where the loss
 * becomes NaN or infinite: its `details.variables` are the weights before the step that failed.
 *
 * ```ts
 * const training = train({ model, data: { x, y }, loss: "mse", optimizer: adam(), epochs: 100 });
 * for await (const event of training) if (event.type === "epoch") console.log(event.epoch, event.loss);
 * const { variables } = await training.result();
 * ```
 */
export function train(options: TrainOptions): Training {
  let result: TrainResult | undefined;
  let best: (() => Variables) | undefined;
  const events = run(options, {
    improve: (variables) => {
      best = variables;
    },
    finish: (value) => {
      result = value;
    },
  });
  return {
    best() {
      if (best !== undefined) return best();
      throw new ChainruleError("INVALID_ARGUMENT", "The training has not begun: iterate over its events first.");
    },
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

/** What the caller is told beside the events. */
interface Report {
  improve(variables: () => Variables): void;
  finish(result: TrainResult): void;
}

async function* run(options: TrainOptions, report: Report): AsyncGenerator<TrainEvent, void> {
  const { data, validation, optimizer, loss, seed = 0, epochs } = options;
  check(options);
  const began = performance.now();
  const schedule = options.schedule ?? { kind: "constant" };
  const rows = data.x.shape[0]!;
  const validationRows = validation?.x.shape[0] ?? 0;
  const batchSize = Math.min(options.batchSize ?? rows, rows);
  const stepsPerEpoch = Math.ceil(rows / batchSize);
  const backend = backendOf(options.backend ?? "wasm");
  const types = (split: TrainingData): SplitTypes => ({
    x: { shape: split.x.shape, dtype: isFloat(split.x.dtype) ? backend.float : split.x.dtype },
    y: { shape: split.y.shape, dtype: isFloat(split.y.dtype) ? backend.float : split.y.dtype },
  });
  const training = trainingModule(
    { ...options, schedule, batchSize, stepsPerEpoch, float: backend.float },
    options.variables ?? initialize(options.model, seed),
    types(data),
    validation && types(validation),
  );
  const session = new Session(training.module, backend);
  try {
    for (const [name, value] of training.initial) session.write(name, value.data);
    for (const [name, split] of Object.entries({ train: data, validation })) {
      if (split === undefined) continue;
      session.write(`${name}.x`, split.x.data);
      session.write(`${name}.y`, split.y.data);
    }
    // The last counter of the key tells training's draws from those of the initial weights.
    session.write("key", randomKey(seed).data.with(3, 1));
    session.write("failedAt", Int32Array.of(-1));
    session.write("rateScale", Float64Array.of(1));

    yield {
      type: "start",
      rows,
      validationRows,
      features: data.x.size / rows,
      parameters: training.parameterCount,
      batchSize,
      stepsPerEpoch,
      epochs,
      backend: backend.name,
      seed,
      layers: training.layers,
      arena: session.plan.arena,
    };

    const sampler = new Sampler(rows, seed);
    const clock = new SliceClock();
    const plateau =
      schedule.kind === "plateau" ? new Plateau(schedule.factor ?? 0.1, schedule.patience ?? 10) : undefined;
    let best = { epoch: 0, loss: Number.POSITIVE_INFINITY, values: snapshot(session, training) };
    let layers: LayerStatistics[] = [];
    let reason: StopReason = "epochs";
    let epoch = 0;
    let step = 0;
    let rate = optimizer.learningRate;
    let lastShown = began;

    const bestVariables = () => training.rebuild((name) => best.values.get(name)!);
    report.improve(bestVariables);
    const observation = () => {
      rate = session.output("observe", "rate")[0]!;
      layers = statistics(session, training.layers);
    };

    while (epoch < epochs && reason === "epochs") {
      session.write("order", sampler.next(stepsPerEpoch * batchSize));
      session.write("cursor", Int32Array.of(0));
      let epochLoss = 0;
      for (let done = 0; done < stepsPerEpoch; ) {
        // Up to the next observed step; where steps are slow, fewer.
        const untilObserved = Math.min(stepsPerEpoch, (Math.floor(done / observeEvery) + 1) * observeEvery) - done;
        const count = Math.min(untilObserved, clock.steps());
        session.write("lossSum", Float64Array.of(0));
        const from = performance.now();
        session.run("step", count === untilObserved ? count - 1 : count);
        if (count === untilObserved) {
          session.run("observe");
          observation();
        }
        clock.ran(count, performance.now() - from);
        const lossSum = session.read("lossSum")[0]!;
        const failedAt = session.read("failedAt")[0]!;
        if (failedAt >= 0) throw nonFinite(failedAt, stepsPerEpoch, lossSum, rate, training, session);
        done += count;
        step += count;
        epochLoss += lossSum;
        if (clock.isUp()) {
          const now = performance.now();
          if (now - lastShown >= sliceMilliseconds) {
            const seconds = (now - began) / 1000;
            yield {
              type: "progress",
              epoch: epoch + 1,
              step,
              steps: epochs * stepsPerEpoch,
              loss: lossSum / count,
              rowsPerSecond: (step * batchSize) / seconds,
              secondsLeft: (seconds / step) * (epochs * stepsPerEpoch - step),
              layers,
            };
            lastShown = now;
          }
          await nextTurn();
          clock.restart();
          if (options.signal?.aborted) break;
        }
      }
      if (options.signal?.aborted) {
        reason = "interrupted";
        break;
      }
      epoch++;
      let metrics: MetricValues | undefined;
      if (validation !== undefined) {
        metrics = metricsOf(evaluateSplit(session, "validation", validationRows, loss), validation.y.data, loss);
      }
      const validationLoss = metrics?.loss;
      // Without validation the last weights are the result.
      const improved = validationLoss === undefined || validationLoss < best.loss;
      if (improved)
        best = { epoch, loss: validationLoss ?? Number.POSITIVE_INFINITY, values: snapshot(session, training) };
      yield {
        type: "epoch",
        epoch,
        step,
        loss: epochLoss / stepsPerEpoch,
        learningRate: rate,
        ...(metrics && { validation: metrics }),
        best: improved,
        layers,
      };
      if (plateau !== undefined)
        session.write("rateScale", Float64Array.of(plateau.scale(validationLoss ?? epochLoss)));
      if (validation !== undefined && options.patience !== undefined && epoch - best.epoch >= options.patience) {
        reason = "patience";
      }
    }

    for (const [name, value] of best.values) session.write(name, value.data);
    const metrics = {
      train: metricsOf(evaluateSplit(session, "train", rows, loss), data.y.data, loss),
      ...(validation && {
        validation: metricsOf(evaluateSplit(session, "validation", validationRows, loss), validation.y.data, loss),
      }),
    };
    report.finish({ variables: bestVariables(), metrics, epochs: epoch, bestEpoch: best.epoch, reason });
    const seconds = (performance.now() - began) / 1000;
    yield { type: "end", reason, epochs: epoch, steps: step, seconds, bestEpoch: best.epoch, metrics, layers };
  } finally {
    session.dispose();
  }
}

/** Throws INVALID_ARGUMENT or SHAPE_MISMATCH, naming the setting or the split. */
function check({ data, validation, epochs, batchSize }: TrainOptions): void {
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new ChainruleError("INVALID_ARGUMENT", `train: ${name} must be a whole number of at least 1; got ${value}.`, {
      [name]: value,
    });
  }
  for (const [name, split] of Object.entries({ data, validation })) {
    if (split === undefined) continue;
    const { x, y } = split;
    if (x.rank === 0 || y.rank === 0 || x.shape[0] !== y.shape[0] || x.shape[0] === 0) {
      throw new ChainruleError(
        "SHAPE_MISMATCH",
        `train: ${name}.x and ${name}.y must have the same number of rows, at least one; got shapes ${formatShape(x.shape)} and ${formatShape(y.shape)}.`,
        { x: x.shape, y: y.shape },
      );
    }
  }
}

/** Parameters and buffers as they are now, by name. */
function snapshot(session: Session, training: TrainingModule): Map<string, Tensor> {
  const names = [...training.initial.keys()].filter((name) => !name.startsWith("optimizer."));
  return new Map(names.map((name) => [name, Tensor.concrete(session.read(name), training.initial.get(name)!.shape)]));
}

function statistics(session: Session, names: readonly string[]): LayerStatistics[] {
  const gradient = session.output("observe", "gradient");
  const update = session.output("observe", "update");
  const weight = session.output("observe", "weight");
  return names.map((name, i) => ({
    name,
    gradientRms: gradient[i]!,
    updateRatio: weight[i] === 0 ? 0 : update[i]! / weight[i]!,
  }));
}

function nonFinite(
  step: number,
  stepsPerEpoch: number,
  lossSum: number,
  rate: number,
  training: TrainingModule,
  session: Session,
): ChainruleError {
  const kept = snapshot(session, training);
  const epoch = Math.floor(step / stepsPerEpoch) + 1;
  const what = Number.isNaN(lossSum) ? "NaN" : "infinite";
  return new ChainruleError(
    "NON_FINITE_LOSS",
    `The loss became ${what} at step ${step + 1} (epoch ${epoch}), with a learning rate of ${Number(rate.toPrecision(3))}. The weights from before that step are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data.`,
    {
      step,
      epoch,
      learningRate: rate,
      variables: training.rebuild((name) => kept.get(name)!),
    },
  );
}

/** How many steps fit into a slice, learned from the ones that ran. */
class SliceClock {
  #perStep = Number.POSITIVE_INFINITY;
  #began = performance.now();

  steps(): number {
    return Math.max(1, Math.floor(sliceMilliseconds / this.#perStep));
  }

  ran(steps: number, milliseconds: number): void {
    this.#perStep = Math.max(milliseconds / steps, 1e-4);
  }

  isUp(): boolean {
    return performance.now() - this.#began >= sliceMilliseconds;
  }

  restart(): void {
    this.#began = performance.now();
  }
}

/** Reduce on plateau: the rate's factor, made smaller after `patience` epochs without a lower loss. */
class Plateau {
  readonly #factor: number;
  readonly #patience: number;
  #best = Number.POSITIVE_INFINITY;
  #waited = 0;
  #scale = 1;

  constructor(factor: number, patience: number) {
    this.#factor = factor;
    this.#patience = patience;
  }

  scale(loss: number): number {
    if (loss < this.#best) {
      this.#best = loss;
      this.#waited = 0;
    } else if (++this.#waited > this.#patience) {
      this.#scale *= this.#factor;
      this.#waited = 0;
    }
    return this.#scale;
  }
}

/** Lets timers, signals and drawing have their turn. */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
