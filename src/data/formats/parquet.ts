// Parquet, whole or in parts, with hyparquet.
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import { toCell } from "../rows.ts";
import { type Cell, makeTable, type Table } from "../table.ts";
import { quote } from "../wording.ts";
import type { FileFormat } from "./format.ts";

export const parquet: FileFormat = {
  name: "Parquet",
  endings: ["parquet", "pq"],
  magic: "PAR1",
  read: (content) => parseParquet(new Uint8Array(content.bytes).buffer, content),
  async open(path, blockRows) {
    const { rows, read } = await readParquetRows(path);
    return {
      head: await read(0, Math.min(rows, blockRows)),
      rows,
      async *rest() {
        for (let from = blockRows; from < rows; from += blockRows) yield read(from, Math.min(rows, from + blockRows));
      },
    };
  },
};

/**
 * Reads a Parquet file, any of the usual compressions. 64-bit integers become numbers, dates and timestamps ISO text,
 * nested values JSON text, nulls missing cells.
 *
 * @throws ChainruleError MALFORMED_DATA (not Parquet, damaged, or two columns of one name), EMPTY_DATA (no rows)
 * @example
 * const table = await parseParquet(await file.arrayBuffer(), { source: file.name });
 */
export async function parseParquet(buffer: ArrayBuffer, options: { source: string }): Promise<Table> {
  const { source } = options;
  const [{ parquetMetadataAsync, parquetRead }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const columns = new Map<string, Cell[]>();
  let rows = 0;
  try {
    const metadata = await parquetMetadataAsync(buffer);
    rows = Number(metadata.num_rows);
    for (const name of topLevelNames(metadata.schema)) {
      if (columns.has(name)) throw new Error(`two columns are named ${quote(name)}`);
      columns.set(name, []);
    }
    await parquetRead({
      file: buffer,
      metadata,
      compressors,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const cells = columns.get(columnName)!;
        for (let i = 0; i < columnData.length; i++) cells[rowStart + i] = toCell(columnData[i]);
      },
    });
    for (const [name, cells] of columns) {
      if (cells.length !== rows) throw new Error(`column ${quote(name)} has ${cells.length} of ${rows} rows`);
    }
  } catch (cause) {
    throw new ChainruleError(
      "MALFORMED_DATA",
      `${source} cannot be read as Parquet: ${(cause as Error).message}. Is it complete? Write it again, or convert it to CSV.`,
      { source },
      { cause },
    );
  }
  const rowNumbers = Int32Array.from({ length: rows }, (_, r) => r + 1);
  return makeTable(source, [...columns.keys()], [...columns.values()], rowNumbers);
}

/** A Parquet file of which rows [from, to) are read at a time (Node only). @throws as parseParquet, and FILE_NOT_FOUND */
async function readParquetRows(
  path: string,
): Promise<{ readonly rows: number; read(from: number, to: number): Promise<Table> }> {
  const [{ parquetMetadataAsync, parquetRead }, { compressors }, { open }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
    node("node:fs/promises"),
  ]);
  const unreadable = (cause: unknown): ChainruleError =>
    new ChainruleError(
      "MALFORMED_DATA",
      `${path} cannot be read as Parquet: ${(cause as Error).message}. Is it complete? Write it again, or convert it to CSV.`,
      { source: path },
      { cause },
    );
  const slice = async (start: number, end: number): Promise<ArrayBuffer> => {
    const handle = await open(path);
    try {
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    } finally {
      await handle.close();
    }
  };
  let byteLength: number;
  try {
    const handle = await open(path);
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
  const file = { byteLength, slice: (start: number, end = byteLength) => slice(start, Math.min(end, byteLength)) };
  try {
    const metadata = await parquetMetadataAsync(file);
    const names = topLevelNames(metadata.schema);
    const rows = Number(metadata.num_rows);
    return {
      rows,
      async read(from, to) {
        const columns = new Map(names.map((name) => [name, new Array<Cell>(to - from)]));
        try {
          await parquetRead({
            ...{ file, metadata, compressors, rowStart: from, rowEnd: to },
            onChunk: ({ columnName, columnData, rowStart }) => {
              const cells = columns.get(columnName)!;
              for (let i = 0; i < columnData.length; i++) {
                const row = rowStart + i - from;
                if (row >= 0 && row < cells.length) cells[row] = toCell(columnData[i]);
              }
            },
          });
        } catch (cause) {
          throw unreadable(cause);
        }
        const rowNumbers = Int32Array.from({ length: to - from }, (_, r) => from + r + 1);
        return makeTable(path, names, [...columns.values()], rowNumbers);
      },
    };
  } catch (cause) {
    throw cause instanceof ChainruleError ? cause : unreadable(cause);
  }
}

/** Names of the columns in a Parquet schema, which lists its tree depth first, the root at 0. */
function topLevelNames(schema: readonly { name: string; num_children?: number }[]): string[] {
  const names: string[] = [];
  /** Elements that the last name still has below it. */
  let below = 0;
  for (const { name, num_children } of schema.slice(1)) {
    if (below === 0) names.push(name);
    else below--;
    below += num_children ?? 0;
  }
  return names;
}
