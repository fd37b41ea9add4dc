// Figures over the steps of a training, in typed columns of bounded size: where they are full, neighbours become one, with their extremes.
import { type ColumnView, thinned } from "./thin.ts";

/** Points that a column has at most. */
export const capacity = 2000;

/** One figure over the steps, as the page draws it: of each point the last step, the mean, and the extremes of what was joined into it. */
export interface ColumnData {
  readonly name: string;
  readonly step: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Figures of one name. NaN stands for no figure. */
class Column {
  readonly step = new Float64Array(capacity);
  readonly #sum = new Float64Array(capacity);
  readonly #count = new Float64Array(capacity);
  readonly #low = new Float64Array(capacity);
  readonly #high = new Float64Array(capacity);
  length = 0;
  /** Figures that become one point. */
  #perPoint = 1;

  push(step: number, value: number): void {
    const last = this.length - 1;
    if (last >= 0 && this.#count[last]! < this.#perPoint) {
      this.#join(last, step, value);
      return;
    }
    if (this.length === capacity) this.#halve();
    const at = this.length++;
    this.step[at] = step;
    this.#sum[at] = value;
    this.#count[at] = 1;
    this.#low[at] = value;
    this.#high[at] = value;
  }

  #join(at: number, step: number, value: number): void {
    this.step[at] = step;
    this.#sum[at] = this.#sum[at]! + value;
    this.#count[at] = this.#count[at]! + 1;
    // A figure that is not finite stays visible.
    this.#low[at] = Math.min(this.#low[at]!, value);
    this.#high[at] = Math.max(this.#high[at]!, value);
  }

  #halve(): void {
    const half = capacity / 2;
    for (let i = 0; i < half; i++) {
      const [a, b] = [2 * i, 2 * i + 1];
      this.step[i] = this.step[b]!;
      this.#sum[i] = this.#sum[a]! + this.#sum[b]!;
      this.#count[i] = this.#count[a]! + this.#count[b]!;
      this.#low[i] = Math.min(this.#low[a]!, this.#low[b]!);
      this.#high[i] = Math.max(this.#high[a]!, this.#high[b]!);
    }
    this.length = half;
    this.#perPoint *= 2;
  }

  /** Forgets points that reach beyond a step. */
  truncate(step: number): void {
    while (this.length > 0 && this.step[this.length - 1]! > step) this.length--;
  }

  data(name: string): ColumnData {
    const { length } = this;
    return {
      name,
      step: this.step.slice(0, length),
      mean: Float64Array.from({ length }, (_, i) => this.#sum[i]! / this.#count[i]!),
      low: this.#low.slice(0, length),
      high: this.#high.slice(0, length),
    };
  }
}

/** Columns by their names: what is pushed first makes its column. */
export class Columns {
  readonly #columns = new Map<string, Column>();
  /** Grows with every change. */
  version = 0;

  push(name: string, step: number, value: number | undefined): void {
    if (value === undefined) return;
    let column = this.#columns.get(name);
    if (column === undefined) this.#columns.set(name, (column = new Column()));
    column.push(step, value);
    this.version++;
  }

  truncate(step: number): void {
    for (const column of this.#columns.values()) column.truncate(step);
    this.version++;
  }

  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** The last step of which there is a figure. */
  get end(): number {
    let end = 0;
    for (const { step, length } of this.#columns.values()) if (length > 0) end = Math.max(end, step[length - 1]!);
    return end;
  }

  /** Those whose names are asked for, or all; ":product" asks for that of every layer. Thinned to a view where one is given. */
  data(names: readonly string[] = this.names, view?: ColumnView): readonly ColumnData[] {
    const asked = new Set(
      names.flatMap((name) => (name.startsWith(":") ? this.names.filter((one) => one.endsWith(name)) : [name])),
    );
    return [...asked].flatMap((name) => {
      const data = this.#columns.get(name)?.data(name);
      return data === undefined ? [] : [view === undefined ? data : thinned(data, view)];
    });
  }
}
