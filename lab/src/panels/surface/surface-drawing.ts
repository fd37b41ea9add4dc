// How a surface of the loss is drawn: the hue is its height, lines are of equal height, and ways over it are lines with their steps.
import type { Surface } from "../../training/surface.ts";
import { paint } from "../../view/scale.ts";
import type { Tokens } from "../../view/tokens.ts";
import { contour, type Segments } from "./contours.ts";

/** A surface made ready: its picture and its lines. */
export interface DrawnSurface {
  readonly surface: Surface;
  readonly image: OffscreenCanvas;
  readonly lines: readonly Segments[];
}

const levels = 9;

export function prepareSurface(surface: Surface): DrawnSurface {
  const { loss, resolution } = surface;
  let most = 0;
  for (const value of loss) most = Math.max(most, value);
  // √E: near its minimum E is a square, and half of the heights would be one colour.
  const heights = Float64Array.from(loss, (value) => Math.sqrt(value / most));
  const pixels = new ImageData(resolution, resolution);
  paint(pixels.data, heights, 1.6);
  const image = new OffscreenCanvas(resolution, resolution);
  image.getContext("2d")!.putImageData(pixels, 0, 0);
  const lines = Array.from({ length: levels }, (_, i) => contour(heights, resolution, (i + 1) / (levels + 1)));
  return { surface, image, lines };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a pair of values stands on the canvas. */
export function placeOn({ x, y }: Pick<Surface, "x" | "y">, { width, height }: Size) {
  return (a: number, b: number): readonly [number, number] => [
    (width * (a - x[0])) / (x[1] - x[0]),
    height * (1 - (b - y[0]) / (y[1] - y[0])),
  ];
}

export function drawSurface(
  context: CanvasRenderingContext2D,
  size: Size,
  { surface, image, lines }: DrawnSurface,
  colours: Tokens,
): void {
  const { width, height } = size;
  const { resolution } = surface;
  context.save();
  context.scale(1, -1);
  context.drawImage(image, 0, 0, width, -height);
  context.restore();
  context.strokeStyle = colours.faint!;
  context.globalAlpha = 0.35;
  context.lineWidth = 1;
  context.beginPath();
  for (const segments of lines)
    for (const [x1, y1, x2, y2] of segments) {
      context.moveTo((width * x1) / resolution, height * (1 - y1 / resolution));
      context.lineTo((width * x2) / resolution, height * (1 - y2 / resolution));
    }
  context.stroke();
  context.globalAlpha = 1;
}

/** A way with a dot for each step, and its last one larger. */
export function drawWay(
  context: CanvasRenderingContext2D,
  size: Size,
  surface: Surface,
  way: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  colour: string,
): void {
  const place = placeOn(surface, size);
  const { length } = way.x;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let i = 0; i < length; i++) context.lineTo(...place(way.x[i]!, way.y[i]!));
  context.stroke();
  for (let i = 0; i < length; i++) {
    const [x, y] = place(way.x[i]!, way.y[i]!);
    context.beginPath();
    context.arc(x, y, i === length - 1 ? 5 : 2, 0, 2 * Math.PI);
    context.fill();
  }
}
