// Tables of several files, one after the other, as one table: columns are matched by their names.
import { ChainruleError } from "../ir/errors.ts";
import { parseNumber } from "./cells.ts";
import { Cells, type Column, findColumn, type Table, type TablePart } from "./table.ts";
import type { DataWarning } from "./warning.ts";
import { closest, count, quote, quoteList } from "./wording.ts";

/**
 * One table of the rows of several. A column that some of them lack has missing cells there, and a warning says so; without a
 * header, columns are matched by their places. Rows are numbered through all tables, as if their files were one.
 *
 * @throws ChainruleError MALFORMED_DATA (no column in common, or none with names and another number of columns)
 * @example
 * const table = joinTables([await readTable("2023.csv"), await readTable("2024.csv")]);
 */
export function joinTables(tables: readonly Table[]): Table {
  const [first, ...others] = tables;
  if (first === undefined) throw new ChainruleError("EMPTY_DATA", "There must be at least one table to join.");
  if (others.length === 0) return first;
  const source = sourceOf(tables.map((table) => table.source));
  const named = tables.find(({ hasHeader }) => hasHeader) ?? first;
  const matched = tables.map((table) => matchColumns(table, named));
  const names = [...new Set(matched.flatMap(({ columns }) => columns.map(({ name }) => name)))];

  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const rowNumbers = new Int32Array(rows);
  const parts: TablePart[] = [];
  let at = 0;
  let before = 0;
  for (const table of matched) {
    for (let r = 0; r < table.rows; r++) rowNumbers[at + r] = table.rowNumbers[r]! + before;
    parts.push({ source: table.source, rows: table.rows, before });
    at += table.rows;
    before += table.rowNumbers[table.rows - 1]!;
  }
  const warnings = new Map(matched.flatMap((table) => table.warnings.map((one) => [one.message, one] as const)));
  return {
    source,
    columns: names.map((name) => ({ name, cells: joined(matched, name), ...declared(matched, name) })),
    rows,
    rowNumbers,
    parts,
    notes: [...new Set([...matched.flatMap(({ notes }) => notes), numbering(parts, rowNumbers)])],
    warnings: [...warnings.values(), ...lacking(matched, names)],
    hasHeader: named.hasHeader,
  };
}

/** Whether the names of a table are cells of its first row: as many as the first file has columns, none of its names, and numbers among them. */
export function hasRowForNames(table: Table, first: Table): boolean {
  const known = new Set(first.columns.map(({ name }) => name));
  const names = table.columns.map(({ name }) => name);
  return (
    table.hasHeader &&
    names.length === known.size &&
    !names.some((name) => known.has(name)) &&
    names.some((name) => !Number.isNaN(parseNumber(name)))
  );
}

/** The columns of a table under the names of another one. @throws ChainruleError MALFORMED_DATA where they do not match */
export function matchColumns(table: Table, named: Table): Table {
  if (table === named) return table;
  const wanted = named.columns.map(({ name }) => name);
  const mismatch = (what: string, mend: string) =>
    new ChainruleError("MALFORMED_DATA", `${table.source} does not go on where ${named.source} ends: ${what} ${mend}`, {
      source: table.source,
      columns: table.columns.map(({ name }) => name),
      expected: wanted,
    });
  if (!table.hasHeader) {
    if (table.columns.length !== wanted.length)
      throw mismatch(
        `its columns have no names, and there are ${table.columns.length} of them, not ${wanted.length}.`,
        "Give it a header, or leave it out.",
      );
    if (!named.hasHeader) return table;
    return {
      ...table,
      columns: table.columns.map((column, c) => ({ ...column, name: wanted[c]! })),
      warnings: [goesOn(table, named)],
    };
  }
  const known = new Set(wanted);
  if (!table.columns.some(({ name }) => known.has(name)))
    throw mismatch(
      `they have no column in common. Its columns: ${quoteList(
        table.columns.map(({ name }) => name),
        10,
      )}; those of ${named.source}: ${quoteList(wanted, 10)}.`,
      "Give both the same header, or leave one out.",
    );
  return table;
}

/** The cells of a column through all tables; none in the rows of those that lack it. */
const joined = (tables: readonly Table[], name: string): Cells =>
  Cells.join(tables.map((table) => findColumn(table, name)?.cells ?? Cells.none(table.rows)));

const declared = (tables: readonly Table[], name: string): Pick<Column, "declared"> => {
  const type = tables.map((table) => findColumn(table, name)?.declared).find((one) => one !== undefined);
  return type === undefined ? {} : { declared: type };
};

const goesOn = (table: Table, named: Table): DataWarning => ({
  message: `The first line of ${table.source} looks like the rows below it: it is read as a row, and its columns are taken as those of ${named.source}, in their order.`,
  settings: [{ setting: "header", value: true, does: "takes the first line of every file for its names" }],
});

/** A warning for every column that some of the tables lack. */
function lacking(tables: readonly Table[], names: readonly string[]): DataWarning[] {
  const owns = tables.map(({ columns }) => new Set(columns.map(({ name }) => name)));
  return names.flatMap((name) => {
    const without = tables.filter((_, t) => !owns[t]!.has(name));
    if (without.length === 0) return [];
    const rows = without.reduce((sum, table) => sum + table.rows, 0);
    const has = tables[owns.findIndex((own) => own.has(name))]!;
    const spare = without[0]!.columns
      .map((column) => column.name)
      .filter((other) => !has.columns.some((one) => one.name === other));
    const near = closest(name, spare);
    const hint = near === undefined ? "" : ` Is its ${quote(near)} meant?`;
    return {
      column: name,
      message: `${sourceOf(without.map(({ source }) => source))} ${without.length === 1 ? "has" : "have"} no column ${quote(name)}, which ${has.source} has: ${count(rows, "row")} ${rows === 1 ? "has" : "have"} a missing cell there.${hint}`,
      settings: [{ setting: "columnTypes", value: { [name]: "ignore" }, does: "leaves the column out" }],
    };
  });
}

/** `a.csv, b.csv` or `a.csv and 5 more files` */
export const sourceOf = (sources: readonly string[]): string =>
  sources.length <= 3 ? sources.join(", ") : `${sources[0]} and ${sources.length - 1} more files`;

/** Which numbers the rows of each file have where rows are spoken of without the file. */
function numbering(parts: readonly TablePart[], rowNumbers: Int32Array): string {
  let at = 0;
  const ranges = parts.map(({ source, rows }) => {
    at += rows;
    return `${rowNumbers[at - rows]} to ${rowNumbers[at - 1]} are of ${source}`;
  });
  const shown = ranges.length > 6 ? [...ranges.slice(0, 5), `and so on`] : ranges;
  return `Rows are numbered through all files: ${shown.join(", ")}.`;
}
