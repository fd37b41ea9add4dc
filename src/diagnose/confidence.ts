// How sure a verdict is, and how its figures are written.

/** ½ at the threshold `from`, 1 at `sure` and beyond, by the logarithm between them; `sure` may be the smaller one. */
export function confidenceOf(value: number, from: number, sure: number): number {
  const share = Math.log(value / from) / Math.log(sure / from);
  return Number.isNaN(share) ? 0.5 : 0.5 + 0.5 * Math.max(0, Math.min(1, share));
}

/** Three digits are enough for a person. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));

export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
