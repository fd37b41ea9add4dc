// Factors as bars from 1 on a log axis, with their figures: a row for each layer, a column for each kind of factor.
import { shown } from "../../view/numbers.ts";
import { diverging } from "../../view/scale.ts";
import type { Tokens } from "../../view/tokens.ts";

export interface BarColumn {
  readonly title: string;
  /** One for each row; undefined where there is none. */
  readonly values: readonly (number | undefined)[];
  /** Columns of one axis have the same. */
  readonly axis: string;
  /** A value that is marked, with its words. */
  readonly mark?: { readonly value: number; readonly name: string };
}

/** Pixels of the titles, of the rows' names, and of a figure. */
const [head, name, figure] = [20, 76, 62];

/** Where rows stand in a picture of a height, in pixels. */
export const rowsPlace = (height: number, count: number): { readonly top: number; readonly height: number } => ({
  top: head,
  height: Math.min(30, (height - head) / Math.max(1, count)),
});

export function drawBars(
  context: CanvasRenderingContext2D,
  { width, height }: { readonly width: number; readonly height: number },
  names: readonly string[],
  columns: readonly BarColumn[],
  colours: Tokens,
): void {
  const { height: each } = rowsPlace(height, names.length);
  const size = Math.min(13, Math.max(8, each - 2));
  const column = (width - name) / columns.length;
  context.textBaseline = "middle";
  for (const [c, { title, values, axis, mark }] of columns.entries()) {
    const left = name + c * column;
    const own = Math.min(figure, column - 22);
    const room = Math.max(10, column - own - 20);
    const [below, above] = reachOf(columns.filter((one) => one.axis === axis));
    const at = (value: number): number =>
      left + room * Math.min(1, Math.max(0, value > 0 ? (Math.log10(value) - below) / (above - below) : 0));
    const bottom = head + each * names.length;
    context.font = "12px Inter Variable, sans-serif";
    context.fillStyle = colours.faint!;
    context.textAlign = "left";
    context.fillText(title, left, head / 2, column - 8);
    context.lineWidth = 1;
    context.strokeStyle = colours.line!;
    line(context, at(1), head, bottom);
    context.font = `${size}px Inter Variable, sans-serif`;
    for (const [r, value] of values.entries()) {
      if (value === undefined) continue;
      const y = head + (r + 0.5) * each;
      const [one, end] = [at(1), at(value)];
      context.fillStyle = diverging(value < 1 ? -0.85 : 0.85);
      context.fillRect(Math.min(one, end), y - each * 0.3, Math.max(1, Math.abs(end - one)), each * 0.6);
      context.fillStyle = colours.ink!;
      context.textAlign = "right";
      context.fillText(shown(value), left + room + own + 6, y, own);
    }
    if (mark) drawMark(context, at(mark.value), bottom, mark.name, colours);
  }
  context.fillStyle = colours.ink!;
  context.textAlign = "left";
  context.font = `${size}px Inter Variable, sans-serif`;
  for (const [r, text] of names.entries()) context.fillText(text, 6, head + (r + 0.5) * each, name - 14);
}

/** Exponents of ten that the axis of some columns reaches, below 1 and above it. */
function reachOf(columns: readonly BarColumn[]): readonly [number, number] {
  let [below, above] = [-0.3, 0.1];
  const take = (value: number | undefined): void => {
    if (value === undefined || !(value > 0 && value < Number.POSITIVE_INFINITY)) return;
    below = Math.min(below, Math.log10(value));
    above = Math.max(above, Math.log10(value));
  };
  for (const { values, mark } of columns) {
    take(mark?.value);
    for (const value of values) take(value);
  }
  return [below, above];
}

function drawMark(context: CanvasRenderingContext2D, x: number, bottom: number, text: string, colours: Tokens): void {
  context.strokeStyle = context.fillStyle = colours.ink!;
  context.setLineDash([3, 3]);
  line(context, x, head, bottom);
  context.setLineDash([]);
  context.font = "11px Inter Variable, sans-serif";
  context.textAlign = "left";
  // In the first row, where the output has no bar.
  context.fillText(text, Math.round(x) + 5, head + 7);
}

function line(context: CanvasRenderingContext2D, x: number, from: number, to: number): void {
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, from);
  context.lineTo(Math.round(x) + 0.5, to);
  context.stroke();
}
