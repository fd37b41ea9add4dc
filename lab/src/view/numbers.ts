// Numbers as the page shows them: four digits, a true minus, room kept so that nothing moves.

/** "−0.01234", "12.35", "1.2e−7": four significant digits. */
export function shown(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 1e-4 || size >= 1e6)
      ? value.toExponential(digits - 1).replace("e+", "e")
      : value.toPrecision(digits).includes("e")
        ? String(Math.round(value))
        : value.toPrecision(digits);
  return minus(text);
}

/** With its sign, so that a column of numbers stands still. */
export const signed = (value: number, digits?: number): string =>
  value < 0 || Number.isNaN(value) ? shown(value, digits) : `+${shown(value, digits)}`;

/** All digits of a float64. */
export const exact = (value: number): string => minus(String(value));

/** "12,345" */
export const counted = (value: number): string => minus(value.toLocaleString("en-US"));

/** "93.2 %" */
export const percent = (share: number): string => `${minus((100 * share).toFixed(1))} %`;

export const minus = (text: string): string => text.replaceAll("-", "−");
