// Numbers and how they are written: a text that follows from its number is kept as the number and its form.

/**
 * Forms of written numbers: `form.decimals + d` has d digits behind the point (printf's %.df), `form.exponent + d` as many in scientific
 * notation (%.de: 1.25e-05); a number by itself is no text.
 */
export const form = { decimals: 1, exponent: 33, number: 65 } as const;
/** Of either kind there are so many. */
const digitsOfForm = 32;

/** 10⁰ … 10²², all exact in float64. */
const powersOfTen = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** What `scanNumber` found: the value, and in `scannedForm` its form. */
export const scannedValue = new Float64Array(1);
export const scannedForm = new Int32Array(1);

/** The largest finite float32: beyond it a text is no number of a table. */
export const largest = 3.4028234663852886e38;

const [zero, nine, minus, point, exponentMark] = [48, 57, 45, 46, 101];

/**
 * Reads the number that begins at `from`: the end of its text, and value and form in `scannedValue` and `scannedForm`. −1 where there is none,
 * or one whose text does not follow from value and form, such as 007, +1, -0 and 1e5. What follows the number is for the caller to judge.
 */
export function scanNumber(text: string, from: number, to: number): number {
  let at = from;
  const isNegative = text.charCodeAt(at) === minus;
  if (isNegative) at++;
  const first = at;
  let mantissa = 0;
  let code = at < to ? text.charCodeAt(at) : 0;
  while (code >= zero && code <= nine) {
    mantissa = mantissa * 10 + (code - zero);
    code = ++at < to ? text.charCodeAt(at) : 0;
  }
  let digits = at - first;
  if (digits === 0 || (digits > 1 && text.charCodeAt(first) === zero)) return -1;
  let decimals = 0;
  if (code === point) {
    const start = ++at;
    code = at < to ? text.charCodeAt(at) : 0;
    while (code >= zero && code <= nine) {
      mantissa = mantissa * 10 + (code - zero);
      code = ++at < to ? text.charCodeAt(at) : 0;
    }
    decimals = at - start;
    if (decimals === 0 || decimals >= digitsOfForm) return -1;
    digits += decimals;
  }
  if (code === exponentMark) return scientific(text, from, at, to, decimals);
  if (mantissa === 0 && isNegative) return -1;
  scannedForm[0] = form.decimals + decimals;
  // Below 2^53 mantissa and power of ten are exact, so that the quotient is rounded once (Clinger, PLDI 1990).
  const isExact = mantissa < 2 ** 53 && decimals < powersOfTen.length;
  if (isExact) {
    const value = mantissa / powersOfTen[decimals]!;
    scannedValue[0] = isNegative ? -value : value;
    // Below 2^52 units of the last digit, neighbours in float64 are less than such a unit apart: the digits are those of the value.
    if (decimals === 0 || mantissa < 2 ** 52) return at;
  } else if (decimals === 0 || digits > 2 * digitsOfForm) return -1;
  const written = text.slice(from, at);
  if (!isExact) scannedValue[0] = Number(written);
  const value = scannedValue[0]!;
  return Math.abs(value) <= largest && value.toFixed(decimals) === written ? at : -1;
}

/** The same from the "e" on, which stands at `mark`; `decimals` before it. */
function scientific(text: string, from: number, mark: number, to: number, decimals: number): number {
  let at = mark + 1;
  const sign = text.charCodeAt(at);
  if (sign !== minus && sign !== 43) return -1;
  at++;
  const start = at;
  while (at < to && text.charCodeAt(at) >= zero && text.charCodeAt(at) <= nine && at - start < 4) at++;
  if (at - start < 2 || at - start > 3) return -1;
  const written = text.slice(from, at);
  scannedValue[0] = Number(written);
  scannedForm[0] = form.exponent + decimals;
  return Math.abs(scannedValue[0]) <= largest && scientificText(scannedValue[0], decimals) === written ? at : -1;
}

/** As printf writes it: an exponent has two digits at least. */
const scientificText = (value: number, decimals: number): string =>
  value.toExponential(decimals).replace(/([+-])(\d)$/, "$10$2");

/** The text of a number in its form; the number itself where that is no text. */
export function writtenNumber(value: number, own: number): string | number {
  if (own < form.exponent) return own === form.decimals ? String(value) : value.toFixed(own - form.decimals);
  return own < form.number ? scientificText(value, own - form.exponent) : value;
}
