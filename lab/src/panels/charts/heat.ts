// A heat map over the steps: rows of values as colours, a gutter for their names, an axis of steps below, the scale at its side.
import { counted, shown } from "../../view/numbers.ts";
import { diverging, paint } from "../../view/scale.ts";
import type { Tokens } from "../../view/tokens.ts";

export interface HeatRow {
  readonly name: string;
  readonly step: ArrayLike<number>;
  /** −1 … 1: the colour of each point; NaN where there is none, ±Infinity where the value is not finite. */
  readonly colour: ArrayLike<number>;
}

export interface HeatScale {
  readonly low: string;
  readonly high: string;
  /** Colours at its ends, −1 … 1. */
  readonly ends: readonly [number, number];
}

/** Space around the plot area, in CSS pixels: as the line charts have it. */
export const gutter = { left: 56, right: 60, top: 4, bottom: 22 } as const;

let scratch: HTMLCanvasElement | undefined;

export function drawHeat(
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number },
  rows: readonly HeatRow[],
  range: readonly [number, number],
  scale: HeatScale,
  colours: Tokens,
): void {
  const width = Math.max(1, Math.round(size.width - gutter.left - gutter.right));
  const height = Math.max(1, size.height - gutter.top - gutter.bottom);
  if (rows.length > 0) {
    scratch ??= document.createElement("canvas");
    scratch.width = width;
    scratch.height = rows.length;
    const own = scratch.getContext("2d")!;
    own.putImageData(pixelsOf(rows, width, range, colours), 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(scratch, gutter.left, gutter.top, width, height);
  }
  const each = height / Math.max(1, rows.length);
  context.fillStyle = colours.faint!;
  context.strokeStyle = colours.ground!;
  context.lineWidth = 1;
  context.font = "11px Inter Variable, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "right";
  const every = Math.ceil(12 / each);
  for (const [i, { name }] of rows.entries()) {
    if (i % every === 0) context.fillText(name, gutter.left - 6, gutter.top + (i + 0.5) * each, gutter.left - 8);
    if (i === 0 || each < 6) continue;
    const y = Math.round(gutter.top + i * each) + 0.5;
    context.beginPath();
    context.moveTo(gutter.left, y);
    context.lineTo(gutter.left + width, y);
    context.stroke();
  }
  // Where all is zero, the ground, the frame says that there is a picture.
  context.strokeStyle = colours.line!;
  context.strokeRect(gutter.left - 0.5, gutter.top - 0.5, width + 1, height + 1);
  drawSteps(context, width, size.height, range);
  drawScale(context, gutter.left + width + 8, height, scale, colours);
}

/** One pixel for each step of the screen and row. */
function pixelsOf(
  rows: readonly HeatRow[],
  width: number,
  [from, to]: readonly [number, number],
  colours: Tokens,
): ImageData {
  const pixels = new ImageData(width, rows.length);
  const values = new Float32Array(width * rows.length).fill(Number.NaN);
  for (const [r, { step, colour }] of rows.entries()) {
    let at = 0;
    for (let x = 0; x < width; x++) {
      const end = from + ((x + 1) / width) * (to - from);
      // The last point up to here; of several the one that is furthest from zero, so that spikes are seen.
      let value = Number.NaN;
      const begin = at;
      while (at < step.length && step[at]! <= end) {
        const own = colour[at]!;
        if (!(Math.abs(own) <= Math.abs(value))) value = own;
        at++;
      }
      if (at === begin && at > 0 && at < step.length) value = colour[at]!;
      values[r * width + x] = value;
    }
  }
  paint(pixels.data, values, 1);
  const [red = 0, green = 0, blue = 0] = (colours.severe!.match(/[\d.]+/g) ?? []).map(Number);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) pixels.data[4 * i + 3] = 0;
    else if (!Number.isFinite(values[i]!)) pixels.data.set([red, green, blue, 255], 4 * i);
  }
  return pixels;
}

function drawSteps(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  [from, to]: readonly [number, number],
) {
  const rough = (to - from) / Math.max(1, width / 70);
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, size * ([1, 2, 5, 10].find((factor) => size * factor >= rough) ?? 10));
  context.textAlign = "center";
  for (let at = Math.ceil(from / step) * step; at <= to; at += step)
    context.fillText(counted(at), gutter.left + ((at - from) / (to - from)) * width, height - gutter.bottom / 2 + 1);
}

function drawScale(
  context: CanvasRenderingContext2D,
  x: number,
  height: number,
  { low, high, ends: [a, b] }: HeatScale,
  colours: Tokens,
): void {
  for (let y = 0; y < height; y++) {
    context.fillStyle = diverging(b + ((a - b) * y) / height);
    context.fillRect(x, gutter.top + y, 6, 1);
  }
  context.fillStyle = colours.faint!;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText(high, x + 10, gutter.top, gutter.right - 18);
  context.textBaseline = "bottom";
  context.fillText(low, x + 10, gutter.top + height, gutter.right - 18);
}

export const endOf = (value: number): string => shown(value, 2);
