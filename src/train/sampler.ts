// The order of training rows: one random permutation after the other, so that every row is seen equally often.
import { permutation } from "../data/random.ts";

/** Fills epochs of `length` rows each; where an epoch ends within a permutation the next one goes on from there. */
export class Sampler {
  readonly #rows: number;
  readonly #seed: number;
  #current: Int32Array;
  #at: number;
  #drawn = 0;

  constructor(rows: number, seed: number) {
    this.#rows = rows;
    this.#seed = seed;
    this.#current = new Int32Array(0);
    this.#at = 0;
  }

  next(length: number): Int32Array {
    const order = new Int32Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.#at === this.#current.length) {
        this.#current = permutation(this.#rows, Math.imul(this.#seed, 0x9e3779b1) + this.#drawn++);
        this.#at = 0;
      }
      const count = Math.min(length - filled, this.#current.length - this.#at);
      order.set(this.#current.subarray(this.#at, this.#at + count), filled);
      filled += count;
      this.#at += count;
    }
    return order;
  }
}
