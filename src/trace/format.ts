// A tensor as nested arrays, and as text, as NumPy prints arrays: aligned columns, long axes shortened.
import type { TypedArray } from "../ir/dtype.ts";
import type { Shape } from "../ir/shape.ts";
import type { NestedArray } from "./tensor-options.ts";

/** Axes longer than this show their first and last three entries. */
const longest = 8;
const edge = 3;

export function formatTensor(data: TypedArray, shape: Shape, dtype: string): string {
  const suffix = dtype === "float64" ? "" : `, ${dtype}`;
  if (shape.length === 0) return `tensor(${formatNumber(data[0]!, dtype)}${suffix})`;
  if (data.length === 0) return `tensor([], shape [${shape.join(", ")}]${suffix})`;
  const indices = shape.map((n) => (n > longest ? [...range(0, edge), -1, ...range(n - edge, n)] : range(0, n)));
  const texts = new Map<number, string>();
  const visit = (axis: number, offset: number, emit: (at: number) => void): void => {
    if (axis === shape.length) emit(offset);
    else for (const i of indices[axis]!) if (i >= 0) visit(axis + 1, offset * shape[axis]! + i, emit);
  };
  visit(0, 0, (at) => texts.set(at, formatNumber(data[at]!, dtype)));
  const width = [...texts.values()].reduce((most, text) => Math.max(most, text.length), 0);
  const render = (axis: number, offset: number): string => {
    if (axis === shape.length) return shape.length > 1 ? texts.get(offset)!.padStart(width) : texts.get(offset)!;
    const parts = indices[axis]!.map((i) => (i < 0 ? "…" : render(axis + 1, offset * shape[axis]! + i)));
    const gap = "\n".repeat(Math.max(1, shape.length - axis - 1)) + " ".repeat("tensor(".length + axis + 1);
    return `[${parts.join(axis === shape.length - 1 ? ", " : `,${gap}`)}]`;
  };
  return `tensor(${render(0, 0)}${suffix})`;
}

/** Nested arrays of plain numbers, booleans for bool. */
export function nested(data: TypedArray, shape: Shape): NestedArray {
  const isBool = data instanceof Uint8Array;
  const nest = (axis: number, offset: number): NestedArray => {
    if (axis === shape.length) return isBool ? data[offset] !== 0 : data[offset]!;
    return Array.from({ length: shape[axis]! }, (_, i) => nest(axis + 1, offset * shape[axis]! + i));
  };
  return nest(0, 0);
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Six significant digits, as few as the number needs; booleans by name. */
function formatNumber(value: number, dtype: string): string {
  if (dtype === "bool") return value ? "true" : "false";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? "-0" : String(value);
  return String(Number(value.toPrecision(6)));
}
