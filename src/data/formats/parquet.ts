// Parquet, whole or in parts, with hyparquet.
import type { AsyncBuffer, ColumnData, Compressors, FileMetaData, RowGroup } from "hyparquet";
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import { CellsWriter } from "../column-cells.ts";
import { checkCells, sliceTable, type Table } from "../table.ts";
import { tableOfTyped } from "../typed-columns.ts";
import { quote } from "../wording.ts";
import type { BlockSize, FileFormat } from "./format.ts";
import { checkedGroup, checkGroups } from "./parquet-pages.ts";
import { columnsOf, type ParquetColumn, rawValues } from "./parquet-values.ts";

export const parquet: FileFormat = {
  name: "Parquet",
  endings: ["parquet", "pq"],
  magic: "PAR1",
  read: (content) => parseParquet(new Uint8Array(content.bytes).buffer, content),
  async open(path, size, { source }) {
    const opened = await open(await fileOf(path, source), source);
    const first = await blocksOf(opened, size).next();
    return {
      head: first.done ? await readRows(opened, 0, 0) : first.value,
      rows: opened.rows,
      async *rest() {
        let isHead = true;
        for await (const block of blocksOf(opened, size)) {
          if (!isHead) yield block;
          isHead = false;
        }
      },
    };
  },
};

/** Cells that a row group may have to be decoded once for all of its blocks; a larger one is decoded for each. */
const mostCells = 2 ** 24;

async function* blocksOf(opened: Opened, { rows: most, bytes }: BlockSize): AsyncGenerator<Table> {
  const { metadata, columns } = opened;
  let from = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const perRow = Math.max(1, Number(group.total_byte_size) / Math.max(1, rows));
    const step = Math.max(1, Math.min(most, Math.floor(bytes / perRow)));
    const whole = rows * columns.length <= mostCells ? await readRows(opened, from, from + rows) : undefined;
    for (let at = 0; at < rows; at += step) {
      const to = Math.min(rows, at + step);
      yield whole ? sliceTable(whole, at, to) : await readRows(opened, from + at, from + to);
    }
    from += rows;
  }
}

/**
 * Reads a Parquet file, any of the usual compressions. Types stay what the file says: days, moments with "Z" where they are of UTC, times
 * of day, decimals and 64-bit integers as exact as they are (as text where no float64 holds them), dictionaries as categories. A struct gives
 * a column for each of its fields ("outer.inner"), lists and maps become JSON text, nulls missing cells.
 *
 * @throws ChainruleError MALFORMED_DATA (not Parquet, damaged, or two columns of one name), EMPTY_DATA (no rows)
 * @example
 * const table = await parseParquet(await file.arrayBuffer(), { source: file.name });
 */
export async function parseParquet(buffer: ArrayBuffer, options: { source: string }): Promise<Table> {
  const opened = await open(buffer, options.source);
  const { source, rows, columns, file } = opened;
  checkCells(source, rows, columns.length, file.byteLength, inBlocks, cellsPerByte);
  return readRows(opened, 0, rows);
}

/** Of dictionaries and runs, one byte may stand for many. */
const cellsPerByte = 64;
const inBlocks = "Read it in blocks, by openTable.";

interface Opened {
  readonly source: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rows: number;
  readonly columns: readonly ParquetColumn[];
  /** A row group whose pages are sound; they are looked through once. */
  group(index: number): Promise<RowGroup>;
}

const unreadable = (source: string, cause: unknown): ChainruleError =>
  new ChainruleError(
    "MALFORMED_DATA",
    `${source} cannot be read as Parquet: ${(cause as Error).message}. Is it complete? Write it again, or convert it to CSV.`,
    { source },
    { cause },
  );

async function decompressors(): Promise<Compressors> {
  const [{ compressors }, { decompress }] = await Promise.all([import("hyparquet-compressors"), import("fzstd")]);
  // Into as much room as the page says that it takes, whatever the frame inside says.
  return { ...compressors, ZSTD: (input, length) => decompress(input, new Uint8Array(length)) };
}

async function open(given: AsyncBuffer, source: string): Promise<Opened> {
  const [{ parquetMetadataAsync }, compressors] = await Promise.all([import("hyparquet"), decompressors()]);
  const file: AsyncBuffer = {
    byteLength: given.byteLength,
    slice: (start, end) => observed(Promise.resolve(given.slice(start, end))),
  };
  try {
    const metadata = await parquetMetadataAsync(file, rawValues);
    checkGroups(metadata, file.byteLength);
    const groups = new Map<number, Promise<RowGroup>>();
    const columns = columnsOf(metadata);
    const names = new Set<string>();
    for (const { name } of columns) {
      if (names.has(name)) throw new Error(`two columns are named ${quote(name)}`);
      names.add(name);
    }
    return {
      ...{ source, file, metadata, rows: Number(metadata.num_rows), columns },
      group(index) {
        let group = groups.get(index);
        if (group === undefined) groups.set(index, (group = checkedGroup(file, metadata, index, compressors)));
        return group;
      },
    };
  } catch (cause) {
    throw unreadable(source, cause);
  }
}

/**
 * A promise whose rejection never reaches the host by itself, nor that of any made from it by `then`: hyparquet begins all columns at once,
 * and leaves those behind one that fails.
 */
function observed<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  const then = promise.then.bind(promise);
  const derived = (...handlers: Parameters<typeof then>) => observed(then(...handlers));
  // biome-ignore lint/suspicious/noThenProperty: it is the promise's own, with a listener more.
  return Object.defineProperty(promise, "then", { value: derived });
}

/** The metadata with the row groups of rows [from, to) checked. */
async function checkedMetadata({ metadata, group }: Opened, from: number, to: number): Promise<FileMetaData> {
  const groups: RowGroup[] = [];
  let start = 0;
  for (const [index, one] of metadata.row_groups.entries()) {
    const end = start + Number(one.num_rows);
    groups.push(start < to && end > from ? await group(index) : one);
    start = end;
  }
  return { ...metadata, row_groups: groups };
}

/** Rows [from, to). */
async function readRows(opened: Opened, from: number, to: number): Promise<Table> {
  const { source, file, columns } = opened;
  const { parquetRead } = await import("hyparquet");
  const writers = columns.map(() => new CellsWriter());
  const readers = new Map<string, number[]>();
  for (const [c, { of }] of columns.entries()) readers.set(of, [...(readers.get(of) ?? []), c]);
  const read = new Map<string, number>();
  let failed: { readonly cause: unknown } | undefined;
  const take = ({ columnName, columnData, rowStart }: ColumnData): void => {
    const [first, last] = [Math.max(from, rowStart), Math.min(to, rowStart + columnData.length)];
    read.set(columnName, (read.get(columnName) ?? 0) + Math.max(0, last - first));
    for (const c of readers.get(columnName) ?? []) {
      const { name, of, nested, cell } = columns[c]!;
      // Of a struct that is missing, hyparquet gives undefined, too.
      const isFlat = name === of && nested === undefined;
      const into = writers[c]!;
      for (let row = first; row < last; row++) {
        const value: unknown = columnData[row - rowStart];
        if (value === undefined && isFlat)
          throw new Error(`column ${quote(name)} has a value that its dictionary lacks`);
        into.write(row - from, cell(value));
      }
    }
  };
  try {
    const metadata = await checkedMetadata(opened, from, to);
    await parquetRead({
      ...{ file, metadata, rowStart: from, rowEnd: to, ...rawValues },
      onChunk(chunk) {
        // hyparquet listens to no error of this.
        try {
          if (!failed) take(chunk);
        } catch (cause) {
          failed = { cause };
        }
      },
    });
    if (failed) throw failed.cause;
    for (const { name, of } of columns) {
      const rows = read.get(of) ?? 0;
      if (rows !== to - from) throw new Error(`column ${quote(name)} has ${rows} of ${to - from} rows`);
    }
  } catch (cause) {
    throw unreadable(source, cause);
  }
  return tableOfTyped(source, columns, writers, to - from, from + 1);
}

/** A file of which parts are read (Node only). @throws ChainruleError FILE_NOT_FOUND */
async function fileOf(path: string, source: string): Promise<AsyncBuffer> {
  const { open: openFile } = node("node:fs/promises");
  let byteLength: number;
  try {
    const handle = await openFile(path);
    byteLength = (await handle.stat()).size;
    await handle.close();
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `${source} cannot be read (${code}). Check the path.`,
      { source },
      { cause },
    );
  }
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const handle = await openFile(path);
      try {
        const bytes = new Uint8Array(Math.min(end, byteLength) - start);
        await handle.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      } finally {
        await handle.close();
      }
    },
  };
}
