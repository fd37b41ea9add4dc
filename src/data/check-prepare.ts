// What prepare is given, checked in words before anything is read.
import { ChainruleError } from "../ir/errors.ts";
import { isRecord } from "../ir/json.ts";
import { came, sameWord } from "../ir/option-words.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { Cells, type Table } from "./table.ts";

const options: { readonly [K in keyof PrepareOptions]-?: true } = {
  target: true,
  task: true,
  fewIntegers: true,
  validation: true,
  validationTable: true,
  group: true,
  time: true,
  seed: true,
  standardize: true,
  targetScale: true,
  memoryLimit: true,
  columnTypes: true,
  missing: true,
  values: true,
  decimal: true,
  dateOrder: true,
};

const names = Object.keys(options);

/** Throws INVALID_ARGUMENT for what is no table, for options that are none, and for one that there is not. */
export function checkPrepare(table: Table, given: PrepareOptions): void {
  if (!isRecord(table) || !Array.isArray(table.columns))
    throw wrong("table", `its first argument must be a table, such as await readTable("iris.csv")`, table);
  if (table.columns.length === 0 || !table.columns.every((column) => isRecord(column) && column.cells instanceof Cells))
    throw wrong("table", "the columns of its table must be { name, cells: Cells.from([1, 2]) }", table.columns);
  if (!isRecord(given) || given.target === undefined)
    throw wrong("options", `its second argument must be options with a target, { target: "species" }`, given);
  if (![given.target].flat().every((name) => typeof name === "string"))
    throw wrong("target", "target must be the name of a column, or a list of names", given.target);
  const odd = Object.keys(given).find((name) => !names.includes(name));
  if (odd === undefined) return;
  const known = sameWord(odd, names);
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `prepare has no option ${odd}. ${known === undefined ? `It has ${names.join(", ")}.` : `Write ${known}.`}`,
    { option: odd },
  );
}

/** Whether it names a target, or several. */
const areNames = (value: unknown): boolean =>
  typeof value === "string" || (Array.isArray(value) && value.every((name) => typeof name === "string"));

/** How to mend what came in the place of the table, of the options or of the target. */
const mends = {
  table: (value: unknown) =>
    Array.isArray(value)
      ? " Of rows, tableFromRows(rows) makes a table."
      : typeof value === "string"
        ? " readTable reads a file."
        : "",
  options: (value: unknown) => (areNames(value) ? ` Write { target: ${JSON.stringify(value)} }.` : ""),
  target: () => "",
};

function wrong(argument: keyof typeof mends, must: string, value: unknown): ChainruleError {
  const mend = value instanceof Promise ? " Await it." : mends[argument](value);
  return new ChainruleError("INVALID_ARGUMENT", `prepare: ${must}; got ${came(value)}.${mend}`, { [argument]: value });
}
