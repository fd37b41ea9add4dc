// The outputs of an observed step: figures and sketches, each packed into one tensor, found again by series and name.
import type { TypedArray } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { sketchLayout } from "../../ops/sketch.ts";
import type { Tensors } from "../../run/program.ts";
import { concat, stack } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { readSketch, type Sketch } from "../sketch.ts";
import type { Series } from "./probe.ts";

/** Where a figure or a sketch stands in its packed tensor, by series and name. */
export type Layout = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Packs scalars and rows [1, n] into "figures" [m], and sketches into "sketches" [n, 72]. */
export function packSeries(all: Series): { readonly outputs: Tensors; readonly layout: Layout } {
  const figures: Tensor[] = [];
  let end = 0;
  const sketches: Tensor[] = [];
  const layout = new Map<string, Map<string, number>>();
  for (const [series, tensors] of Object.entries(all)) {
    const places = new Map<string, number>();
    for (const [name, tensor] of Object.entries(tensors)) {
      if (tensor.rank === 1) {
        places.set(name, sketches.length * sketchLayout.length);
        sketches.push(tensor);
      } else {
        places.set(name, end);
        figures.push(tensor.reshape([tensor.size]));
        end += tensor.size;
      }
    }
    layout.set(series, places);
  }
  const outputs = { sketches: stack(sketches), figures: concat(figures) };
  return { outputs, layout };
}

/** What one step gave. */
export class ProbeOutputs {
  readonly #layout: Layout;
  readonly #sketches: TypedArray;
  readonly #figures: TypedArray;

  constructor(layout: Layout, { sketches, figures }: { readonly sketches: TypedArray; readonly figures: TypedArray }) {
    this.#layout = layout;
    this.#sketches = sketches;
    this.#figures = figures;
  }

  /** Whether the series has any figures. */
  has(series: string): boolean {
    return (this.#layout.get(series)?.size ?? 0) > 0;
  }

  figure(series: string, name = ""): number {
    return this.#figures[this.#place(series, name)]!;
  }

  /** A row of so many figures. */
  row(series: string, name: string, size: number): TypedArray {
    const place = this.#place(series, name);
    return this.#figures.subarray(place, place + size);
  }

  /** `size` is the number of elements of what was sketched. */
  sketch(series: string, name: string, size: number): Sketch {
    return readSketch(this.#sketches, this.#place(series, name), size);
  }

  /** √ Σ x² over several tensors, by their sketches. */
  norm(series: string, tensors: readonly { readonly name: string; readonly size: number }[]): number {
    let sum = 0;
    for (const { name, size } of tensors)
      sum += this.#sketches[this.#place(series, name) + sketchLayout.rms]! ** 2 * size;
    return Math.sqrt(sum);
  }

  #place(series: string, name: string): number {
    const place = this.#layout.get(series)?.get(name);
    if (place !== undefined) return place;
    throw new ChainruleError("INVALID_ARGUMENT", `No probe gives "${series}" of "${name}".`, { series, name });
  }
}
