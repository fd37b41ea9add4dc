// The training loop: slices of compiled steps, an event stream between them, the best weights at the end.
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Variables } from "../nn/layer.ts";
import { initialize } from "../nn/model.ts";
import { ledgerOf } from "../observe/ledger.ts";
import { learningRate } from "../optim/schedules.ts";
import { backendOf } from "../run/backends.ts";
import { Session } from "../run/session.ts";
import { randomKey, tensor } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { evaluateSplit, metricsOf } from "./evaluate.ts";
import type { LayerStatistics, MetricValues, StopReason, TrainEvent } from "./events.ts";
import { Feed } from "./feed.ts";
import {
  check,
  checkClasses,
  type Training,
  type TrainingData,
  type TrainingState,
  type TrainOptions,
  type TrainResult,
} from "./options.ts";
import { nextTurn, SliceClock, sliceMilliseconds } from "./pace.ts";
import { Plateau } from "./plateau.ts";
import { type SplitTypes, type TrainingModule, trainingModule } from "./step.ts";
import { Weights } from "./weights.ts";

/** Layers are observed at the first step, once an epoch, and every so many steps in a long one. */
const observeEvery = 100;
/** Observations that a training reports, about. */
const reported = 200;

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

/** A module in a session, with its data in place. */
interface Loaded {
  readonly session: Session;
  readonly training: TrainingModule;
  readonly batchSize: number;
  readonly stepsPerBlock: number;
  readonly stepsPerEpoch: number;
  readonly backend: string;
}

function load(options: TrainOptions): Loaded {
  const { data, validation, loss, seed = 0 } = options;
  const rows = data.x.shape[0]!;
  const batchSize = Math.min(options.batchSize ?? rows, rows);
  const stepsPerBlock = Math.ceil(rows / batchSize);
  const stepsPerEpoch = stepsPerBlock + Math.ceil((options.blocks?.rows ?? 0) / batchSize);
  const backend = backendOf(options);
  const types = (split: TrainingData): SplitTypes => ({
    x: { shape: split.x.shape, dtype: isFloat(split.x.dtype) ? backend.float : split.x.dtype },
    y: { shape: split.y.shape, dtype: isFloat(split.y.dtype) ? backend.float : split.y.dtype },
  });
  const training = trainingModule(
    { ...options, schedule: options.schedule ?? { kind: "constant" }, batchSize, stepsPerBlock, float: backend.float },
    options.variables ?? initialize(options.model, seed),
    types(data),
    validation && types(validation),
  );
  const session = new Session(training.module, backend);
  for (const [name, value] of training.initial) session.write(name, value.data);
  const outputs = session.plan.programs.train!.outputs.prediction!.shape.at(-1)!;
  for (const [name, split] of Object.entries({ train: data, validation })) {
    if (split === undefined) continue;
    if (loss === "crossEntropy") checkClasses(name === "train" ? "data" : name, split.y, outputs);
    session.write(`${name}.x`, split.x.data);
    session.write(`${name}.y`, split.y.data);
  }
  // The last counter of the key tells training's draws from those of the initial weights.
  session.write("key", randomKey(seed).data.with(3, 1));
  session.write("failedAt", Int32Array.of(-1));
  session.write("rateScale", Float64Array.of(1));
  return { session, training, batchSize, stepsPerBlock, stepsPerEpoch, backend: backend.name };
}

async function* run(options: TrainOptions, report: Report): AsyncGenerator<TrainEvent, void> {
  check(options);
  const began = performance.now();
  const { data, validation, optimizer, loss, seed = 0, epochs, schedule = { kind: "constant" } } = options;
  const { session, training, batchSize, stepsPerBlock, stepsPerEpoch, backend } = load(options);
  const stop = () => session.stop();
  options.signal?.addEventListener("abort", stop);
  try {
    const rows = data.x.shape[0]!;
    yield {
      type: "start",
      rows: rows + (options.blocks?.rows ?? 0),
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
      layers: training.layers,
      arena: session.plan.arena,
    };

    const feed = new Feed(session, options, batchSize, stepsPerBlock);
    const clock = new SliceClock();
    const plateau = schedule.kind === "plateau" ? new Plateau(schedule) : undefined;
    const weights = new Weights(session, training);
    report.improve(() => weights.best());
    let best = { epoch: 0, loss: Number.POSITIVE_INFINITY };
    let layers: LayerStatistics[] = [];
    let reason: StopReason = "epochs";
    let epoch = 0;
    let step = 0;
    let rate = optimizer.learningRate;
    let lastShown = began;
    let nextReport = 1;

    /** The loss of step `at`, or of the weights after all steps so far. */
    const failure = (name: string, value: number, at?: number): ChainruleError => {
      const planned = learningRate(schedule, optimizer.learningRate, stepTensor(at ?? step - 1)).item();
      const used = planned * session.read("rateScale")[0]!;
      return nonFinite(name, value, at, step, used, stepsPerEpoch, weights);
    };
    const measure = (name: "train" | "validation", split: TrainingData): MetricValues => {
      const evaluation = evaluateSplit(session, name, split.x.shape[0]!, loss);
      const value = [evaluation.loss, evaluation.predictions.find((p) => !Number.isFinite(p))].find(
        (figure) => figure !== undefined && !Number.isFinite(figure),
      );
      if (value !== undefined) throw failure(name === "train" ? "training loss" : "validation loss", value);
      return metricsOf(evaluation, split.y.data, loss);
    };

    const limit = options.steps ?? Number.POSITIVE_INFINITY;
    while (epoch < epochs && step < limit && reason === "epochs") {
      let epochLoss = 0;
      let epochSteps = 0;
      // Steps whose losses are in the machine's lossSum. It is read out at observed steps, wherever slices end.
      let summed = 0;
      const blocks = feed.epoch();
      let steps = 0;
      let hasEnded = false;
      for (let done = 0; !options.signal?.aborted; ) {
        if (done === steps) {
          const block = blocks.next();
          const next = block instanceof Promise ? await block : block;
          if (next.done) {
            hasEnded = true;
            break;
          }
          [steps, done] = [next.value, 0];
        }
        const untilObserved =
          step === 0 ? 1 : Math.min(steps, (Math.floor(done / observeEvery) + 1) * observeEvery) - done;
        if (step === limit) break;
        const count = Math.min(untilObserved, clock.steps(), limit - step);
        const observed = count === untilObserved;
        if (summed === 0) session.write("lossSum", Float64Array.of(0));
        const from = performance.now();
        const slice = startSlice(session, observed, count);
        const ran = typeof slice === "number" ? slice : await slice;
        clock.ran(ran, performance.now() - from);
        done += ran;
        step += ran;
        summed += ran;
        const lossSum = session.read("lossSum")[0]!;
        const failedAt = session.read("failedAt")[0]!;
        if (failedAt >= 0) throw failure("loss", lossSum, failedAt);
        const meanLoss = lossSum / summed;
        if (observed && ran === count) {
          epochLoss += lossSum;
          epochSteps += summed;
          summed = 0;
          rate = session.output("observe", "rate")[0]!;
          layers = statistics(session, training.layers);
          weights.keep(step);
          if (step >= nextReport) {
            yield { type: "observation", epoch: epoch + 1, step, layers, ledger: ledger(session, training, layers) };
            nextReport = step + Math.ceil((epochs * stepsPerEpoch) / reported);
          }
        }
        if (!clock.isUp()) continue;
        const now = performance.now();
        if (now - lastShown >= sliceMilliseconds) {
          const seconds = (now - began) / 1000;
          yield {
            type: "progress",
            epoch: epoch + 1,
            step,
            steps: epochs * stepsPerEpoch,
            loss: meanLoss,
            rowsPerSecond: (step * batchSize) / seconds,
            secondsLeft: (seconds / step) * (epochs * stepsPerEpoch - step),
            layers,
          };
          lastShown = now;
        }
        await nextTurn();
        clock.restart();
      }
      if (!hasEnded) {
        await feed.close();
        reason = options.signal?.aborted ? "interrupted" : "steps";
        // Without validation the last weights are the result.
        if (validation === undefined) {
          weights.keep(step);
          weights.choose(false);
        }
        break;
      }
      epoch++;
      const metrics = validation && measure("validation", validation);
      const validationLoss = metrics?.loss;
      const improved = validationLoss === undefined || validationLoss < best.loss;
      if (improved) {
        best = { epoch, loss: validationLoss ?? Number.POSITIVE_INFINITY };
        weights.choose(validationLoss !== undefined);
      }
      yield {
        type: "epoch",
        epoch,
        step,
        loss: epochLoss / epochSteps,
        learningRate: rate,
        ...(metrics && { validation: metrics }),
        best: improved,
        layers,
      };
      if (plateau !== undefined) {
        session.write("rateScale", Float64Array.of(plateau.scale(validationLoss ?? epochLoss)));
      }
      if (validation !== undefined && options.patience !== undefined && epoch - best.epoch >= options.patience) {
        reason = "patience";
      }
    }

    const last = stateOf(
      session,
      training,
      step,
      learningRate(schedule, optimizer.learningRate, stepTensor(step)).item(),
    );
    weights.restore();
    feed.writeData();
    const metrics = {
      train: measure("train", data),
      ...(validation && { validation: measure("validation", validation) }),
    };
    report.finish({ variables: weights.best(), metrics, epochs: epoch, bestEpoch: best.epoch, reason, last });
    const seconds = (performance.now() - began) / 1000;
    yield { type: "end", reason, epochs: epoch, steps: step, seconds, bestEpoch: best.epoch, metrics, layers };
  } finally {
    options.signal?.removeEventListener("abort", stop);
    session.dispose();
  }
}

/** `count` steps, the last of them observed; fewer after `session.stop()`. A promise where threads run them. */
function startSlice(session: Session, observed: boolean, count: number): number | Promise<number> {
  const plain = session.start("step", observed ? count - 1 : count);
  if (!observed) return plain;
  const observe = (ran: number) => {
    if (ran < count - 1) return ran;
    const last = session.start("observe");
    return typeof last === "number" ? ran + last : last.then((one) => ran + one);
  };
  return typeof plain === "number" ? observe(plain) : plain.then(observe);
}

const stepTensor = (step: number) => tensor(Int32Array.of(step), { shape: [] });

function stateOf(session: Session, training: TrainingModule, step: number, rate: number): TrainingState {
  const { optimizer, ...variables } = training.rebuildState((name) =>
    Tensor.concrete(session.read(name), training.initial.get(name)!.shape),
  );
  return { step, learningRate: rate * session.read("rateScale")[0]!, variables, optimizer };
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

function ledger(session: Session, { chain, chainSizes }: TrainingModule, layers: readonly LayerStatistics[]) {
  const rms = session.output("observe", "delta");
  const parameterRms = new Map(layers.map(({ name, gradientRms }) => [name, gradientRms]));
  return ledgerOf(
    chain,
    chainSizes.map((size, i) => ({ size, rms: rms[i]! })),
    (layer) => parameterRms.get(layer)!,
  );
}

function nonFinite(
  name: string,
  value: number,
  at: number | undefined,
  done: number,
  rate: number,
  stepsPerEpoch: number,
  weights: Weights,
): ChainruleError {
  const step = at === undefined ? done : at + 1;
  const epoch = Math.max(1, Math.ceil(step / stepsPerEpoch));
  const kept = weights.lastGood();
  const when = `${at === undefined ? "after" : "at"} step ${step} (epoch ${epoch})`;
  return new ChainruleError(
    "NON_FINITE_LOSS",
    `The ${name} became ${Number.isNaN(value) ? "NaN" : "infinite"} ${when}, with a learning rate of ${Number(rate.toPrecision(3))}. The last good weights, ${kept.step === 0 ? "the initial ones" : `those after step ${kept.step}`}, are kept. Lower the learning rate, clip the gradients, or look for extreme values in the data.`,
    { step, epoch, learningRate: rate, variables: kept.variables },
  );
}
