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
 * to judge; a byte that is no part of any must follow in `bytes`, at the latest behind the text.
 */
export function scanNumber(bytes: Uint8Array, from: number): number {
  // Signs come as they come: what follows from them by arithmetic takes no wrong branch.
  const signs = Number(bytes[from] === minus);
  const first = from + signs;
  let at = first;
  // Modulo 2^32: nine digits and fewer are less.
  let low = 0;
  let digit = bytes[at]! - zero;
  while (digit >= 0 && digit <= 9) {
    low = (Math.imul(low, 10) + digit) | 0;
    digit = bytes[++at]! - zero;
  }
  let digits = at - first;
  if (digits === 0 || (digits > 1 && bytes[first] === zero)) return -1;
  let decimals = 0;
  if (bytes[at] === point) {
    const start = ++at;
    digit = bytes[at]! - zero;
    while (digit >= 0 && digit <= 9) {
      low = (Math.imul(low, 10) + digit) | 0;
      digit = bytes[++at]! - zero;
    }
    decimals = at - start;
    if (decimals === 0 || decimals >= digitsOfForm) return -1;
    digits += decimals;
  }
  if (bytes[at] === exponentMark) return scientific(bytes, from, at, decimals);
  const mantissa = digits <= 9 ? low : mantissaOf(bytes, first, at);
  if (mantissa === 0 && signs > 0) return -1;
  scannedForm[0] = form.decimals + decimals;
  // Below 2^53 mantissa and power of ten are exact, so that the quotient is rounded once (Clinger, PLDI 1990).
  const isExact = mantissa < 2 ** 53 && decimals < powersOfTen.length;
  if (isExact) {
    scannedValue[0] = (mantissa / powersOfTen[decimals]!) * (1 - 2 * signs);
    // Below 2^52 units of the last digit, neighbours in float64 are less than such a unit apart: the digits are those of the value.
    if (decimals === 0 || mantissa < 2 ** 52) return at;
  } else if (decimals === 0 || digits > 2 * digitsOfForm) return -1;
  const written = asciiText(bytes, from, at);
  if (!isExact) scannedValue[0] = Number(written);
  const value = scannedValue[0]!;
  return Math.abs(value) <= largest && value.toFixed(decimals) === written ? at : -1;
}

/** Of digits with or without a point. */
function mantissaOf(bytes: Uint8Array, from: number, to: number): number {
  let mantissa = 0;
  for (let at = from; at < to; at++) if (bytes[at] !== point) mantissa = mantissa * 10 + (bytes[at]! - zero);
  return mantissa;
}

/** The same from the "e" on, which stands at `mark`; `decimals` before it. */
function scientific(bytes: Uint8Array, from: number, mark: number, decimals: number): number {
  let at = mark + 1;
  if (bytes[at] !== minus && bytes[at] !== plus) return -1;
  at++;
  const start = at;
  while (bytes[at]! >= zero && bytes[at]! <= nine && at - start < 4) at++;
  // Before the point stands one digit.
  if (at - start < 2 || at - start > 3 || mark - from > digitsOfForm + 3) return -1;
  const written = asciiText(bytes, from, at);
  scannedValue[0] = Number(written);
  scannedForm[0] = form.exponent + decimals;
  return Math.abs(scannedValue[0]) <= largest && scientificText(scannedValue[0], decimals) === written ? at : -1;
}

/** Longer is no text of a number that `scanNumber` takes. */
const longest = 80;
const scratch = new Uint8Array(longest + 1);

/** Whether a text is such a number from end to end; its value and form as `scanNumber` has them. */
export function scanText(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > longest) return false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code > exponentMark || code < plus) return false;
    scratch[at] = code;
  }
  scratch[length] = 0;
  return scanNumber(scratch, 0) === length;
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
