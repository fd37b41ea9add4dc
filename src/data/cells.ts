// What one cell says: a number, a boolean, a text.
import type { Cell } from "./table.ts";
import { largest } from "./written-number.ts";

const trueTexts = new Set(["true", "yes", "y", "t", "1", "on"]);
const falseTexts = new Set(["false", "no", "n", "f", "0", "off"]);

/**
 * The number a cell holds, or NaN if it holds none. A decimal point and an exponent are read; thousands separators,
 * decimal commas, units, percent signs, hexadecimal and values beyond float32 are not.
 */
export function parseNumber(cell: Cell): number {
  if (typeof cell === "number") return Math.abs(cell) <= largest ? cell : Number.NaN;
  if (typeof cell !== "string") return Number.NaN;
  const plain = parsePlainDecimal(cell);
  if (!Number.isNaN(plain)) return plain;
  const first = cell.charCodeAt(0);
  if (first > 57 && first < 128) return Number.NaN; // a letter: also keeps "Infinity" out
  const text = cell.trim();
  if (text === "" || /^0[xob]/i.test(text)) return Number.NaN;
  const value = Number(text);
  return Math.abs(value) <= largest ? value : Number.NaN;
}

/** 10⁰ … 10¹⁵, exact in float64. */
const powersOfTen = Float64Array.from({ length: 16 }, (_, i) => Number(`1e${i}`));

/**
 * Digits with an optional sign and decimal point, at most 15 digits; NaN for anything else. Several times faster than
 * Number(text), and equal to it: digits and power of ten are exact in float64, so their quotient is rounded once
 * (Clinger, "How to read floating point numbers accurately", PLDI 1990).
 */
function parsePlainDecimal(text: string): number {
  const { length } = text;
  if (length === 0 || length > 17) return Number.NaN;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  const negative = at === 1;
  let digits = 0;
  let fraction = -1;
  let value = 0;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      value = value * 10 + (code - 48);
      digits++;
      if (fraction >= 0) fraction++;
    } else if (code === 46 && fraction < 0) fraction = 0;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15) return Number.NaN;
  if (fraction > 0) value /= powersOfTen[fraction]!;
  return negative ? -value : value;
}

/** 1 or 0 for true/false, yes/no, y/n, t/f, on/off, 1/0 in any case; NaN otherwise. */
export function parseBoolean(cell: Cell): number {
  const text = cellText(cell).toLowerCase();
  return trueTexts.has(text) ? 1 : falseTexts.has(text) ? 0 : Number.NaN;
}

/** The cell as text, trimmed and in Unicode's composed form: how categories and class labels are shown. */
export function cellText(cell: Cell): string {
  if (typeof cell !== "string") return String(cell);
  const text = cell.trim();
  return /[^\x20-\x7e]/.test(text) ? text.normalize("NFC") : text;
}

/** Categories and class labels with one key are one: case does not tell them apart. */
export const labelKey = (text: string): string => text.toLowerCase();
