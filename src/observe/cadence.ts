// Which steps are observed: the first ones, then as often as it costs little. It depends on sizes alone, never on the clock.

/** The share of a training's time that observation may take. */
const budget = 0.05;
/** So many first steps are all observed: what goes wrong at once is seen at once. */
const first = 10;
/** Observations in all, about: what a run's folder holds, whatever its length. */
const most = 200;

export interface StepSizes {
  readonly parameters: number;
  readonly batch: number;
  /** Elements of all values on the way through the model. */
  readonly values: number;
  readonly stepsPerEpoch: number;
  /** Steps in all. */
  readonly steps: number;
}

/**
 * Nanoseconds, roughly, from docs/decisions/0016-observation.md: a step by its multiplications, an epoch's entry into
 * JavaScript, and an observation by the elements it reads, in two steps since the second one tells where the first one
 * led, by reading it out, and by waking threads once more where a step is long enough to have some.
 */
const cost = {
  step: ({ parameters, batch }: StepSizes) => 500 + (6 * parameters * batch) / 50,
  epoch: 50_000,
  observation: (sizes: StepSizes) =>
    60_000 + (cost.step(sizes) > 400_000 ? 500_000 : 0) + 2 * (2 * sizes.parameters + 3 * sizes.values),
};

/** Steps from one observation to the next. */
export function observationInterval(sizes: StepSizes): number {
  const step = cost.step(sizes) + cost.epoch / sizes.stepsPerEpoch;
  return Math.max(1, Math.ceil(cost.observation(sizes) / (budget * step)), Math.ceil(sizes.steps / most));
}

export class Cadence {
  readonly #interval: number;
  /** The last step, where none ends the training earlier. */
  readonly #end: number;

  constructor(interval: number, end: number) {
    this.#interval = interval;
    this.#end = end;
  }

  /** Whether the step that was done as the `step`-th is reported. */
  isReported(step: number): boolean {
    return step <= first || step % this.#interval === 0 || step === this.#end;
  }

  /** Whether it is a reported one or the one before it, whose update the report tells of. */
  isObserved(step: number): boolean {
    return this.isReported(step) || this.isReported(step + 1);
  }

  /** How many steps after `step` the next reported one is. */
  untilReported(step: number): number {
    const regular = step < first ? step + 1 : (Math.floor(step / this.#interval) + 1) * this.#interval;
    return (step < this.#end ? Math.min(regular, this.#end) : regular) - step;
  }
}
