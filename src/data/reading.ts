// What the user says of how a table is read: types, marks for missing cells, decimal mark, order of dates.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { type DateOrder, dateOrders } from "./dates.ts";
import type { MissingRule } from "./missing.ts";
import { type DecimalMark, decimalMarks } from "./number-notation.ts";
import { findColumn, type Table } from "./table.ts";
import { type ValueTypeName, valueTypeNames } from "./types/index.ts";
import { closest, quote, quoteList } from "./wording.ts";

/** What a column can be said to be. */
export const columnTypes = [...valueTypeNames, "category", "text", "identifier", "constant", "ignore"] as const;
/** Types of values and "category" make features; "text", "identifier" and "constant" are left out. */
export type ColumnType = Exclude<(typeof columnTypes)[number], "ignore">;

export const isValueType = (type: ColumnType | "ignore"): type is ValueTypeName =>
  valueTypeNames.includes(type as ValueTypeName);

export const isFeatureType = (type: ColumnType | "ignore"): type is ValueTypeName | "category" =>
  type === "category" || isValueType(type);

/** By column name. */
export type ByColumn<V> = Readonly<Record<string, V>> | ReadonlyMap<string, V>;
/** Types set by the user; "ignore" leaves a column out. */
export type ColumnTypes = ByColumn<ColumnType | "ignore">;

/** A word of one column. */
export interface ColumnWord {
  readonly column: string;
  readonly word: string;
}
/** A mark in all columns, or in one. */
export type MissingMark = string | ColumnWord;

export interface ReadingOptions {
  readonly columnTypes?: ColumnTypes | undefined;
  /** Further marks of missing cells, beside the usual ones. */
  readonly missing?: readonly MissingMark[] | undefined;
  /** Words that are values of a column and not missing cells, such as "None". */
  readonly values?: readonly ColumnWord[] | undefined;
  /** The mark before a fraction, where both can be meant. Default: judged by the columns. */
  readonly decimal?: DecimalMark | undefined;
  /** Of dates such as 3/4/2021, where several can be meant. Default: judged by the columns. */
  readonly dateOrder?: DateOrder | undefined;
}

export const asMap = <V>(values: ByColumn<V> = {}): ReadonlyMap<string, V> =>
  values instanceof Map ? values : new Map(Object.entries(values));

/** The user's types, every name and type known. @throws ChainruleError UNKNOWN_COLUMN, INVALID_ARGUMENT */
export function checkReading(table: Table, options: ReadingOptions): ReadonlyMap<string, ColumnType | "ignore"> {
  const types = asMap(options.columnTypes);
  for (const [name, type] of types) {
    if (findColumn(table, name) === undefined) throw unknownColumn(table, name, "A type is set for");
    if (!columnTypes.includes(type)) {
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `The type of column ${quote(name)} must be one of ${columnTypes.join(", ")}, and is ${quote(type)}.`,
        { column: name, type },
      );
    }
  }
  for (const [given, what] of [
    [options.missing ?? [], "A mark of missing cells is given for"],
    [options.values ?? [], "A value is given for"],
  ] as const) {
    for (const one of given)
      if (typeof one !== "string" && findColumn(table, one.column) === undefined)
        throw unknownColumn(table, one.column, what);
  }
  checkChoice("decimal", options.decimal, decimalMarks);
  checkChoice("dateOrder", options.dateOrder, dateOrders);
  return types;
}

function checkChoice(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${name} must be one of ${quoteList(choices)}, and is ${quote(value)}.`,
    { [name]: value },
  );
}

/** What is missing in a column, by the user's word. */
export function ruleOf(column: string, options: ReadingOptions): MissingRule {
  const marks = (options.missing ?? []).flatMap((one) =>
    typeof one === "string" ? [one] : one.column === column ? [one.word] : [],
  );
  const values = (options.values ?? []).filter((one) => one.column === column).map(({ word }) => word);
  return { ...(marks.length > 0 && { marks }), ...(values.length > 0 && { values }) };
}

/** The error on a name that is no column; `opening` begins the sentence: "The target is". `others`: names that are not meant. */
export function unknownColumn(
  table: Table,
  name: string,
  opening: string,
  others: readonly string[] = [],
): ChainruleError {
  const names = table.columns.map((column) => column.name);
  if (!table.hasHeader) return unnamedColumn(table, name, opening);
  const near = closest(
    name,
    names.filter((one) => !others.includes(one)),
  );
  return new ChainruleError(
    "UNKNOWN_COLUMN",
    `${opening} ${quote(name)}, and ${table.source} has no such column.${near === undefined ? "" : ` Did you mean ${quote(near)}?`} Its columns: ${quoteList(names, 30)}.`,
    { source: table.source, column: name, columns: names, closest: near },
  );
}

/** A text without a header: the name may be a cell of its first row. */
function unnamedColumn(table: Table, name: string, opening: string): ChainruleError {
  const names = table.columns.map((column) => column.name);
  const header = { setting: "header", value: true };
  const holder = table.columns.find(({ cells }) => cells.at(0) === name);
  const hint = holder ? ` ${quote(name)} stands in the first row of ${quote(holder.name)}.` : "";
  return new ChainruleError(
    "UNKNOWN_COLUMN",
    `${opening} ${quote(name)}, and the columns of ${table.source} have no names: its first line looks like the rows below it.${hint} Name one of ${quoteList(names, 10)}, or say that the first line holds names (${settingWords(header)}).`,
    { source: table.source, column: name, columns: names, closest: holder?.name, settings: [header] },
  );
}
