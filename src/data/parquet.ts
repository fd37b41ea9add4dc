// Parquet bytes → table, with hyparquet.
import { ChainruleError } from "../ir/errors.ts";
import { toCell } from "./json.ts";
import { type Cell, makeTable, type Table } from "./table.ts";
import { quote } from "./wording.ts";

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

/** Names of the columns in a Parquet schema, which lists its tree depth first, the root at 0. */
function topLevelNames(schema: readonly { name: string; num_children?: number }[]): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at++]?.num_children ?? 0;
    for (let i = 0; i < children; i++) skip();
  };
  while (at < schema.length) {
    names.push(schema[at]!.name);
    skip();
  }
  return names;
}
