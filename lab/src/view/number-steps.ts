// How far an arrow key moves a number, and what people type for one.

/** A hundredth of the number's size to a tenth: 0.01 for 0.5, 0.1 for 2. At least 0.001. */
export const stepOf = (value: number): number =>
  10 ** (Math.floor(Math.log10(Math.max(Math.abs(value), 0.01)) + 1e-9) - 1);

/** So many steps on, on the steps' own grid. */
export function stepped(value: number, steps: number, isWhole: boolean): number {
  if (isWhole) return value + steps;
  const size = stepOf(value) * Math.min(1, Math.abs(steps));
  const next = Math.round((value + stepOf(value) * steps) / size) * size;
  return Number(next.toPrecision(8));
}

/** A number as it is typed: with a true minus or a hyphen, a point or a comma. Undefined for what is none. */
export function parsedNumber(text: string): number | undefined {
  const plain = text.trim().replaceAll("−", "-").replace(/\s/g, "");
  const point = plain.includes(".") ? plain.replaceAll(",", "") : plain.replace(",", ".");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(point)) return undefined;
  const value = Number(point);
  return Number.isFinite(value) ? value : undefined;
}
