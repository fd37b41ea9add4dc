// Mean and deviation of values that come block by block.
import { type Cycle, cycles, periods } from "./cycles.ts";
import type { Moments } from "./features.ts";

/** Squares of smaller differences vanish beside all that a float32 may hold. */
const leastScale = 1e-100;

/** As `moments` of all values at once, up to rounding: blocks are merged as Chan, Golub and LeVeque have it (1979). */
export class RunningMoments {
  #present = 0;
  #mean = 0;
  /** Σ ((value − mean) / scale)² */
  #squares = 0;
  #scale = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #first = Number.NaN;
  /** For each cycle a value that lies elsewhere on it than the first one. */
  readonly #apart = new Map<Cycle, number>();

  /** `counts`: how often each value comes, once by default. NaN is passed over. */
  add(values: Float64Array, counts?: ArrayLike<number>): void {
    let [present, sum, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const n = counts === undefined ? 1 : counts[i]!;
      if (n === 0 || Number.isNaN(value)) continue;
      present += n;
      sum += n * value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    if (present === 0) return;
    const mean = sum / present;
    const scale = this.#scaleFor(min, max);
    let squares = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      squares += (counts === undefined ? 1 : counts[i]!) * ((value - mean) / scale) ** 2;
    }
    const all = this.#present + present;
    const apart = mean - this.#mean;
    this.#squares += squares + (apart / scale) ** 2 * ((this.#present * present) / all);
    this.#mean += (apart * present) / all;
    this.#present = all;
  }

  /** A power of two near the range of the first values that differ: squares of tiny numbers would vanish. */
  #scaleFor(min: number, max: number): number {
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
    if (this.#scale === 0 && this.#max > this.#min)
      this.#scale = Math.max(leastScale, 2 ** Math.floor(Math.log2(this.#max - this.#min)));
    return this.#scale || 1;
  }

  /** Remembers where the values lie on the cycles of time, which `inCycles` then tells. */
  watchCycles(values: Float64Array, counts?: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value) || counts?.[i] === 0) continue;
      if (Number.isNaN(this.#first)) this.#first = value;
      for (const cycle of cycles)
        if (!this.#apart.has(cycle) && Math.abs(((value - this.#first) / periods[cycle]) % 1) > 1e-9)
          this.#apart.set(cycle, value);
      if (this.#apart.size === cycles.length) return;
    }
  }

  /** Values that lie on the cycles as all of them do. */
  get inCycles(): Float64Array {
    return Float64Array.from([this.#first, ...this.#apart.values()]);
  }

  get moments(): Moments {
    const std = Math.sqrt(this.#squares / this.#present) * (this.#scale || 1);
    return { present: this.#present, mean: this.#mean, std, min: this.#min, max: this.#max };
  }
}
