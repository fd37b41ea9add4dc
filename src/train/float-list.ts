// A list of numbers that grows: eight bytes for each.

export class FloatList {
  #numbers = new Float64Array(32);
  length = 0;

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const longer = new Float64Array(2 * this.length);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[this.length++] = value;
  }

  /** Its own memory, until the next number. */
  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.length);
  }
}
