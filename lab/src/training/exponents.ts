// Histograms by binary exponent over the steps, bounded: where they are full, neighbours become one.
import type { Sketch } from "chainrule/train";

/** Points that one has at most. */
const capacity = 128;
/** Buckets, and the exponent of the first, as sketches have them. */
export const buckets = 64;
export const lowestExponent = -47;

/** Of one tensor: of each point the last step, and the counts by ⌊log₂ |x|⌋, [points][buckets]. */
export interface ExponentData {
  readonly name: string;
  readonly step: Float64Array;
  readonly counts: Float32Array;
}

class Histogram {
  readonly step = new Float64Array(capacity);
  readonly counts = new Float32Array(capacity * buckets);
  length = 0;
  /** Histograms in the last point, and those that become one. */
  #joined = 0;
  #perPoint = 1;

  push(step: number, [first = 0, ...counts]: readonly number[]): void {
    if (this.#joined >= this.#perPoint || this.length === 0) {
      if (this.length === capacity) this.#halve();
      this.length++;
      this.#joined = 0;
    }
    const at = this.length - 1;
    this.#joined++;
    this.step[at] = step;
    for (const [i, count] of counts.entries()) {
      const place = at * buckets + first - lowestExponent + i;
      this.counts[place] = this.counts[place]! + count;
    }
  }

  #halve(): void {
    const half = capacity / 2;
    for (let i = 0; i < half; i++) {
      this.step[i] = this.step[2 * i + 1]!;
      for (let b = 0; b < buckets; b++)
        this.counts[i * buckets + b] = this.counts[2 * i * buckets + b]! + this.counts[(2 * i + 1) * buckets + b]!;
    }
    this.counts.fill(0, half * buckets);
    this.length = half;
    this.#perPoint *= 2;
  }

  truncate(step: number): void {
    while (this.length > 0 && this.step[this.length - 1]! > step) this.length--;
    this.counts.fill(0, this.length * buckets);
    this.#joined = this.#perPoint;
  }

  data(name: string): ExponentData {
    const { length } = this;
    return { name, step: this.step.slice(0, length), counts: this.counts.slice(0, length * buckets) };
  }
}

/** "layers.0.weight:gradient" and "…:update" of parameters, "layers.0:value" and "…:gradient" of values. */
export class Exponents {
  readonly #histograms = new Map<string, Histogram>();

  push(name: string, step: number, { exponents }: Sketch): void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) this.#histograms.set(name, (histogram = new Histogram()));
    histogram.push(step, exponents);
  }

  truncate(step: number): void {
    for (const histogram of this.#histograms.values()) histogram.truncate(step);
  }

  data(names: readonly string[]): readonly ExponentData[] {
    return names.flatMap((name) => this.#histograms.get(name)?.data(name) ?? []);
  }
}
