// A table larger than memory: its first rows, and the rest in blocks, from the formats that can be read so (Node only).
import { ChainruleError } from "../ir/errors.ts";
import type { TableStream, TextOptions } from "./formats/format.ts";
import { fileFormats, formatOfName } from "./formats/index.ts";
import { enumeration } from "./wording.ts";

export type { TableStream } from "./formats/format.ts";

/**
 * Opens a CSV, TSV or Parquet file to be read block by block.
 *
 * @throws ChainruleError UNKNOWN_FORMAT for other formats, and what readTable throws
 * @example
 * const { head, rest } = await openTable("flights.parquet");
 * for await (const block of rest()) console.log(block.rows);
 */
export async function openTable(
  path: string,
  { blockRows = 65_536, ...options }: TextOptions & { readonly blockRows?: number } = {},
): Promise<TableStream> {
  const format = formatOfName(path);
  if (format?.open !== undefined) return format.open(path, blockRows, options);
  const able = fileFormats.filter(({ open }) => open !== undefined).map(({ name }) => name);
  throw new ChainruleError(
    "UNKNOWN_FORMAT",
    `${path} cannot be read in blocks: ${enumeration(able, "and")} can. Convert it, or read it whole.`,
    { source: path },
  );
}
