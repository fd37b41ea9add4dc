// Numbers as people write them: decimal marks, thousands separators, currencies, percent, units, brackets, bounds.
import { parseNumber } from "./cells.ts";

/** How the numbers of a column are written. Plain JSON, kept with the model. */
export interface NumberNotation {
  /** The mark before the fraction. Thousands may be parted by the other one, by blanks, apostrophes or underscores. */
  readonly decimal: DecimalMark;
  /** What every cell has beside its digits: "$", "%", "km"; "" for nothing. */
  readonly unit: string;
  /** Whether K, M, B and their kin behind the digits are thousands, millions, billions: "1.2M" beside "565K". */
  readonly magnitudes?: true;
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
const bound = /^(?:[<>≤≥]=?|[~≈])\s*/;
/** "90+", "10,000+" */
const boundBehind = /(?<=\d)\s?\+$/;
/** "250.-", "1'200.--", "12,-", "5,000/-": no cents */
const noCents = /(?<=\d)(?:[.,](?:--?|[–—])|\/-)$/;
/** ISO 4217 codes and abbreviations that tables have before or after amounts. */
const currency = String.raw`(?:\p{Sc}|US\$|R\$|C\$|A\$|USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR|BRL|SEK|NOK|DKK|PLN|CZK|kr|zł|Kč|Rs\.?)`;
const before = new RegExp(`^(${currency})\\s*`, "iu");
/** Behind its digits a number may also have "/ 10", out of ten. */
const after = new RegExp(`\\s*(${currency}|%|‰|(?<=\\s)/\\s?\\d+|[\\p{L}°µμΩ²³]+(?:[/·^][\\p{L}²³\\d]+)*)\\.?$`, "iu");
const isACurrency = new RegExp(`^${currency}$`, "iu");
const isCurrency = (unit: string): boolean => isACurrency.test(unit);
const blanks = String.raw`[ \u00A0\u2007\u2009\u202F]`;

/** Digits with thousands parted by `mark`: groups of three, or, as in India, groups of two before the last. */
const grouped = (mark: string): string =>
  String.raw`[1-9]\d{0,2}(?:${mark}\d{3})+|[1-9]\d?(?:${mark}\d{2})+${mark}\d{3}`;
const bodyOf = (decimal: string, other: string): RegExp =>
  new RegExp(
    String.raw`^(?:(?:${grouped(other)}|${grouped(blanks)}|${grouped("['’_]")}|\d+)(?:${decimal}\d*)?|${decimal}\d+)(?:e[-+]?\d{1,3}|d[-+]\d{1,3})?$`,
    "i",
  );
const bodies: Readonly<Record<DecimalMark, RegExp>> = { ".": bodyOf("\\.", ","), ",": bodyOf(",", "\\.") };

/** Powers of ten by what stands behind the digits. */
const magnitudes: Readonly<Record<string, number>> = {
  ...{ k: 3, tsd: 3, m: 6, mm: 6, mn: 6, mio: 6, million: 6, millions: 6 },
  ...{ b: 9, bn: 9, mrd: 9, billion: 9, billions: 9, lakh: 5, lakhs: 5, lac: 5, cr: 7, crore: 7, crores: 7 },
};
const powerOf = (unit: string): number | undefined => magnitudes[unit.toLowerCase().replace(/\.$/, "")];
const magnitude = new RegExp(`(?<=\\d)\\s*((?:${Object.keys(magnitudes).join("|")})\\.?)$`, "i");

/** Digits of other scripts and full width as those of ASCII. */
const asciiDigits = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text)
    ? text
    : text
        .replace(/[\uFF0B-\uFF19]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
        .replace(/[\u0660-\u0669\u06F0-\u06F9\u0966-\u096F]/g, (c) =>
          String((c.charCodeAt(0) - (c < "\u0900" ? 0 : 6)) % 16),
        )
        .replace(/\u066B/g, ".")
        .replace(/\u066C/g, ",");

/** A text taken apart: its sign, its digits as written, and what stands beside them. */
interface Parts {
  readonly sign: 1 | -1;
  readonly body: string;
  readonly unit: string;
  /** What may be thousands, millions, …, behind an amount: "M" of "€1.2M"; "" for nothing. */
  readonly scale: string;
  readonly isBound: boolean;
}

/** Characters that a number written for people may take; the patterns go through a text more than once. */
const longestNumber = 400;

/** undefined where there are no digits. */
function partsOf(text: string): Parts | undefined {
  if (text.length > longestNumber) return undefined;
  let rest = asciiDigits(text.normalize("NFC").trim()).replace(/^'(?=[-+\d(])/, "");
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
  const takeBrackets = (): void => {
    if (!rest.startsWith("(") || !rest.endsWith(")")) return;
    sign = -1;
    rest = rest.slice(1, -1).trim();
  };
  const isBound = take(bound) !== undefined || take(boundBehind) !== undefined;
  takeBrackets();
  takeSign();
  unit = take(before) ?? "";
  // Excel's accounting format writes zero so.
  if (unit !== "" && /^[-\u2212–]$/.test(rest)) return { sign: 1, body: "0", unit, scale: "", isBound };
  if (unit !== "" && sign === 1) takeBrackets();
  if (unit !== "") takeSign();
  take(noCents);
  // "12-" of SAP and old mainframes.
  if (sign === 1 && /\d[-\u2212]$/.test(rest)) {
    sign = -1;
    rest = rest.slice(0, -1);
  }
  if (!/^[\d.,]/.test(rest)) return undefined;
  if (unit === "") unit = take(after) ?? "";
  take(noCents);
  const scale = isCurrency(unit) ? (take(magnitude) ?? "") : "";
  // The exponent of 1e5 is no unit.
  return { sign, body: rest.trim(), unit, scale, isBound };
}

/**
 * The number that a text holds in a notation, NaN where it holds none.
 *
 * ```ts
 * parseWritten("1.250,5 km", { decimal: ",", unit: "km" }); // 1250.5
 * ```
 */
export function parseWritten(text: string, { decimal, unit, magnitudes: isScaled }: NumberNotation): number {
  if (decimal === "." && unit === "") {
    const plain = parseNumber(text);
    if (!Number.isNaN(plain)) return plain;
  }
  const parts = partsOf(text);
  if (parts === undefined) return Number.NaN;
  const own = isScaled ? scaled(parts) : parts;
  if (own === undefined || own.unit.toLowerCase() !== unit.toLowerCase()) return Number.NaN;
  return isScaled || parts.scale === "" ? numberOf(own, decimal) : Number.NaN;
}

/** With a unit that is a power of ten taken for one; undefined where there is another one. */
function scaled(parts: Parts): Parts | undefined {
  if (parts.unit === "" || isCurrency(parts.unit)) return parts;
  return powerOf(parts.unit) === undefined ? undefined : { ...parts, unit: "", scale: parts.unit };
}

function numberOf({ sign, body, scale }: Parts, decimal: DecimalMark): number {
  if (!bodies[decimal].test(body)) return Number.NaN;
  const digits =
    decimal === "." ? body.replace(/[^\d.ed+-]/gi, "") : body.replace(/[^\d,ed+-]/gi, "").replace(",", ".");
  const [mantissa, exponent = "0"] = digits.split(/[ed]/i);
  const power = Number(exponent) + (powerOf(scale) ?? 0);
  return sign * parseNumber(power === 0 ? mantissa! : `${mantissa}e${power}`);
}

/**
 * Amounts have cents, so that three digits behind a comma are thousands; those behind a point are, too, but for dollars and
 * pounds, of which prices have tenths of a cent.
 */
function markOfCurrency(unit: string, text: string): DecimalMark | undefined {
  if (!isCurrency(unit)) return undefined;
  if (text.includes(",")) return ".";
  return /[$£]|USD|GBP|CAD|AUD/i.test(unit) && !/R\$/i.test(unit) ? "." : ",";
}

/**
 * The notation in which all of `texts` are numbers, undefined where there is none. Where both decimal marks fit, `decimal`
 * is chosen if it is given; otherwise three digits behind a comma are thousands, and a point stands before a fraction.
 */
export function inferNotation(texts: readonly string[], decimal?: DecimalMark): InferredNotation | undefined {
  const read: Parts[] = [];
  for (const text of texts) {
    const parts = partsOf(text);
    if (parts === undefined) return undefined;
    read.push(parts);
  }
  const isScaled = areScaled(read);
  const own = isScaled ? read.map((parts) => scaled(parts)!) : read;
  const unit = own[0]?.unit;
  const fits = { ".": true, ",": true };
  let ambiguous: string | undefined;
  let written: string | undefined;
  const bounds: string[] = [];
  for (const [i, parts] of own.entries()) {
    const text = texts[i]!;
    if (parts.unit.toLowerCase() !== unit!.toLowerCase()) return undefined;
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
  const notation = { decimal: mark, unit, ...(isScaled && { magnitudes: true as const }) };
  return { notation, ambiguous: isOpen ? ambiguous : undefined, bounds, written };
}

/**
 * Whether letters behind the digits are powers of ten: behind amounts, or where several of them stand in one column, or some numbers have
 * none. What every cell has is a unit, and "m" beside nothing may be metres.
 */
function areScaled(read: readonly Parts[]): boolean {
  if (read.some(({ scale }) => scale !== "")) return true;
  const units = new Set(read.map(({ unit }) => unit));
  const powers = [...units].map((unit) => (unit === "" ? 0 : powerOf(unit)));
  const areOther = [...units].some((unit) => unit !== "" && unit !== "m");
  return areOther && new Set(powers).size > 1 && !powers.includes(undefined);
}

/** The units of texts that are numbers in all but that these differ; undefined for others. */
export function differingUnits(texts: readonly string[]): readonly string[] | undefined {
  const units = new Map<string, string>();
  for (const text of texts) {
    const parts = partsOf(text);
    if (parts === undefined || decimalMarks.every((mark) => Number.isNaN(numberOf(parts, mark)))) return undefined;
    units.set(parts.unit.toLowerCase(), parts.unit);
  }
  return units.size > 1 ? [...units.values()] : undefined;
}
