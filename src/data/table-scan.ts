// One pass over a table that comes in blocks: every column scanned, every row given its part.
import { ColumnScan, type ScanPlan } from "./column-scan.ts";
import { hashNumber } from "./distinct-count.ts";
import type { TableStream } from "./formats/format.ts";
import { type Cell, Cells, type Column, findColumn, origin, type Table } from "./table.ts";

/** Which rows of a stream are for validation: about a share of them, drawn by their places alone. */
export interface DrawnSplit {
  readonly share: number;
  readonly seed: number;
}

/** Draws that must not follow from each other. */
const draws = { split: 1, sample: 2, fold: 3 } as const;

const isDrawn = (row: number, share: number, seed: number): boolean => hashNumber(row, seed) < share * 2 ** 32;

/** `row`: its place among all rows. */
export const isHeldOut = (row: number, { share, seed }: DrawnSplit): boolean =>
  isDrawn(row, share, 8 * seed + draws.split);

/** One of `folds`. */
export const foldOf = (row: number, folds: number, seed: number): number =>
  hashNumber(row, 8 * seed + draws.fold) % folds;

/** A block, the place of its first row among all rows, and the rows of the files before its own. */
export interface PlacedBlock {
  readonly table: Table;
  readonly from: number;
  /** The number by which a person finds a row, where rows are numbered through all files. */
  readonly numberOf: (row: number) => number;
}

/** All blocks of a table. */
export async function* placed(stream: TableStream): AsyncGenerator<PlacedBlock> {
  let from = 0;
  let before = 0;
  let last = { source: "", row: 0 };
  async function* blocks(): AsyncGenerator<Table> {
    yield stream.head;
    yield* stream.rest();
  }
  for await (const table of blocks()) {
    const first = origin(table, 0);
    if (first.source !== last.source) before += last.row;
    const offset = before;
    yield { table, from, numberOf: (row) => origin(table, row).row + offset };
    last = origin(table, table.rows - 1);
    from += table.rows;
  }
}

/** Rows that a look at some of them takes, about. */
const sampleRows = 4096;

/** What one pass found. */
export interface TableScan {
  /** Its columns, those that come first in later blocks too; cells are those of the first block, or none. */
  readonly outline: Table;
  readonly scans: ReadonlyMap<string, ColumnScan>;
  readonly originOf: (id: number) => { readonly source: string; readonly row: number };
  /** Rows that have every target, by what they are for. */
  readonly train: number;
  readonly validation: number;
  /** For each target, rows that lack it, and those of them that have another one. */
  readonly lacking: readonly { readonly missing: number; readonly partly: number }[];
  /** Some of the rows, drawn at random, with their places among all rows. */
  readonly sample: { readonly table: Table; readonly places: readonly number[] };
}

export interface ScanOptions {
  readonly plan: (column: Pick<Column, "name">) => ScanPlan;
  readonly split: DrawnSplit;
  /** Whether a cell of a target is missing, by its name. */
  readonly targets: ReadonlyMap<string, (cell: Cell) => boolean>;
}

/** Ids of rows: the place of their file in the list of files, and their number in it. */
const perSource = 2 ** 32;

export async function scanTable(stream: TableStream, options: ScanOptions): Promise<TableScan> {
  const { split, targets } = options;
  const sources: string[] = [];
  const scans = new Map<string, ColumnScan>();
  const columns = new Map<string, Column>(stream.head.columns.map((column) => [column.name, column]));
  const sample = new Sample(stream, split.seed);
  const lacking = [...targets].map(() => ({ missing: 0, partly: 0 }));
  const rows = { all: 0, train: 0, validation: 0 };
  for await (const { table, from } of placed(stream)) {
    const { source } = origin(table, 0);
    if (sources.at(-1) !== source) sources.push(source);
    const base = (sources.length - 1) * perSource;
    const isTrained = new Uint8Array(table.rows);
    const absent = [...targets].map(([name, isMissing]) => {
      const cells = findColumn(table, name)?.cells ?? Cells.none(table.rows);
      return cells.map((cell) => Number(isMissing(cell)));
    });
    for (let row = 0; row < table.rows; row++) {
      const lacks = absent.reduce((n, of) => n + of[row]!, 0);
      if (lacks === 0) {
        isTrained[row] = isHeldOut(from + row, split) ? 0 : 1;
        if (isTrained[row] === 1) rows.train++;
        else rows.validation++;
      }
      for (const [t, of] of absent.entries()) {
        if (of[row] === 0) continue;
        lacking[t]!.missing++;
        if (lacks < absent.length) lacking[t]!.partly++;
      }
    }
    const scanned = { idOf: (row: number) => base + origin(table, row).row, isTrained };
    for (const column of table.columns) {
      let scan = scans.get(column.name);
      if (scan === undefined) {
        scan = new ColumnScan(column, options.plan(column));
        scans.set(column.name, scan);
        if (rows.all > 0) scan.addMissing(rows.all);
        if (!columns.has(column.name)) columns.set(column.name, { ...column, cells: Cells.none(stream.head.rows) });
      }
      scan.add(column.cells, scanned);
    }
    rows.all += table.rows;
    for (const scan of scans.values()) if (scan.rows < rows.all) scan.addMissing(rows.all - scan.rows);
    sample.add(table, from);
  }
  return {
    outline: { ...stream.head, columns: [...columns.values()], rows: rows.all },
    scans,
    originOf: (id) => ({ source: sources[Math.floor(id / perSource)]!, row: id % perSource }),
    train: rows.train,
    validation: rows.validation,
    lacking,
    sample: sample.take([...columns.values()]),
  };
}

/** Rows drawn at random, about as many as are wanted by what the stream says of its rows. */
class Sample {
  readonly #stream: TableStream;
  readonly #seed: number;
  readonly #cells = new Map<string, Cell[]>();
  readonly #places: number[] = [];
  readonly #numbers: number[] = [];

  constructor(stream: TableStream, seed: number) {
    this.#stream = stream;
    this.#seed = 8 * seed + draws.sample;
  }

  add(table: Table, from: number): void {
    const share = sampleRows / Math.max(sampleRows, this.#stream.rows);
    const drawn: number[] = [];
    for (let row = 0; row < table.rows && this.#places.length + drawn.length < 2 * sampleRows; row++)
      if (isDrawn(from + row, share, this.#seed)) drawn.push(row);
    for (const { name, cells } of table.columns) {
      const all = this.#cells.get(name) ?? new Array<Cell>(this.#places.length).fill(null);
      this.#cells.set(name, all);
      while (all.length < this.#places.length) all.push(null);
      for (const row of drawn) all.push(cells.at(row)!);
    }
    for (const row of drawn) {
      this.#places.push(from + row);
      this.#numbers.push(origin(table, row).row);
    }
  }

  take(columns: readonly Column[]): TableScan["sample"] {
    const rows = this.#places.length;
    const { parts: _, ...head } = this.#stream.head;
    const own = columns.map((column) => {
      const cells = this.#cells.get(column.name) ?? [];
      while (cells.length < rows) cells.push(null);
      return { ...column, cells: Cells.from(cells) };
    });
    return { table: { ...head, columns: own, rows, rowNumbers: Int32Array.from(this.#numbers) }, places: this.#places };
  }
}
