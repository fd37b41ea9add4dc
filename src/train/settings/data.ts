// Settings of a table: which column is predicted, what columns are, and how their rows become numbers.

import { type DateOrder, dateOrders } from "../../data/dates.ts";
import { type Delimiter, delimiters } from "../../data/formats/dialect.ts";
import { type DecimalMark, decimalMarks } from "../../data/number-notation.ts";
import { prepareDefaults } from "../../data/prepare-options.ts";
import { type ColumnTypes, type ColumnWord, type MissingMark, columnTypes as types } from "../../data/reading.ts";
import { type Task, tasks } from "../../data/target.ts";
import { isRecord } from "../../ir/json.ts";
import type { Setting } from "./setting.ts";
import { anyText, isListOf, isMapOf, names, oneOf, onOrOff, share, type ValueType } from "./value.ts";

export const target: Setting<string | readonly string[], undefined> = {
  type: names,
  flags: [
    {
      flag: "-t, --target <column>",
      help: "the column to predict, or several: a,b; a name with a comma in it in double quotes (repeatable)",
    },
  ],
  default: undefined,
  required: true,
  sum: { add: (a, b) => [a, b].flat(), parts: (value) => [value] },
};

export const task: Setting<Task | "auto"> = {
  type: oneOf(["auto", ...tasks]),
  flags: [{ flag: "--task <name>", help: "what the target is" }],
  default: prepareDefaults.task,
  defaultWords: "auto, by its values",
  stated: true,
};

const entriesOf = (value: ColumnTypes) => [...(value instanceof Map ? value : new Map(Object.entries(value)))];

/** "zip code=category" ⇄ one column's type. A column name may itself hold "=". */
const columnType: ValueType<ColumnTypes> = {
  must: `COLUMN=TYPE, with a type of ${types.join(", ")}`,
  holds: (value) => isMapOf(value, (type) => types.some((one) => one === type)),
  parse: (text) => {
    const at = text.lastIndexOf("=");
    const type = types.find((name) => name === text.slice(at + 1));
    return at < 1 || type === undefined ? undefined : new Map([[text.slice(0, at), type]]);
  },
  print: (value) =>
    entriesOf(value)
      .map(([name, type]) => `${name}=${type}`)
      .join(),
};

export const columnTypes: Setting<ColumnTypes, undefined> = {
  type: columnType,
  flags: [{ flag: "--type <column=type>", help: 'sets the type of a column, or "ignore"s it (repeatable)' }],
  default: undefined,
  sum: {
    add: (a, b) => new Map([...entriesOf(a), ...entriesOf(b)]),
    parts: (value) => entriesOf(value).map((entry) => new Map([entry])),
  },
  choosesColumns: true,
};

const quoted = `"((?:[^"]|"")*)"`;
const wholeQuoted = new RegExp(`^${quoted}$`);
const wordQuoted = new RegExp(`^(.+)=${quoted}$`, "s");
const inQuotes = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const unquoted = (text: string): string => wholeQuoted.exec(text)?.[1]?.replaceAll('""', '"') ?? text;

/** "dose=-999": a word of a column. A column name may itself hold "="; a word that does stands in double quotes. */
function wordOf(text: string): ColumnWord | undefined {
  if (wholeQuoted.test(text)) return undefined;
  const [, column, word] = wordQuoted.exec(text) ?? [];
  if (word !== undefined) return { column: unquoted(column!), word: word.replaceAll('""', '"') };
  const at = text.lastIndexOf("=");
  return at < 1 ? undefined : { column: unquoted(text.slice(0, at)), word: text.slice(at + 1) };
}
const wordText = (word: string): string => (/[="]/.test(word) ? inQuotes(word) : word);
const printWord = (one: MissingMark): string =>
  typeof one === "string"
    ? wordText(one)
    : `${one.column.includes('"') ? inQuotes(one.column) : one.column}=${wordText(one.word)}`;
const joined = {
  add: <T>(a: readonly T[], b: readonly T[]): readonly T[] => [...a, ...b],
  parts: <T>(value: readonly T[]): readonly (readonly T[])[] => value.map((one) => [one]),
};

const isWord = (one: unknown): boolean =>
  isRecord(one) && typeof one.column === "string" && typeof one.word === "string";

export const missing: Setting<readonly MissingMark[], undefined> = {
  type: {
    must: "a mark, or COLUMN=MARK",
    holds: (value) => isListOf(value, (one) => typeof one === "string" || isWord(one)),
    parse: (text) => [wordOf(text) ?? unquoted(text)],
    print: (value) => value.map(printWord).join(),
  },
  flags: [
    {
      flag: "--missing <mark>",
      help: "marks a missing cell, beside the usual marks; COLUMN=MARK: in one column, a mark with = in double quotes (repeatable)",
    },
  ],
  default: undefined,
  sum: joined,
};

export const values: Setting<readonly ColumnWord[], undefined> = {
  type: {
    must: "COLUMN=WORD",
    holds: (value) => isListOf(value, isWord),
    parse(text) {
      const one = wordOf(text);
      return one && [one];
    },
    print: (value) => value.map(printWord).join(),
  },
  flags: [
    { flag: "--value <column=word>", help: 'a word such as "None" that is a value, not a missing cell (repeatable)' },
  ],
  default: undefined,
  sum: joined,
};

const delimiterNames: Readonly<Record<Delimiter, string>> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "pipe",
  " ": "blank",
};

export const delimiter: Setting<Delimiter, undefined> = {
  type: {
    must: `one of ${Object.values(delimiterNames).join(", ")}, or the sign itself`,
    holds: (value) => delimiters.some((one) => one === value),
    parse: (text) => delimiters.find((one) => one === text || delimiterNames[one] === text),
    print: (value) => delimiterNames[value],
  },
  flags: [{ flag: "--delimiter <name>", help: "what parts the cells of a text: comma, semicolon, tab, pipe or blank" }],
  default: undefined,
  defaultWords: "as its rows come apart",
};

export const header: Setting<boolean, undefined> = {
  type: onOrOff,
  flags: [
    // Before --no-header, which would be on by default otherwise.
    { flag: "--header", sets: true, help: "the first line names the columns, whatever it looks like" },
    { flag: "--no-header", sets: false, help: "the first line is a row, and the columns have numbers" },
  ],
  default: undefined,
};

export const decimal: Setting<DecimalMark, undefined> = {
  type: {
    must: '"." or ","',
    holds: (value) => decimalMarks.some((mark) => mark === value),
    parse: (text) => decimalMarks.find((mark) => mark === text),
    print: (value) => value,
  },
  flags: [{ flag: "--decimal <mark>", help: 'the mark before a fraction, "." or ",", where both can be meant' }],
  default: undefined,
};

export const dateOrder: Setting<DateOrder, undefined> = {
  type: oneOf(dateOrders),
  flags: [{ flag: "--date-order <order>", help: "of dates such as 3/4/21, where several can be meant" }],
  default: undefined,
};

export const validation: Setting<number, undefined> = {
  type: share,
  flags: [{ flag: "--validation <share>", help: "share of the rows kept for validation" }],
  default: undefined,
  defaultWords: `${prepareDefaults.validation}, and none of fewer than 10 rows`,
};

/** One file, or several. */
export const validationData: Setting<string | readonly string[], undefined> = {
  type: {
    must: "the name of a file",
    holds: (value) => isListOf([value].flat(), (file) => typeof file === "string"),
    parse: (text) => text,
    print: (value) => [value].flat().join(),
  },
  flags: [
    {
      flag: "--validation-data <file>",
      help: "a table of its own for validation, instead of a share; several files are one table (repeatable)",
    },
  ],
  default: undefined,
  sum: { add: (a, b) => [a, b].flat(), parts: (value) => [value].flat() },
  conflicts: ["validation", "group", "time"],
};

export const group: Setting<string, undefined> = {
  type: anyText,
  flags: [
    {
      flag: "--group <column>",
      help: "rows of one value of it stay together, in training or in validation; it is no feature",
    },
  ],
  default: undefined,
  conflicts: ["time"],
};

export const time: Setting<string, undefined> = {
  type: anyText,
  flags: [{ flag: "--time <column>", help: "the last rows by this date or number are for validation" }],
  default: undefined,
};

export const standardize: Setting<boolean> = {
  type: onOrOff,
  flags: [
    {
      flag: "--no-standardize",
      sets: false,
      help: "leave numbers as they are, instead of mean 0 and standard deviation 1",
    },
    // After --no-standardize it takes that back: so a remedy can be put at the end of any command line.
    { flag: "--standardize", sets: true },
  ],
  default: prepareDefaults.standardize,
  stated: true,
};
