// How sure a verdict is, and how its figures are written.

/** ½ at the threshold `from`, 1 at `sure` and beyond, by the logarithm between them; `sure` may be the smaller one. */
export function confidenceOf(value: number, from: number, sure: number): number {
  const share = Math.log(value / from) / Math.log(sure / from);
  return Number.isNaN(share) ? 0.5 : 0.5 + 0.5 * Math.max(0, Math.min(1, share));
}

/** Three digits are enough for a person: 0.0123, 1.23e-5, 1.23e+7. */
export const short = (value: number): string => {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
};

export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
