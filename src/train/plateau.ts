// The schedule that waits for the loss to fall.

/** Reduce on plateau: the rate's factor, made smaller after `patience` epochs without a lower loss. */
export class Plateau {
  readonly #factor: number;
  readonly #patience: number;
  #best = Number.POSITIVE_INFINITY;
  #waited = 0;
  #scale = 1;

  constructor({ factor = 0.1, patience = 10 }: { readonly factor?: number; readonly patience?: number }) {
    this.#factor = factor;
    this.#patience = patience;
  }

  scale(loss: number): number {
    if (loss < this.#best) {
      this.#best = loss;
      this.#waited = 0;
    } else if (++this.#waited > this.#patience) {
      this.#scale *= this.#factor;
      this.#waited = 0;
    }
    return this.#scale;
  }
}
