// What all charts over the steps share: the steps they show, and the one under the pointer. The end is followed until somebody looks back.

/** Steps that are shown at least. */
const least = 10;

export class ChartView {
  readonly #listeners = new Set<() => void>();
  #window: readonly [number, number] | undefined;
  #end = 0;
  #pointed: number | undefined;

  /** Called where any of it changes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly isFollowing = (): boolean => this.#window === undefined;

  /** The last step that there are figures of. */
  get end(): number {
    return this.#end;
  }

  /** First and last step shown. */
  get range(): readonly [number, number] {
    return this.#window ?? [0, Math.max(this.#end, least)];
  }

  /** The step under the pointer of any chart. */
  get pointed(): number | undefined {
    return this.#pointed;
  }

  reach(end: number): void {
    if (end === this.#end) return;
    this.#end = end;
    this.#tell();
  }

  point(step: number | undefined): void {
    if (step === this.#pointed) return;
    this.#pointed = step;
    this.#tell();
  }

  /** Shows so much of what is shown: less than 1 comes nearer, around a step (the last one where none is named). */
  zoom(factor: number, around?: number): void {
    const [from, to] = this.range;
    const middle = around ?? (this.isFollowing() ? to : (from + to) / 2);
    const by = Math.max(factor, least / (to - from));
    this.show(middle - (middle - from) * by, middle + (to - middle) * by);
  }

  /** Moves on by a share of what is shown, back below 0. */
  pan(share: number): void {
    const [from, to] = this.range;
    const by = Math.min(Math.max((to - from) * share, -from), Math.max(0, Math.max(this.#end, least) - to));
    this.show(from + by, to + by);
  }

  show(from: number, to: number): void {
    const last = Math.max(this.#end, least);
    const length = Math.max(least, Math.min(to - from, last));
    const begin = Math.min(Math.max(0, from), last - length);
    this.#window = begin === 0 && length === last ? undefined : [begin, begin + length];
    this.#tell();
  }

  follow(): void {
    if (this.#window === undefined) return;
    this.#window = undefined;
    this.#tell();
  }

  /** Another training. */
  reset(): void {
    this.#window = undefined;
    this.#pointed = undefined;
    this.#end = 0;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
