// Numbers as people write them: decimal marks, thousands separators, currencies, percent, units, brackets, bounds.
import { parseNumber } from "./cells.ts";

/** How the numbers of a column are written. Plain JSON, kept with the model. */
export interface NumberNotation {
  /** The mark before the fraction. Thousands may be parted by the other one, by blanks, apostrophes or underscores. */
  readonly decimal: DecimalMark;
  /** What every cell has beside its digits: "$", "%", "km"; "" for nothing. */
  readonly unit: string;
}

export const decimalMarks = [".", ","] as const;
export type DecimalMark = (typeof decimalMarks)[number];

/** What parseNumber reads: a decimal point, no separators, no unit. */
export const plainNotation: NumberNotation = { decimal: ".", unit: "" };

/** The notation of a column, and what a person should know of it. */
export interface InferredNotation {
  readonly notation: NumberNotation;
  /** A text that another decimal mark would read as another number: "1,250". */
  readonly ambiguous: string | undefined;
  /** Texts that are a bound, "<1.0": read as the number that they name. */
  readonly bounds: readonly string[];
  /** A text that parseNumber does not read; undefined where all are plain. */
  readonly written: string | undefined;
}

/** − and its kin, at the front of a number. */
const minus = /^[\u2212\u2010-\u2013\uFE63\uFF0D]/;
const bound = /^[<>≤≥]=?\s*/;
/** ISO 4217 codes and abbreviations that tables have before or after amounts. */
const currency = String.raw`(?:\p{Sc}|US\$|R\$|C\$|A\$|USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR|BRL|SEK|NOK|DKK|PLN|CZK|kr|zł|Kč|Rs\.?)`;
const before = new RegExp(`^(${currency})\\s*`, "iu");
const after = new RegExp(`\\s*(${currency}|%|‰|[\\p{L}°µμΩ²³]+(?:[/·^][\\p{L}²³\\d]+)*)$`, "iu");
const blanks = String.raw`[ \u00A0\u2007\u2009\u202F]`;

/** Digits with thousands parted by `mark`: groups of three, or, as in India, groups of two before the last. */
const grouped = (mark: string): string =>
  String.raw`[1-9]\d{0,2}(?:${mark}\d{3})+|[1-9]\d?(?:${mark}\d{2})+${mark}\d{3}`;
const bodyOf = (decimal: string, other: string): RegExp =>
  new RegExp(
    String.raw`^(?:(?:${grouped(other)}|${grouped(blanks)}|${grouped("['’_]")}|\d+)(?:${decimal}\d*)?|${decimal}\d+)(?:e[-+]?\d{1,3})?$`,
    "i",
  );
const bodies: Readonly<Record<DecimalMark, RegExp>> = { ".": bodyOf("\\.", ","), ",": bodyOf(",", "\\.") };

/** A text taken apart: its sign, its digits as written, and what stands beside them. */
interface Parts {
  readonly sign: 1 | -1;
  readonly body: string;
  readonly unit: string;
  readonly isBound: boolean;
}

/** undefined where there are no digits. */
function partsOf(text: string): Parts | undefined {
  let rest = text.normalize("NFC").trim();
  let sign: 1 | -1 = 1;
  let unit = "";
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest);
    if (found === null) return undefined;
    rest = found.index === 0 ? rest.slice(found[0].length) : rest.slice(0, found.index);
    return found[1] ?? found[0];
  };
  const takeSign = (): void => {
    rest = rest.replace(minus, "-");
    if (rest.startsWith("-")) sign = sign === 1 ? -1 : 1;
    if (rest.startsWith("-") || rest.startsWith("+")) rest = rest.slice(1).trimStart();
  };
  const isBound = take(bound) !== undefined;
  if (rest.startsWith("(") && rest.endsWith(")")) {
    sign = -1;
    rest = rest.slice(1, -1).trim();
  }
  takeSign();
  unit = take(before) ?? "";
  if (unit !== "") takeSign();
  // "12-" of SAP and old mainframes.
  if (sign === 1 && /\d[-\u2212]$/.test(rest)) {
    sign = -1;
    rest = rest.slice(0, -1);
  }
  if (!/^[\d.,]/.test(rest)) return undefined;
  if (unit === "") unit = take(after) ?? "";
  // The exponent of 1e5 is no unit.
  return { sign, body: rest.trim(), unit, isBound };
}

/**
 * The number that a text holds in a notation, NaN where it holds none.
 *
 * ```ts
 * parseWritten("1.250,5 km", { decimal: ",", unit: "km" }); // 1250.5
 * ```
 */
export function parseWritten(text: string, { decimal, unit }: NumberNotation): number {
  if (decimal === "." && unit === "") {
    const plain = parseNumber(text);
    if (!Number.isNaN(plain)) return plain;
  }
  const parts = partsOf(text);
  if (parts === undefined || parts.unit.toLowerCase() !== unit.toLowerCase()) return Number.NaN;
  return numberOf(parts, decimal);
}

function numberOf({ sign, body }: Parts, decimal: DecimalMark): number {
  if (!bodies[decimal].test(body)) return Number.NaN;
  const plain = decimal === "." ? body.replace(/[^\d.e+-]/gi, "") : body.replace(/[^\d,e+-]/gi, "").replace(",", ".");
  return sign * parseNumber(plain);
}

/**
 * Amounts have cents, so that three digits behind a comma are thousands; those behind a point are, too, but for dollars and
 * pounds, of which prices have tenths of a cent.
 */
function markOfCurrency(unit: string, text: string): DecimalMark | undefined {
  if (!new RegExp(`^${currency}$`, "iu").test(unit)) return undefined;
  if (text.includes(",")) return ".";
  return /[$£]|USD|GBP|CAD|AUD/i.test(unit) && !/R\$/i.test(unit) ? "." : ",";
}

/**
 * The notation in which all of `texts` are numbers, undefined where there is none. Where both decimal marks fit, `decimal`
 * is chosen if it is given; otherwise three digits behind a comma are thousands, and a point stands before a fraction.
 */
export function inferNotation(texts: readonly string[], decimal?: DecimalMark): InferredNotation | undefined {
  let unit: string | undefined;
  const fits = { ".": true, ",": true };
  let ambiguous: string | undefined;
  let written: string | undefined;
  const bounds: string[] = [];
  for (const text of texts) {
    const parts = partsOf(text);
    if (parts === undefined) return undefined;
    unit ??= parts.unit;
    if (parts.unit.toLowerCase() !== unit.toLowerCase()) return undefined;
    const point = numberOf(parts, ".");
    const comma = numberOf(parts, ",");
    if (Number.isNaN(point)) fits["."] = false;
    if (Number.isNaN(comma)) fits[","] = false;
    if (!fits["."] && !fits[","]) return undefined;
    if (point !== comma) ambiguous ??= text;
    if (parts.isBound) bounds.push(text);
    if (Number.isNaN(parseNumber(text))) written ??= text;
  }
  if (unit === undefined || bounds.length === texts.length) return undefined;
  const isSure = !fits["."] || !fits[","] || ambiguous === undefined;
  const usual = isSure ? undefined : markOfCurrency(unit, ambiguous!);
  const mark = fits["."] && fits[","] ? (decimal ?? usual ?? ".") : fits["."] ? "." : ",";
  if (decimal !== undefined && mark !== decimal && ambiguous !== undefined) return undefined;
  const isOpen = !isSure && decimal === undefined && usual === undefined;
  return { notation: { decimal: mark, unit }, ambiguous: isOpen ? ambiguous : undefined, bounds, written };
}
