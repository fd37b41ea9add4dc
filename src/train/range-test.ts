// The learning-rate range test (Smith 2017): one short training whose rate grows at every step, up to where it diverges.
import type { Prepared } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import { deviation, mean } from "../ir/stats.ts";
import { optimizerRecord } from "../optim/optimizers/index.ts";
import { resolve, type TableSettings } from "./settings/resolve.ts";
import { trainTable } from "./tabular.ts";

export interface RangePoint {
  /** 1-based. */
  readonly step: number;
  readonly learningRate: number;
  /** Of the step's batch, before the update. */
  readonly loss: number;
  /** Exponential mean of the losses so far. */
  readonly smoothed: number;
}

export interface RangeTest {
  readonly points: readonly RangePoint[];
  /** Whether it ended because the loss went up without end. */
  readonly diverged: boolean;
  /**
   * Two significant digits. Absent where no rate lowered the loss by more than it varies from batch to batch, or only one below 1e−10: inputs in the
   * millions have to be scaled.
   */
  readonly suggestion?: number;
}

/** 20 steps per decade. */
const lowest = 1e-6;
const highest = 10;
const steps = 141;
const perDecade = 20;

/** Weight of the past in the smoothed loss. */
const memory = 0.8;
/** The test ends where the smoothed loss is so many times its minimum. */
const divergence = 4;
/** Lower ranges that are tried where even the lowest rates are too high, as for inputs in the thousands. */
const lowerRanges = 1;
/** Where only less than that works, no rate is the remedy: inputs have to be scaled. */
const smallest = 1e-10;

/**
 * Trains for 141 steps on the training rows, from a learning rate of 1e−6 to 10, and suggests one for the whole training. The
 * same seed gives the same result.
 *
 * @example
 * const { suggestion } = await rangeTest(prepared, settings);
 * const training = trainTable(prepared, { ...settings, learningRate: suggestion });
 */
export async function rangeTest(prepared: Prepared, settings: TableSettings = {}): Promise<RangeTest> {
  const divisor = optimizerRecord(resolve(prepared, settings).optimizer.kind).rangeTest;
  let scale = 1;
  for (let range = 0; ; range++, scale *= 1e-4) {
    const test = await sweep(prepared, settings, scale);
    const { points, diverged } = test;
    if (points.length === 0) return test;
    const best = points.reduce((a, b) => (b.smoothed < a.smoothed ? b : a));
    if (diverged && best.step <= perDecade && range < lowerRanges) continue;
    if (!fell(points, best)) return test;
    const end = diverged ? points.at(-1)!.learningRate : Number.POSITIVE_INFINITY;
    const rate = Math.min(best.learningRate / divisor.minimum, end / divisor.divergence);
    return rate < smallest ? test : { ...test, suggestion: Number(rate.toPrecision(2)) };
  }
}

async function sweep(prepared: Prepared, settings: TableSettings, scale: number): Promise<RangeTest> {
  const points: RangePoint[] = [];
  let sum = 0;
  let minimum = Number.POSITIVE_INFINITY;
  const training = trainTable(
    { ...prepared, validation: undefined },
    {
      ...settings,
      learningRate: lowest * scale,
      schedule: { kind: "exponential", gamma: highest / lowest, every: steps - 1 },
      epochs: steps,
      steps,
      observeEvery: 1,
    },
  );
  try {
    for await (const event of training.withoutProfiles()) {
      if (event.type !== "observation") continue;
      const { step, learningRate, loss } = event;
      sum = memory * sum + (1 - memory) * loss;
      const smoothed = sum / (1 - memory ** step);
      if (smoothed > divergence * minimum) return { points, diverged: true };
      minimum = Math.min(minimum, smoothed);
      points.push({ step, learningRate, loss, smoothed });
    }
  } catch (error) {
    if (!(error instanceof ChainruleError && error.code === "NON_FINITE_LOSS")) throw error;
    return { points, diverged: true };
  }
  return { points, diverged: false };
}

/** Whether the minimum is lower than what chance makes of the losses of the first decade, where nothing moves yet. */
function fell(points: readonly RangePoint[], best: RangePoint): boolean {
  const first = points.slice(0, perDecade).map(({ loss }) => loss);
  const level = mean(first);
  // Of independent losses the exponential mean has the standard deviation σ √((1 − m) / (1 + m)).
  const chance = 4 * deviation(first) * Math.sqrt((1 - memory) / (1 + memory));
  return best.smoothed < level - Math.max(chance, 1e-3 * level);
}
