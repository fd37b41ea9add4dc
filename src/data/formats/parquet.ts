// Parquet, whole or in parts, with hyparquet.
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import { CellsWriter } from "../column-cells.ts";
import { remarksOnNested } from "../nested.ts";
import { makeTable, sliceTable, type Table } from "../table.ts";
import { quote } from "../wording.ts";
import type { BlockSize, FileFormat } from "./format.ts";
import { columnsOf, type ParquetColumn, rawValues } from "./parquet-values.ts";

export const parquet: FileFormat = {
  name: "Parquet",
  endings: ["parquet", "pq"],
  magic: "PAR1",
  read: (content) => parseParquet(new Uint8Array(content.bytes).buffer, content),
  async open(path, size) {
    const opened = await open(await fileOf(path), path);
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
  return readRows(opened, 0, opened.rows);
}

interface Opened {
  readonly source: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rows: number;
  readonly columns: readonly ParquetColumn[];
}

const unreadable = (source: string, cause: unknown): ChainruleError =>
  new ChainruleError(
    "MALFORMED_DATA",
    `${source} cannot be read as Parquet: ${(cause as Error).message}. Is it complete? Write it again, or convert it to CSV.`,
    { source },
    { cause },
  );

async function open(file: AsyncBuffer, source: string): Promise<Opened> {
  const { parquetMetadataAsync } = await import("hyparquet");
  try {
    const metadata = await parquetMetadataAsync(file, rawValues);
    const columns = columnsOf(metadata);
    const names = new Set<string>();
    for (const { name } of columns) {
      if (names.has(name)) throw new Error(`two columns are named ${quote(name)}`);
      names.add(name);
    }
    return { source, file, metadata, rows: Number(metadata.num_rows), columns };
  } catch (cause) {
    throw unreadable(source, cause);
  }
}

/** Rows [from, to). */
async function readRows({ source, file, metadata, columns }: Opened, from: number, to: number): Promise<Table> {
  const [{ parquetRead }, { compressors }] = await Promise.all([import("hyparquet"), import("hyparquet-compressors")]);
  const writers = columns.map(() => new CellsWriter());
  const readers = new Map<string, number[]>();
  for (const [c, { of }] of columns.entries()) readers.set(of, [...(readers.get(of) ?? []), c]);
  const read = new Map<string, number>();
  try {
    await parquetRead({
      ...{ file, metadata, compressors, rowStart: from, rowEnd: to, ...rawValues },
      onChunk({ columnName, columnData, rowStart }) {
        const [first, last] = [Math.max(from, rowStart), Math.min(to, rowStart + columnData.length)];
        read.set(columnName, (read.get(columnName) ?? 0) + Math.max(0, last - first));
        for (const c of readers.get(columnName) ?? []) {
          const { cell } = columns[c]!;
          const into = writers[c]!;
          for (let row = first; row < last; row++) into.write(row - from, cell(columnData[row - rowStart]));
        }
      },
    });
    for (const { name, of } of columns) {
      const rows = read.get(of) ?? 0;
      if (rows !== to - from) throw new Error(`column ${quote(name)} has ${rows} of ${to - from} rows`);
    }
  } catch (cause) {
    throw unreadable(source, cause);
  }
  const rowNumbers = Int32Array.from({ length: to - from }, (_, r) => from + r + 1);
  const names = columns.map(({ name }) => name);
  const cells = writers.map((writer) => writer.take(to - from));
  const table = makeTable(source, names, cells, rowNumbers, { notes: remarksOnNested(source, columns) });
  return { ...table, columns: table.columns.map((column, c) => ({ ...column, ...declared(columns[c]!) })) };
}

const declared = ({ declared: type }: ParquetColumn) => (type === undefined ? {} : { declared: type });

/** A file of which parts are read (Node only). @throws ChainruleError FILE_NOT_FOUND */
async function fileOf(path: string): Promise<AsyncBuffer> {
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
      `${path} cannot be read (${code}). Check the path.`,
      { source: path },
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
