// Colours of signed numbers: orange below zero, blue above, the ground at zero, interpolated in OKLab (Ottosson 2020).
import { tokens } from "./tokens.ts";

type Triple = readonly [number, number, number];

const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const gamma = (c: number): number => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

/** sRGB in 0 … 255 → OKLab. */
export function toOklab([red, green, blue]: Triple): Triple {
  const [r, g, b] = [linear(red / 255), linear(green / 255), linear(blue / 255)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** OKLab → sRGB in 0 … 255, whole numbers. */
export function fromOklab([L, a, b]: Triple): Triple {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const byte = (c: number): number => Math.round(255 * Math.min(1, Math.max(0, gamma(Math.min(1, Math.max(0, c))))));
  return [
    byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    byte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** "rgb(1, 2, 3)" → [1, 2, 3] */
export const parseColour = (colour: string): Triple => {
  const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
};

const steps = 256;

/** Colours of −1 … 1 in 2 · 256 + 1 steps, [steps][r, g, b]; made anew where the theme changes. */
let table: { readonly of: object; readonly colours: Uint8ClampedArray } | undefined;

function colours(): Uint8ClampedArray {
  const of = tokens();
  if (table?.of === of) return table.colours;
  const zero = toOklab(parseColour(of.zero!));
  const ends = [toOklab(parseColour(of.negative!)), toOklab(parseColour(of.positive!))];
  const made = new Uint8ClampedArray((2 * steps + 1) * 3);
  for (let i = 0; i <= 2 * steps; i++) {
    const t = (i - steps) / steps;
    const end = ends[t < 0 ? 0 : 1]!;
    const mixed = zero.map((value, c) => value + (end[c]! - value) * Math.abs(t)) as [number, number, number];
    made.set(fromOklab(mixed), i * 3);
  }
  table = { of, colours: made };
  return made;
}

const placeOf = (t: number): number => (Math.round(Math.min(1, Math.max(-1, t)) * steps) + steps) * 3;

/** The colour of t in −1 … 1, as CSS has it. */
export function diverging(t: number): string {
  const all = colours();
  const at = placeOf(Number.isNaN(t) ? 0 : t);
  return `rgb(${all[at]}, ${all[at + 1]}, ${all[at + 2]})`;
}

/** Fills pixels (RGBA) with the colours of values by `most`, the value of the full hue. */
export function paint(pixels: Uint8ClampedArray, values: ArrayLike<number>, most: number): void {
  const all = colours();
  for (let i = 0; i < values.length; i++) {
    const at = placeOf(values[i]! / most || 0);
    pixels[4 * i] = all[at]!;
    pixels[4 * i + 1] = all[at + 1]!;
    pixels[4 * i + 2] = all[at + 2]!;
    pixels[4 * i + 3] = 255;
  }
}
