// A table larger than memory: its first rows, and the rest in blocks, from the formats that can be read so (Node only).
import { ChainruleError } from "../ir/errors.ts";
import type { BlockSize, OpenFileOptions, ReadOptions, TableStream } from "./formats/format.ts";
import { fileFormats, formatOfName } from "./formats/index.ts";
import { hasRowForNames, matchColumns, sourceOf } from "./join.ts";
import type { Table } from "./table.ts";
import { count, enumeration, quoteList } from "./wording.ts";

export type { TableStream } from "./formats/format.ts";

export interface OpenOptions extends ReadOptions {
  /** Most rows of a block. Default 65,536. */
  readonly blockRows?: number | undefined;
  /** Most bytes of a block's text, or about those of its values, but for its last row. Default 8 MiB. */
  readonly blockBytes?: number | undefined;
}

/**
 * Opens a file of CSV, TSV, JSON lines or Parquet to be read block by block; or several, one after the other, all with the same columns.
 *
 * @throws ChainruleError UNKNOWN_FORMAT for other formats, MALFORMED_DATA where columns of one file are lacking in another, and
 *   what readTable throws
 * @example
 * const { head, rest } = await openTable("flights.parquet");
 * for await (const block of rest()) console.log(block.rows);
 */
export async function openTable(
  path: string | readonly string[],
  { blockRows = 65_536, blockBytes = 2 ** 23, names, ...options }: OpenOptions = {},
): Promise<TableStream> {
  const size = { rows: blockRows, bytes: blockBytes };
  const [first, ...others] = typeof path === "string" ? [path] : path;
  if (first === undefined) throw new ChainruleError("EMPTY_DATA", "There must be at least one file to open.");
  const sourceAt = (path: string): string => names?.get(path) ?? path;
  const open = (path: string, header = options.header): Promise<TableStream> =>
    openFile(path, size, { ...options, header, source: sourceAt(path) });
  const opened = await open(first);
  if (others.length === 0) return opened;
  const { head } = opened;
  const openPiece = async (path: string): Promise<TableStream> => {
    const stream = await open(path);
    const isRow = options.header === undefined && hasRowForNames(stream.head, head);
    return isRow ? open(path, false) : stream;
  };
  // Each is looked into now, so that what does not fit is said before a training goes on for hours.
  let { rows } = opened;
  for (const other of others) {
    const stream = await openPiece(other);
    sameColumns(stream.head, head);
    rows += stream.rows;
  }
  return {
    head: {
      ...head,
      source: sourceOf([first, ...others].map(sourceAt)),
      parts: [{ source: sourceAt(first), rows: head.rows, before: 0 }],
    },
    rows,
    grows: true,
    async *rest() {
      yield* opened.rest();
      for (const other of others) {
        const stream = await openPiece(other);
        yield sameColumns(stream.head, head);
        for await (const block of stream.rest()) yield sameColumns(block, head);
      }
    },
  };
}

async function openFile(path: string, size: BlockSize, options: OpenFileOptions): Promise<TableStream> {
  const format = formatOfName(path);
  if (format?.open !== undefined) return format.open(path, size, options);
  const able = fileFormats.filter(({ open }) => open !== undefined).map(({ name }) => name);
  throw new ChainruleError(
    "UNKNOWN_FORMAT",
    `${options.source} cannot be read in blocks: ${enumeration(able, "and")} can. Convert it, or read it whole.`,
    { source: options.source },
  );
}

/** The columns of a block under the names of the first file's, all of which it must have. */
function sameColumns(table: Table, head: Table): Table {
  const matched = matchColumns(table, head);
  const names = new Set(matched.columns.map(({ name }) => name));
  const lacking = head.columns.map(({ name }) => name).filter((name) => !names.has(name));
  if (lacking.length === 0) return matched;
  throw new ChainruleError(
    "MALFORMED_DATA",
    `${table.source} lacks ${count(lacking.length, "column")} that ${head.source} has: ${quoteList(lacking, 10)}. Files that are read in blocks must have the same columns: add what is missing, or leave the file out.`,
    { source: table.source, missing: lacking },
  );
}
