// A training put in place: its step traced, planned and loaded, the data written.
import type { Communicator } from "../backends/mpi/communicator.ts";
import { type FloatDType, isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Loss } from "../nn/losses/index.ts";
import { initialize } from "../nn/model.ts";
import { Cadence, observationInterval } from "../observe/cadence.ts";
import { checkHooks } from "../observe/hooks.ts";
import { initialStateOf } from "../observe/probes/distance.ts";
import { backendOf } from "../run/backends.ts";
import { createSession, type Session } from "../run/session.ts";
import { randomKey } from "../trace/create.ts";
import { checkedLoss, checkTargets } from "./check-options.ts";
import type { TrainingData, TrainOptions } from "./options.ts";
import { requireAlike } from "./ranks.ts";
import { type SplitTypes, type TrainingModule, trainingModule } from "./training-module.ts";

/** A module in a session, with its data in place. */
export interface Loaded {
  readonly session: Session;
  readonly training: TrainingModule;
  readonly batchSize: number;
  /** Steps over the rows that are in the machine at a time. */
  readonly stepsPerBlock: number;
  readonly stepsPerEpoch: number;
  readonly backend: string;
  readonly loss: Loss;
  readonly cadence: Cadence;
  /** Those that train together, where there are several. */
  readonly ranks: Communicator | undefined;
}

/**
 * `giveWay` is awaited between the stages, which take long for a deep network. An abort on the way changes nothing here:
 * the training then ends before its first step, with the initial weights as its result.
 */
export async function load(options: TrainOptions, giveWay: () => Promise<void>): Promise<Loaded> {
  const loss = checkedLoss(options.loss);
  const ranks = severalOf(options);
  const sizes = sizesOf(options, ranks);
  const backend = backendOf(options);
  const variables = options.variables ?? initialize(options.model, options.seed);
  if (options.hooks !== undefined) checkHooks(options.hooks, options.model, variables.parameters);
  await giveWay();
  const { data, validation } = options;
  const training = await trainingModule(
    {
      ...{ ...options, ...sizes, loss, schedule: options.schedule ?? { kind: "constant" }, float: backend.float },
      place: ranks,
    },
    variables,
    typesOf(data, backend.float),
    validation && typesOf(validation, backend.float),
    giveWay,
  );
  const session = await createSession(training.module, backend, giveWay);
  try {
    await giveWay();
    write(session, training, options, loss);
    if (ranks !== undefined) requireAlike(ranks, options, session, sizes);
    const cadence = cadenceOf(options, training, sizes);
    return { session, training, ...sizes, loss, backend: backend.name, cadence, ranks };
  } catch (error) {
    session.dispose();
    throw error;
  }
}

type Sizes = Pick<Loaded, "batchSize" | "stepsPerBlock" | "stepsPerEpoch">;

/** The ranks of a training, where they are several: one is alone. */
const severalOf = ({ ranks }: TrainOptions): Communicator | undefined =>
  ranks !== undefined && ranks.size > 1 ? ranks : undefined;

function sizesOf({ data, blocks, batchSize, accumulate = 1 }: TrainOptions, ranks: Communicator | undefined): Sizes {
  const rows = data.x.shape[0]!;
  const pass = Math.min(batchSize ?? rows, rows);
  if (ranks !== undefined && pass < ranks.size)
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `train: a batch must have a row for every rank; got ${pass} ${pass === 1 ? "row" : "rows"} for ${ranks.size} ranks. Give a larger batchSize, or start fewer ranks.`,
      { setting: "batchSize", rows: pass, ranks: ranks.size, settings: [{ setting: "batchSize" }] },
    );
  const size = pass * accumulate;
  const stepsPerBlock = Math.ceil(rows / size);
  const stepsPerEpoch = blocks?.sizes.reduce((sum, each) => sum + Math.ceil(each / size), 0) ?? stepsPerBlock;
  return { batchSize: size, stepsPerBlock, stepsPerEpoch };
}

function typesOf({ x, y }: TrainingData, float: FloatDType): SplitTypes {
  const typeOf = ({ shape, dtype }: TrainingData["x"]) => ({ shape, dtype: isFloat(dtype) ? float : dtype });
  return { x: typeOf(x), y: typeOf(y) };
}

/** Throws INDEX_OUT_OF_RANGE for targets that the loss cannot take. */
function write(
  session: Session,
  training: TrainingModule,
  { data, validation, seed = 0 }: TrainOptions,
  loss: Loss,
): void {
  for (const [name, value] of training.initial) session.write(name, value.data);
  for (const { name } of training.probes.parameters)
    session.write(initialStateOf(name), training.initial.get(`parameters.${name}`)!.data);
  const outputs = session.plan.programs.train!.outputs.prediction!.shape;
  for (const [name, split] of Object.entries({ train: data, validation })) {
    if (split === undefined) continue;
    checkTargets(name === "train" ? "data" : name, split.y, loss, outputs);
    session.write(`${name}.x`, split.x.data);
    session.write(`${name}.y`, split.y.data);
  }
  // The last counter of the key tells training's draws from those of the initial weights.
  session.write("key", randomKey(seed).data.with(3, 1));
  session.write("failedAt", Int32Array.of(-1));
  session.write("rateScale", Float64Array.of(1));
  session.write("rateShift", Float64Array.of(0));
}

function cadenceOf(
  { epochs, steps: most = Number.POSITIVE_INFINITY, observeEvery }: TrainOptions,
  { parameterCount, probes }: TrainingModule,
  { batchSize, stepsPerEpoch }: Sizes,
): Cadence {
  // Of all rows of a step, so that all ranks observe the same ones.
  const values = (probes.chain.reduce((sum, { size }) => sum + size, 0) / probes.seen) * probes.batch;
  const steps = Math.min(epochs * stepsPerEpoch, most);
  const sizes = { parameters: parameterCount, batch: batchSize, values, stepsPerEpoch, steps };
  return new Cadence(observeEvery ?? observationInterval(sizes), steps);
}
