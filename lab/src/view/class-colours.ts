// Classes in the plane: two have the hues of sign, more those of series; where an output is unsure of its class it is pale.
import { fromOklab, parseColour, toOklab } from "./scale.ts";
import { seriesToken } from "./series.ts";
import type { Token, Tokens } from "./tokens.ts";

export const classToken = (count: number, index: number): Token =>
  count <= 2 ? (index > 0 ? "positive" : "negative") : seriesToken(index);

/** Of the hue: points in it are still seen on it. */
const most = 0.7;

/**
 * Fills pixels (RGBA) with the hue of the class of the largest logit, from the ground where its probability is 1/n, as likely as any other, to
 * 7/10 of the hue at 1, in OKLab. `logits`: of each of n > 2 classes those of all points.
 */
export function paintClasses(pixels: Uint8ClampedArray, logits: readonly Float32Array[], colours: Tokens): void {
  const zero = toOklab(parseColour(colours.zero!));
  const hues = logits.map((_, index) => toOklab(parseColour(colours[classToken(logits.length, index)]!)));
  for (let i = 0; i < logits[0]!.length; i++) {
    let best = 0;
    for (let c = 1; c < logits.length; c++) if (logits[c]![i]! > logits[best]![i]!) best = c;
    let sum = 0;
    for (const each of logits) sum += Math.exp(each[i]! - logits[best]![i]!);
    // 1 / sum is its probability.
    const certainty = (1 / sum - 1 / logits.length) / (1 - 1 / logits.length);
    const share = most * certainty || 0;
    const hue = hues[best]!;
    const mixed = zero.map((value, c) => value + (hue[c]! - value) * share) as [number, number, number];
    pixels.set(fromOklab(mixed), 4 * i);
    pixels[4 * i + 3] = 255;
  }
}
