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

/** Multiplications and additions from which on a step is shared by threads, or handed to a BLAS, where there are any. */
const shared = 2e7;

/**
 * Nanoseconds, roughly, from docs/decisions/0016-observation.md, at the speed of the fastest machine that a step may meet:
 * a step by its multiplications; an epoch's entry into JavaScript; an observation by the elements that it reads, in two
 * steps since the second one tells where the first one led, and by reading it out, while threads fall asleep.
 */
function costsOf({ parameters, batch, values }: StepSizes) {
  const work = 6 * parameters * batch;
  const isShared = work > shared;
  return {
    step: 500 + work / (isShared ? 200 : 50),
    epoch: 50_000,
    observation: (isShared ? 2_000_000 : 60_000) + 2 * (2 * parameters + 3 * values),
  };
}

/** Steps from one observation to the next. */
export function observationInterval(sizes: StepSizes): number {
  const { step, epoch, observation } = costsOf(sizes);
  const share = budget * (step + epoch / sizes.stepsPerEpoch);
  return Math.max(1, Math.ceil(observation / share), Math.ceil(sizes.steps / most));
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
