// What a table is before it is trained on: its first rows, and each column as the command line tells it.
import { ChainruleError, type PlainError } from "chainrule";
import { type ColumnDescription, type DataWarning, describeColumns, prepare, type Table } from "chainrule/data";
import { sharedOptions } from "chainrule/runs";
import type { Settings } from "chainrule/train";

export interface InspectedColumn extends ColumnDescription {
  /** Some of its different values, as they are written. */
  readonly examples: readonly string[];
}

export interface Inspection {
  readonly rows: number;
  readonly columns: readonly InspectedColumn[];
  /** Sentences for a person. */
  readonly notes: readonly string[];
  readonly warnings: readonly DataWarning[];
  /** The first rows: the number by which a person finds each, and its cells; of a missing one null. */
  readonly preview: readonly { readonly number: number; readonly cells: readonly (string | null)[] }[];
  /** Why it cannot be trained on by these settings; its columns are then as they would be by none. */
  readonly problem?: PlainError;
}

const previewRows = 20;
const exampleCount = 3;
/** Cells that are looked at for examples. */
const exampleRows = 200;

/** By settings without a target: types alone, since what columns become depends on it. Never throws a ChainruleError: that is its `problem`. */
export function inspectTable(table: Table, settings: Settings): Inspection {
  const found = looked(table, settings);
  const examples = new Map(table.columns.map((column) => [column.name, examplesOf(column.cells)]));
  return {
    ...found,
    rows: table.rows,
    columns: found.columns.map((column) => ({ ...column, examples: examples.get(column.name) ?? [] })),
    preview: Array.from({ length: Math.min(previewRows, table.rows) }, (_, row) => ({
      number: table.rowNumbers[row]!,
      cells: table.columns.map(({ cells }) => textOf(cells.at(row))),
    })),
  };
}

type Looked = Pick<Inspection, "notes" | "warnings" | "problem"> & { readonly columns: readonly ColumnDescription[] };

function looked(table: Table, settings: Settings): Looked {
  const { target } = settings;
  const { notes, warnings } = table;
  try {
    if (target !== undefined) return prepare(table, sharedOptions({ ...settings, target }));
    const { target: _, ...reading } = sharedOptions({ ...settings, target: "" });
    return { notes, warnings, columns: describeColumns(table, reading) };
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    return { notes, warnings, columns: describeColumns(table), problem: error.toPlain() };
  }
}

const textOf = (cell: string | number | boolean | null | undefined): string | null =>
  cell === null || cell === undefined || cell === "" ? null : String(cell);

function examplesOf(cells: Table["columns"][number]["cells"]): readonly string[] {
  const found = new Set<string>();
  for (let row = 0; row < Math.min(cells.length, exampleRows) && found.size < exampleCount; row++) {
    const text = textOf(cells.at(row));
    if (text !== null) found.add(text);
  }
  return [...found];
}
