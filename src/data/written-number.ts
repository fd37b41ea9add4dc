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

const [zero, nine, minus, plus, point, exponentMark] = [48, 57, 45, 43, 46, 101];

/**
 * Reads the number that begins at `from` in bytes of text: the end of its text, and value and form in `scannedValue` and `scannedForm`. −1 where
 * there is none, or one whose text does not follow from value and form, such as 007, +1, -0 and 1e5. What follows the number is for the caller
 * to judge. Bytes from `to` on are no part of it.
 */
export function scanNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const isNegative = at < to && bytes[at] === minus;
  if (isNegative) at++;
  const first = at;
  let mantissa = 0;
  let code = at < to ? bytes[at]! : 0;
  while (code >= zero && code <= nine) {
    mantissa = mantissa * 10 + (code - zero);
    code = ++at < to ? bytes[at]! : 0;
  }
  let digits = at - first;
  if (digits === 0 || (digits > 1 && bytes[first] === zero)) return -1;
  let decimals = 0;
  if (code === point) {
    const start = ++at;
    code = at < to ? bytes[at]! : 0;
    while (code >= zero && code <= nine) {
      mantissa = mantissa * 10 + (code - zero);
      code = ++at < to ? bytes[at]! : 0;
    }
    decimals = at - start;
    if (decimals === 0 || decimals >= digitsOfForm) return -1;
    digits += decimals;
  }
  if (code === exponentMark) return scientific(bytes, from, at, to, decimals);
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
  const written = asciiText(bytes, from, at);
  if (!isExact) scannedValue[0] = Number(written);
  const value = scannedValue[0]!;
  return Math.abs(value) <= largest && value.toFixed(decimals) === written ? at : -1;
}

/** The same from the "e" on, which stands at `mark`; `decimals` before it. */
function scientific(bytes: Uint8Array, from: number, mark: number, to: number, decimals: number): number {
  let at = mark + 1;
  if (at >= to || (bytes[at] !== minus && bytes[at] !== plus)) return -1;
  at++;
  const start = at;
  while (at < to && bytes[at]! >= zero && bytes[at]! <= nine && at - start < 4) at++;
  // Before the point stands one digit.
  if (at - start < 2 || at - start > 3 || mark - from > digitsOfForm + 3) return -1;
  const written = asciiText(bytes, from, at);
  scannedValue[0] = Number(written);
  scannedForm[0] = form.exponent + decimals;
  return Math.abs(scannedValue[0]) <= largest && scientificText(scannedValue[0], decimals) === written ? at : -1;
}

/** Longer is no text of a number that `scanNumber` takes. */
const scratch = new Uint8Array(80);

/** Whether a text is such a number from end to end; its value and form as `scanNumber` has them. */
export function scanText(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > scratch.length) return false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > exponentMark || code < plus) return false;
    scratch[at] = code;
  }
  return scanNumber(scratch, 0, length) === length;
}

/** Bytes of ASCII as a text. */
function asciiText(bytes: Uint8Array, from: number, to: number): string {
  let text = "";
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
    const [e, f, g, h] = [bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!];
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < to; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** As printf writes it: an exponent has two digits at least. */
const scientificText = (value: number, decimals: number): string =>
  value.toExponential(decimals).replace(/([+-])(\d)$/, "$10$2");

/** The text of a number in its form; the number itself where that is no text. */
export function writtenNumber(value: number, own: number): string | number {
  if (own < form.exponent) return own === form.decimals ? String(value) : value.toFixed(own - form.decimals);
  return own < form.number ? scientificText(value, own - form.exponent) : value;
}
