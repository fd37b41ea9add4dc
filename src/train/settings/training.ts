// Settings of the training itself: what is minimised, by which steps, and for how long.
import { defaultLoss, findLoss, isLossName, type LossName, lossNames } from "../../nn/losses/index.ts";
import { type OptimizerKind, optimizerKinds, optimizerRecord } from "../../optim/optimizers/index.ts";
import { type ScheduleKind, scheduleKinds } from "../../optim/schedules/index.ts";
import type { Setting } from "./setting.ts";
import { nonNegative, oneOf, positive, whole } from "./value.ts";

export const loss: Setting<LossName> = {
  type: {
    must: `one of ${lossNames.join(", ")}, or a quantile such as quantile(0.9)`,
    choices: lossNames,
    isOpen: true,
    holds: isLossName,
    parse: (text) => findLoss(text)?.name as LossName | undefined,
    print: (name) => name,
  },
  flags: [{ flag: "--loss <name>", help: "what is minimised, quantile(0.9) for another one than the median" }],
  default: ({ task, targets }) => defaultLoss(task, targets),
  defaultWords: `${defaultLoss("classification")} for classes, ${defaultLoss("regression")} for numbers`,
};

const usualOptimizer = optimizerKinds[0]!;

export const optimizer: Setting<OptimizerKind> = {
  type: oneOf(optimizerKinds),
  flags: [{ flag: "--optimizer <name>", help: "how weights are updated" }],
  default: usualOptimizer,
};

const usualRate = (kind: OptimizerKind): number => optimizerRecord(kind).forTables.learningRate;

export const learningRate: Setting<number> = {
  type: positive,
  flags: [{ flag: "--lr <rate>", help: "learning rate" }],
  default: (_, others) => usualRate(others.optimizer),
  defaultWords: `fits the optimizer, ${usualRate(usualOptimizer)} for ${usualOptimizer}`,
  auto: "what chainrule lr-test suggests",
  course: true,
  range: "log",
};

export const weightDecay: Setting<number, number | undefined> = {
  type: nonNegative,
  flags: [{ flag: "--weight-decay <rate>", help: "shrinks weights at every step, times the learning rate" }],
  default: undefined,
  defaultWords: `fits the optimizer, ${optimizerRecord(usualOptimizer).forTables.weightDecay} for ${usualOptimizer}`,
  range: "log",
};

/** Largest norm of all gradients together. */
export const clipNorm: Setting<number, number | undefined> = {
  type: positive,
  flags: [{ flag: "--clip <norm>", help: "scales gradients down to this norm, all together" }],
  default: undefined,
  defaultWords: "none",
  range: "log",
};

export const schedule: Setting<ScheduleKind> = {
  type: oneOf(scheduleKinds),
  flags: [{ flag: "--schedule <name>", help: "course of the learning rate" }],
  default: scheduleKinds[0]!,
  course: true,
};

const [fewestEpochs, mostEpochs] = [15, 150];
const [smallestBatch, largestBatch] = [16, 512];
const usualSteps = 3000;

/** For about 3000 steps. */
export const epochs: Setting<number> = {
  type: whole(1),
  flags: [{ flag: "--epochs <n>", help: "passes over the rows" }],
  default: ({ rows }) => {
    const size = usualBatch(rows);
    return Math.min(mostEpochs, Math.max(fewestEpochs, Math.round((usualSteps * size) / rows)));
  },
  defaultWords: `${fewestEpochs} to ${mostEpochs}, by the number of rows`,
  course: true,
  range: "log",
};

/** Gives small tables many steps and large ones few. */
const usualBatch = (rows: number): number =>
  Math.min(largestBatch, Math.max(smallestBatch, 2 ** Math.round(Math.log2(rows / 20))));

export const batchSize: Setting<number> = {
  type: whole(1),
  flags: [{ flag: "--batch <n>", help: "rows a step" }],
  default: ({ rows }) => usualBatch(rows),
  defaultWords: `${smallestBatch} to ${largestBatch}, by the number of rows`,
  range: "log",
};

export const accumulate: Setting<number> = {
  type: whole(1),
  flags: [{ flag: "--accumulate <n>", help: "batches whose gradients are added up for a step" }],
  default: 1,
};

const leastPatience = 10;

export const patience: Setting<number> = {
  type: whole(1),
  flags: [{ flag: "--patience <n>", help: "epochs without a better validation loss before it stops" }],
  default: (_, others) => Math.max(leastPatience, Math.ceil(others.epochs / 5)),
  defaultWords: `a fifth of the epochs, at least ${leastPatience}`,
  course: true,
};
