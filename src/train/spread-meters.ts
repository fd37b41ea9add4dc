// What needs all rows at once, in bounded memory: the ROC curve, and the spread of the targets. Exact up to 16 million rows.
import { mean, rocAucBetween } from "../ir/stats.ts";
import { FloatList } from "./float-list.ts";

/** Numbers that are kept, so that figures are exact: 128 MB. */
export const keptNumbers = 2 ** 24;

/** Bits of a float32 that tell bins apart: sign, exponent, and 12 of the mantissa. */
const binBits = 21;
const float = new Float32Array(1);
const word = new Int32Array(float.buffer);

/** Bins in the order of their numbers, of which neighbours differ by 1 in 4,096. */
function binOf(value: number): number {
  float[0] = value;
  const bits = word[0]!;
  return (bits < 0 ? ~bits : bits ^ 0x80000000) >>> (32 - binBits);
}

/**
 * Area under the ROC curve: see `rocAuc`. Beyond `kept` rows scores are told apart by bins of their logits, and those of one bin are taken for
 * equal: the area is off by less than half the share of pairs in one bin.
 */
export class RocMeter {
  readonly #kept: number;
  readonly #order: (score: number) => number;
  readonly #lists = { positive: new FloatList(), negative: new FloatList() };
  #bins: { readonly positive: Float64Array; readonly negative: Float64Array } | undefined;

  /** `areProbabilities`: the scores are in 0 … 1. */
  constructor(areProbabilities: boolean, kept: number) {
    this.#kept = kept;
    this.#order = areProbabilities ? (p) => Math.log(p / (1 - p)) : (score) => score;
  }

  add(score: number, isPositive: boolean): void {
    const side = isPositive ? "positive" : "negative";
    if (this.#bins !== undefined) this.#bins[side][binOf(this.#order(score))]!++;
    else {
      this.#lists[side].push(score);
      if (this.#lists.positive.length + this.#lists.negative.length > this.#kept) this.#count();
    }
  }

  #count(): void {
    const bins = { positive: new Float64Array(2 ** binBits), negative: new Float64Array(2 ** binBits) };
    for (const side of ["positive", "negative"] as const) {
      for (const score of this.#lists[side].numbers) bins[side][binOf(this.#order(score))]!++;
      this.#lists[side] = new FloatList();
    }
    this.#bins = bins;
  }

  /** undefined where there are no positive or no negative rows. */
  get area(): number | undefined {
    const { positive, negative } = this.#lists;
    if (this.#bins === undefined) return rocAucBetween(positive.numbers, negative.numbers);
    let [positives, below, pairs] = [0, 0, 0];
    for (let bin = 0; bin < this.#bins.positive.length; bin++) {
      const [p, n] = [this.#bins.positive[bin]!, this.#bins.negative[bin]!];
      pairs += p * (below + n / 2);
      positives += p;
      below += n;
    }
    return positives === 0 || below === 0 ? undefined : pairs / (positives * below);
  }
}

/** Σ (y − ȳ)² in two passes; beyond `kept` rows by the update of Welford (1962). */
export class SpreadMeter {
  readonly #kept: number;
  #list = new FloatList();
  #running: { rows: number; mean: number; squares: number } | undefined;
  #first: number | undefined;
  /** Whether all are equal. */
  isConstant = true;

  constructor(kept: number) {
    this.#kept = kept;
  }

  add(value: number): void {
    this.#first ??= value;
    this.isConstant &&= value === this.#first;
    if (this.#running === undefined) {
      this.#list.push(value);
      if (this.#list.length <= this.#kept) return;
      const { numbers } = this.#list;
      this.#running = { rows: numbers.length, mean: mean(numbers), squares: this.squares };
      this.#list = new FloatList();
    } else {
      const from = value - this.#running.mean;
      this.#running.mean += from / ++this.#running.rows;
      this.#running.squares += from * (value - this.#running.mean);
    }
  }

  get squares(): number {
    if (this.#running !== undefined) return this.#running.squares;
    const { numbers } = this.#list;
    const centre = mean(numbers);
    let squares = 0;
    for (const value of numbers) squares += (value - centre) ** 2;
    return squares;
  }
}
