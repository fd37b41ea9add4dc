// What each column is: its type by rule, or by the user's word, and the reason in a few words.
import { ChainruleError } from "../ir/errors.ts";
import { cellText, isMissing, parseBoolean, parseNumber } from "./cells.ts";
import { type DateOrder, dateOrder, parseDate } from "./dates.ts";
import { type Codes, encodeCategories, mendCell } from "./encode.ts";
import { type Column, findColumn, place, type Table } from "./table.ts";
import { closest, count, grouped, quote, quoteList } from "./wording.ts";

/** What a column can be said to be. */
// biome-ignore format: one line reads better
export const columnTypes = ["number", "boolean", "category", "date", "text", "identifier", "constant", "ignore"] as const;
/** "number", "boolean", "category" and "date" make features; "text", "identifier" and "constant" are left out. */
export type ColumnType = Exclude<(typeof columnTypes)[number], "ignore">;

/** Types set by the user, by column name; "ignore" leaves a column out. */
export type ColumnTypes = Readonly<Record<string, ColumnType | "ignore">> | ReadonlyMap<string, ColumnType | "ignore">;

/** One line of the table that describes the columns. `features` is the number of features the column makes. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType | "ignore";
  readonly role: "feature" | "target" | "left out";
  readonly missing: number;
  readonly distinct: number;
  readonly features: number;
  readonly reason: string;
}

/** What a look at all cells of a column tells. */
export interface Inferred {
  readonly type: ColumnType | "ignore";
  readonly missing: number;
  readonly distinct: number;
  readonly reason: string;
  /** For dates. */
  readonly order: DateOrder;
  /** The cells as numbers, NaN where missing; undefined if some cell is neither. */
  readonly numbers: Float64Array | undefined;
}

/** A string column may have up to max(20, a tenth of its rows), at most 1000, distinct values to be a category. */
const categoryLimit = (cells: number): number => Math.max(20, Math.min(1000, Math.floor(cells / 10)));
/** Below this many cells, distinct values say nothing about a column being an identifier. */
const fewCells = 10;
const identifierShare = 0.95;
/** A column of which at least this share are numbers (or dates) is meant to hold them. */
const meantShare = 0.9;

/**
 * Describes every column: type, role, missing and distinct cells, and why. Roles follow from the types; the target's
 * is "target". `features` is 0 here, since it depends on the training rows; `prepare` fills it in.
 *
 * @throws ChainruleError TYPE_MISMATCH (a numeric column with text in it), UNKNOWN_COLUMN, INVALID_ARGUMENT
 * @example
 * describeColumns(table, { target: "species" }).filter((column) => column.role === "left out");
 */
export function describeColumns(
  table: Table,
  options: { target?: string; columnTypes?: ColumnTypes } = {},
): ColumnDescription[] {
  const types = checkColumnTypes(table, options.columnTypes);
  if (options.target !== undefined) targetColumn(table, options.target);
  return table.columns.map((column) => {
    const isTarget = column.name === options.target;
    const { type, missing, distinct, reason } = inferColumn(table, column, types.get(column.name));
    const role = isTarget ? "target" : isFeatureType(type) ? "feature" : "left out";
    return { name: column.name, type, role, missing, distinct, features: 0, reason };
  });
}

export function isFeatureType(type: ColumnType | "ignore"): type is "number" | "boolean" | "category" | "date" {
  return type === "number" || type === "boolean" || type === "category" || type === "date";
}

/** The user's types as a map, every name and type known. */
export function checkColumnTypes(table: Table, types: ColumnTypes = {}): ReadonlyMap<string, ColumnType | "ignore"> {
  const map = types instanceof Map ? types : new Map(Object.entries(types));
  for (const [name, type] of map) {
    if (findColumn(table, name) === undefined) throw unknownColumn(table, name, "A type is set for");
    if (!columnTypes.includes(type)) {
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `The type of column ${quote(name)} must be one of ${columnTypes.join(", ")}, and is ${quote(type)}.`,
        { column: name, type },
      );
    }
  }
  return map;
}

/** The target's column. @throws ChainruleError UNKNOWN_COLUMN with the closest name and the list of columns */
export function targetColumn(table: Table, name: string): Column {
  const column = findColumn(table, name);
  if (column === undefined) throw unknownColumn(table, name, "The target is");
  return column;
}

function unknownColumn(table: Table, name: string, opening: string): ChainruleError {
  const names = table.columns.map((column) => column.name);
  const near = closest(name, names);
  return new ChainruleError(
    "UNKNOWN_COLUMN",
    `${opening} ${quote(name)}, and ${table.source} has no such column.${near === undefined ? "" : ` Did you mean ${quote(near)}?`} Its columns: ${quoteList(names, 30)}.`,
    { source: table.source, column: name, columns: names, closest: near },
  );
}

/**
 * The type of one column. `given` is the user's word; `lenient` lets a mostly numeric column with text in it pass as a
 * category (a target to classify).
 */
export function inferColumn(table: Table, column: Column, given?: ColumnType | "ignore", lenient = false): Inferred {
  const { cells } = column;
  const numbers = new Float64Array(table.rows);
  let missing = 0;
  let numeric = 0;
  let whole = true;
  let strays = 0;
  let firstStray = 0;
  for (let r = 0; r < table.rows; r++) {
    const value = parseNumber(cells[r]!);
    numbers[r] = value;
    if (!Number.isNaN(value)) {
      numeric++;
      if (!Number.isInteger(value)) whole = false;
    } else if (isMissing(cells[r]!)) missing++;
    else if (strays++ === 0) firstStray = r;
  }
  const filled = numeric + strays;
  const result = (type: Inferred["type"], distinct: number, reason: string, order: DateOrder = "month-first") => ({
    type: given ?? type,
    missing,
    distinct,
    reason: given === undefined ? reason : "set by you",
    order,
    numbers: strays === 0 ? numbers : undefined,
  });

  if (strays === 0) {
    const distinct = distinctNumbers(numbers, numeric);
    if (filled === 0) return result("constant", 0, "every cell is missing");
    if (distinct === 1) return result("constant", 1, `always ${quote(firstText(column))}`);
    if (whole && isZeroPadded(column)) {
      return asText(encodeCategories(table, column), filled, "codes with leading zeros", result);
    }
    if (whole && isIdentifierName(column.name)) {
      if (distinct === filled && filled >= fewCells) {
        return result("identifier", distinct, "a different integer in every row, and named like an identifier");
      }
      return asText(encodeCategories(table, column), filled, "codes, by its name", result);
    }
    return result("number", distinct, whole ? "integers" : "numbers");
  }

  const texts = encodeCategories(table, column);
  const distinct = texts.levels.length;
  const order = dateOrder(texts.levels);
  if (given !== undefined) return result(given, distinct, "", order);
  if (distinct === 1) return result("constant", 1, `always ${quote(texts.levels[0])}`);
  if (isBoolean(texts.levels)) return result("boolean", distinct, texts.levels.map(quote).join(" or "));

  const dates = texts.levels.map((level) => parseDate(level, order));
  const badDate = dates.findIndex(Number.isNaN);
  if (badDate === -1) {
    const slashes = texts.levels.some((level) => /^\d{1,2}[/-]\d/.test(level))
      ? `, read ${order.replace("-", " ")}`
      : "";
    return result("date", distinct, `${day(dates, Math.min)} to ${day(dates, Math.max)}${slashes}`, order);
  }
  if (!lenient) {
    const allowed = Math.max(1, filled * (1 - meantShare));
    if (numeric >= 3 && strays <= allowed)
      throw mixed(table, column, "numeric", "a number", firstStray, strays, filled);
    const dateCells = texts.codes.reduce((n, code) => n + (code >= 0 && !Number.isNaN(dates[code]!) ? 1 : 0), 0);
    if (dateCells >= 3 && filled - dateCells <= allowed) {
      throw mixed(table, column, "date", "a date", texts.codes.indexOf(badDate), filled - dateCells, filled);
    }
  }
  const decorated = texts.levels.slice(0, 100).filter(isDecoratedNumber);
  const remark =
    decorated.length >= meantShare * Math.min(100, distinct)
      ? `numbers written like ${quote(decorated[0])} are text`
      : "";
  return asText(texts, filled, remark, result);
}

/** Category, identifier or text, by the number of distinct values and their length. */
function asText(
  texts: Codes,
  filled: number,
  remark: string,
  result: (type: ColumnType, distinct: number, reason: string) => Inferred,
): Inferred {
  const distinct = texts.levels.length;
  const because = remark === "" ? "" : `${remark}: `;
  if (filled >= fewCells && distinct >= identifierShare * filled) {
    return isProse(texts.levels)
      ? result("text", distinct, "free text, nearly all different")
      : result(
          "identifier",
          distinct,
          `${because}${distinct === filled ? "a different value in every row" : `${grouped(distinct)} different values in ${count(filled, "cell")}`}`,
        );
  }
  if (distinct <= categoryLimit(filled))
    return result("category", distinct, `${because}${grouped(distinct)} categories`);
  return result(
    "text",
    distinct,
    `${because}${grouped(distinct)} different values in ${count(filled, "cell")} are too many for categories`,
  );
}

/** Mean length over 40 characters, or four words and more. */
function isProse(levels: readonly string[]): boolean {
  let characters = 0;
  let words = 0;
  for (const level of levels) {
    characters += level.length;
    words += level.split(/\s+/).length;
  }
  return characters > 40 * levels.length || words >= 4 * levels.length;
}

/** 1,200 or 1.200,50 or 12,5 or $3 or 40 % or 7 km: a number once signs, separators and a short unit are taken off. */
function isDecoratedNumber(text: string): boolean {
  return Number.isNaN(parseNumber(text)) && /^[-+]?\p{Sc}?\s?\d[\d.,'\s]*\s?(%|\p{Sc}|[a-z]{1,3})?$/iu.test(text);
}

function isBoolean(levels: readonly string[]): boolean {
  const texts = new Set(levels.map((level) => level.toLowerCase()));
  return (
    texts.size === 2 &&
    [...texts].every((text) => !Number.isNaN(parseBoolean(text)) && Number.isNaN(Number(text))) &&
    new Set([...texts].map((text) => text.length > 1)).size === 1 &&
    parseBoolean([...texts][0]!) !== parseBoolean([...texts][1]!)
  );
}

/** id, user_id, userId, "row id", uuid; index, idx, key as whole names; columns without a name (a saved row index). */
function isIdentifierName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  if (/^(index|idx|rowid|unnamed \d+|column 1)$/.test(words.join(" "))) return true;
  return /^(id|ids|uuid|guid)$/.test(words[words.length - 1] ?? "");
}

/** Digits only, all of one width, some with leading zeros: codes such as "00501", not amounts. */
function isZeroPadded(column: Column): boolean {
  let width = 0;
  let zeros = false;
  for (const cell of column.cells) {
    if (isMissing(cell)) continue;
    const text = cellText(cell);
    if (width === 0) width = text.length;
    if (text.length !== width || width < 2 || !/^\d+$/.test(text)) return false;
    if (text.charCodeAt(0) === 48) zeros = true;
  }
  return zeros;
}

/** Distinct values among `present` numbers; the rest of `values` is NaN, which sorts last. */
function distinctNumbers(values: Float64Array, present: number): number {
  const sorted = values.slice().sort();
  let distinct = present > 0 ? 1 : 0;
  for (let i = 1; i < present; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return distinct;
}

function firstText(column: Column): string {
  return cellText(column.cells.find((cell) => !isMissing(cell))!);
}

function day(dates: readonly number[], pick: (a: number, b: number) => number): string {
  const days = dates.reduce((a, b) => pick(a, b));
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

function mixed(
  table: Table,
  column: Column,
  kind: string,
  wanted: string,
  row: number,
  strays: number,
  filled: number,
): ChainruleError {
  const text = cellText(column.cells[row]!);
  const others = strays === 1 ? "" : ` (the first of ${grouped(strays)} such cells)`;
  const hint =
    kind === "numeric" && isDecoratedNumber(text)
      ? " Write numbers without unit, sign or thousands separator and with a decimal point."
      : "";
  return new ChainruleError(
    "TYPE_MISMATCH",
    `${place(table, row, column.name)}: ${kind} column with text in row ${table.rowNumbers[row]}. ${grouped(filled - strays)} of ${count(filled, "cell")} hold ${wanted}, and this one holds ${quote(text)}${others}.${hint} ${mendCell(column.name)}`,
    { source: table.source, row: table.rowNumbers[row], column: column.name, cell: text, cells: strays },
  );
}
