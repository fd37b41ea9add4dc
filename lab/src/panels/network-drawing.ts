// How a network is drawn: units as circles in columns, edges as lines whose width and hue are the weight, dashed below zero.
import type { Frame } from "../training/frame.ts";
import type { NetworkLayer } from "../training/network.ts";
import { diverging } from "../view/scale.ts";
import type { Tokens } from "../view/tokens.ts";

/** Units of a column that are drawn. */
const mostUnits = 32;

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where the units of each column stand: the features, then each layer. */
export function placesOf(
  { features, layers }: { readonly features: readonly string[]; readonly layers: readonly NetworkLayer[] },
  { width, height }: Size,
): readonly (readonly Place[])[] {
  const counts = [features.length, ...layers.map(({ outputs }) => outputs)].map((count) => Math.min(count, mostUnits));
  const margin = 60;
  return counts.map((count, c) => {
    const x = counts.length === 1 ? width / 2 : margin + ((width - 2 * margin) * c) / (counts.length - 1);
    const gap = Math.min(80, (height - 2 * margin) / Math.max(1, count - 1));
    return Array.from({ length: count }, (_, i) => ({ x, y: height / 2 + (i - (count - 1) / 2) * gap }));
  });
}

export function drawNetwork(
  context: CanvasRenderingContext2D,
  size: Size,
  network: { readonly features: readonly string[]; readonly layers: readonly NetworkLayer[] },
  frame: Frame,
  colours: Tokens,
): void {
  const places = placesOf(network, size);
  const most = largest(network.layers.map(({ weight }) => frame.parameters[weight]!));
  for (const [l, { weight, outputs }] of network.layers.entries()) {
    const weights = frame.parameters[weight]!;
    for (const [i, from] of places[l]!.entries())
      for (const [j, to] of places[l + 1]!.entries()) drawEdge(context, from, to, weights[i * outputs + j]! / most);
  }
  context.setLineDash([]);
  const values = [frame.values.x, ...network.layers.map(({ output }) => frame.values[output])];
  for (const [c, column] of places.entries())
    for (const [i, { x, y }] of column.entries()) {
      context.beginPath();
      context.arc(x, y, 14, 0, 2 * Math.PI);
      context.fillStyle = diverging(values[c]?.[i] ?? 0);
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = colours.ink!;
      context.stroke();
    }
}

function drawEdge(context: CanvasRenderingContext2D, from: Place, to: Place, t: number): void {
  const middle = (from.x + to.x) / 2;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(middle, from.y, middle, to.y, to.x, to.y);
  context.lineWidth = 0.5 + 4 * Math.min(1, Math.abs(t));
  context.strokeStyle = diverging(Math.sign(t) * (0.25 + 0.75 * Math.min(1, Math.abs(t))));
  context.setLineDash(t < 0 ? [6, 4] : []);
  context.stroke();
}

function largest(all: readonly Float32Array[]): number {
  let most = 0;
  for (const values of all) for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
}
