// The training loop: slices of compiled steps, an event stream between them, the best weights at the end.
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Variables } from "../nn/layer.ts";
import { initialize, parentPath } from "../nn/model.ts";
import { Cadence, observationInterval } from "../observe/cadence.ts";
import { checkHooks } from "../observe/hooks.ts";
import type { LayerStatistics } from "../observe/observation.ts";
import { backendOf } from "../run/backends.ts";
import { Session } from "../run/session.ts";
import { randomKey } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { evaluateSplit, metricsOf } from "./evaluate.ts";
import type { MetricValues, StopReason, TrainEvent } from "./events.ts";
import { failureEvent, nonFinite } from "./failure.ts";
import { Feed } from "./feed.ts";
import { initialParameters, observer } from "./observer.ts";
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
import { type TracedBack, traceBack, traceEvaluation } from "./trace-back.ts";
import { Weights } from "./weights.ts";

/** Losses are read and weights are kept after the first step, at the end of an epoch, and every so many steps in a long one. */
const keepEvery = 100;

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
  readonly cadence: Cadence;
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
  const variables = options.variables ?? initialize(options.model, seed);
  if (options.hooks !== undefined) checkHooks(options.hooks, options.model, variables.parameters);
  const training = trainingModule(
    { ...options, schedule: options.schedule ?? { kind: "constant" }, batchSize, stepsPerBlock, float: backend.float },
    variables,
    types(data),
    validation && types(validation),
  );
  const session = new Session(training.module, backend);
  for (const [name, value] of training.initial) session.write(name, value.data);
  for (const { name } of training.probes.parameters)
    session.write(`probe.initial.${name}`, training.initial.get(`parameters.${name}`)!.data);
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
  const values = training.probes.valueSizes.reduce((sum, size) => sum + size, 0);
  const steps = Math.min(options.epochs * stepsPerEpoch, options.steps ?? Number.POSITIVE_INFINITY);
  const sizes = { parameters: training.parameterCount, batch: batchSize, values, stepsPerEpoch, steps };
  const cadence = new Cadence(options.observeEvery ?? observationInterval(sizes), steps);
  return { session, training, batchSize, stepsPerBlock, stepsPerEpoch, backend: backend.name, cadence };
}

async function* run(options: TrainOptions, report: Report): AsyncGenerator<TrainEvent, void> {
  check(options);
  const began = performance.now();
  const { data, validation, loss, seed = 0, epochs, schedule = { kind: "constant" } } = options;
  const { session, training, batchSize, stepsPerBlock, stepsPerEpoch, backend, cadence } = load(options);
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
      loss,
      layers: [...new Set(training.probes.parameters.map(({ name }) => parentPath(name)))],
      initial: initialParameters(training),
      arena: session.plan.arena,
    };

    const feed = new Feed(session, options, batchSize, stepsPerBlock);
    const clock = new SliceClock();
    const plateau = schedule.kind === "plateau" ? new Plateau(schedule) : undefined;
    const weights = new Weights(session, training);
    report.improve(() => weights.best());
    let best = { epoch: 0, loss: Number.POSITIVE_INFINITY };
    let layers: readonly LayerStatistics[] = [];
    let reason: StopReason = "epochs";
    let epoch = 0;
    let step = 0;
    let lastShown = began;
    let lastObserved = 0;
    /** By step: of the reported steps. */
    const losses = new Map<number, number>();
    const observation = observer(session, training, options.hooks);
    /** Of the step after `done` others. */
    const rateAt = (done: number): number => {
      session.run("rate", 1, { at: Int32Array.of(done) });
      return session.output("rate", "rate")[0]!;
    };

    /** Where weights or losses stopped being finite, as soon as it is known. */
    let broken: TracedBack | undefined;
    /** The loss of step `at`, or of the weights after all steps so far. */
    const failure = (name: string, loss: number, at?: number): ChainruleError =>
      nonFinite({
        name,
        loss,
        at,
        done: step,
        // 0.0225, where float32 has 0.022499999.
        learningRate: Number(rateAt(at ?? step - 1).toPrecision(7)),
        stepsPerEpoch,
        kept: weights.lastGood(),
        ...broken,
      });
    const measure = (name: "train" | "validation", split: TrainingData): MetricValues => {
      const evaluation = evaluateSplit(session, name, split.x.shape[0]!, loss);
      const value = [evaluation.loss, evaluation.predictions.find((p) => !Number.isFinite(p))].find(
        (figure) => figure !== undefined && !Number.isFinite(figure),
      );
      if (value !== undefined) {
        const origin = traceEvaluation(session, training, name, split.x.shape[0]!);
        broken ??= { ...(origin && { origin }), lossesBefore: [] };
        throw failure(name === "train" ? "training loss" : "validation loss", value);
      }
      return metricsOf(evaluation, split.y.data, loss);
    };

    const limit = options.steps ?? Number.POSITIVE_INFINITY;
    while (epoch < epochs && step < limit && reason === "epochs") {
      let epochLoss = 0;
      let epochSteps = 0;
      // Steps whose losses are in the machine's lossSum. It is read out where weights are kept, wherever slices end.
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
        if (step === limit) break;
        const untilKept = step === 0 ? 1 : Math.min(steps, (Math.floor(done / keepEvery) + 1) * keepEvery) - done;
        const count = Math.min(untilKept, cadence.untilReported(step), clock.steps(), limit - step);
        // The last one or two of the slice.
        const observed = [1, 0].filter((back) => back < count && cadence.isObserved(step + count - back)).length;
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
        if (failedAt >= 0) {
          broken ??= traceBack(session, training, weights.latest, step, losses);
          throw failure("loss", lossSum, failedAt);
        }
        const meanLoss = lossSum / summed;
        if (observed > 0 && ran === count) {
          if (cadence.isReported(step)) {
            const seen = observation(step, observed > 1 || lastObserved === step - 1);
            layers = seen.layers;
            losses.set(step, seen.loss);
            yield { type: "observation", epoch: epoch + 1, ...seen };
          }
          lastObserved = step;
        }
        if (ran === untilKept) {
          epochLoss += lossSum;
          epochSteps += summed;
          summed = 0;
          const before = weights.latest;
          weights.keep(step);
          if (!weights.areFinite()) broken ??= traceBack(session, training, before, step, losses);
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
        learningRate: rateAt(step - 1),
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

    const last = stateOf(session, training, step, rateAt(step));
    weights.restore();
    feed.writeData();
    const metrics = {
      train: measure("train", data),
      ...(validation && { validation: measure("validation", validation) }),
    };
    report.finish({ variables: weights.best(), metrics, epochs: epoch, bestEpoch: best.epoch, reason, last });
    const seconds = (performance.now() - began) / 1000;
    yield { type: "end", reason, epochs: epoch, steps: step, seconds, bestEpoch: best.epoch, metrics, layers };
  } catch (error) {
    if (error instanceof ChainruleError && error.code === "NON_FINITE_LOSS") yield failureEvent(error);
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", stop);
    session.dispose();
  }
}

/** `count` steps, the last ones of them observed; fewer after `session.stop()`. A promise where threads run them. */
function startSlice(session: Session, observed: number, count: number): number | Promise<number> {
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

function stateOf(session: Session, training: TrainingModule, step: number, rate: number): TrainingState {
  const { optimizer, ...variables } = training.rebuildState((name) =>
    Tensor.concrete(session.read(name), training.initial.get(name)!.shape),
  );
  return { step, learningRate: rate, variables, optimizer };
}
