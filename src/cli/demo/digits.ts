// Numbers as the lessons write them: with a minus sign, and with all digits or with a few.

const dust = 12;

/** All digits of a double; without the dust of its rounding, where 15 digits say the same much shorter: 0.07. */
export function exact(value: number): string {
  const all = String(value);
  const rounded = String(Number(value.toPrecision(15)));
  return minus(all.length - rounded.length >= dust ? rounded : all);
}

/** `digits` significant digits, without zeros at the end: 0.3175, −0.8, 4.7e-7. */
export const few = (value: number, digits = 4): string => minus(String(Number(value.toPrecision(digits))));

/** In a column: zeros at the end stay. */
export const fixed = (value: number, decimals: number): string => minus(value.toFixed(decimals));

/** Nine significant digits and a power of ten: 1.77005547e-4. */
export const scientific = (value: number): string => minus(value.toExponential(8));

/** (0.1, 0.3) */
export const vector = (values: readonly number[]): string => `(${values.map((value) => few(value)).join(", ")})`;

/** 0.5·−0.0793·0.1 */
export const product = (...factors: readonly number[]): string => factors.map((factor) => few(factor)).join("·");

/** Σ aᵢ bᵢ written out: −0.8·0.1 + 0.5·0.3. */
export const sumOfProducts = (a: readonly number[], b: readonly number[]): string =>
  a
    .map((value, i) => product(value, b[i]!))
    .join(" + ")
    .replaceAll("+ −", "− ");

const minus = (text: string): string => text.replace(/^-/, "−");
