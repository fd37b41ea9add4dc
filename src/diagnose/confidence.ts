// How sure a verdict is, and how its figures are written.
import { short } from "../data/wording.ts";

/** ½ at the threshold `from`, 1 at `sure` and beyond, by the logarithm between them; `sure` may be the smaller one. */
export function confidenceOf(value: number, from: number, sure: number): number {
  const share = Math.log(value / from) / Math.log(sure / from);
  return Number.isNaN(share) ? 0.5 : 0.5 + 0.5 * Math.max(0, Math.min(1, share));
}

export const percent = (share: number): string =>
  `${share < 1e-6 ? short(100 * share) : Number((100 * share).toPrecision(2))} %`;

/** A model that is a single layer has no path. */
export const nameOf = (layer: string): string => layer || "the model";
