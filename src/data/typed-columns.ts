// Columns of typed files and databases: where their cells come from, and the table that they make.
import type { CellsWriter } from "./column-cells.ts";
import { type Cell, makeTable, type Table } from "./table.ts";
import { quoteList } from "./wording.ts";

/** Lists and maps become text. */
export type Nested = "lists" | "maps";

/** A column as the table has it; fields of a struct are columns "outer.inner". */
export interface TypedColumn<Of extends string | number, Value> {
  readonly name: string;
  /** The column of the source that it is read from: its name or its place. */
  readonly of: Of;
  /** From a value of that column. */
  cell(value: Value): Cell;
  readonly declared?: "category";
  readonly nested?: Nested;
}

type Described = Pick<TypedColumn<string, unknown>, "name" | "declared" | "nested">;

/** @param first the number of the first row */
export function tableOfTyped(
  source: string,
  columns: readonly Described[],
  writers: readonly CellsWriter[],
  rows: number,
  first: number,
): Table {
  const names = columns.map(({ name }) => name);
  const cells = writers.map((writer) => writer.take(rows));
  const rowNumbers = Int32Array.from({ length: rows }, (_, r) => first + r);
  const table = makeTable(source, names, cells, rowNumbers, { notes: remarksOnNested(source, columns) });
  const declared = columns.map(({ declared }) => declared && { declared });
  return { ...table, columns: table.columns.map((column, c) => ({ ...column, ...declared[c] })) };
}

function remarksOnNested(source: string, columns: readonly Described[]): string[] {
  return (["lists", "maps"] as const).flatMap((kind) => {
    const names = columns.filter(({ nested }) => nested === kind).map(({ name }) => name);
    if (names.length === 0) return [];
    return [
      `${quoteList(names, 5)} of ${source} ${names.length === 1 ? "holds" : "hold"} ${kind}: each is one text here. To learn from what they hold, make columns of it.`,
    ];
  });
}
