// The order of training rows: one random permutation after the other, so that every row is seen equally often.
import { permutation } from "../data/random.ts";

export interface SamplerState {
  /** Permutations drawn so far. */
  drawn: number;
  /** Rows taken of the last one. */
  taken: number;
}

export const samplerState = (): SamplerState => ({ drawn: 0, taken: 0 });

/** Fills epochs of `length` rows each; where an epoch ends within a permutation the next one goes on from there. */
export class Sampler {
  readonly #rows: number;
  readonly #seed: number;
  readonly #state: SamplerState;
  /** The permutation drawn last: it follows from the seed. */
  #current: Int32Array;

  constructor(rows: number, seed: number, state = samplerState()) {
    this.#rows = rows;
    this.#seed = seed;
    this.#state = state;
    this.#current = state.drawn === 0 ? new Int32Array(0) : this.#permutation(state.drawn - 1);
  }

  next(length: number): Int32Array {
    const state = this.#state;
    const order = new Int32Array(length);
    for (let filled = 0; filled < length; ) {
      if (state.taken === this.#current.length) {
        this.#current = this.#permutation(state.drawn++);
        state.taken = 0;
      }
      const count = Math.min(length - filled, this.#current.length - state.taken);
      order.set(this.#current.subarray(state.taken, state.taken + count), filled);
      filled += count;
      state.taken += count;
    }
    return order;
  }

  #permutation(index: number): Int32Array {
    return permutation(this.#rows, Math.imul(this.#seed, 0x9e3779b1) + index);
  }
}
