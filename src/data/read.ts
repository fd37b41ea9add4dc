// A file, or its bytes, → table: the format comes from the name's ending, otherwise from the content.
import { ChainruleError } from "../ir/errors.ts";
import { node } from "../ir/node.ts";
import { contentOf, unknownFormat } from "./formats/content.ts";
import { decompressed } from "./formats/decompress.ts";
import type { ReadOptions, TextOptions } from "./formats/format.ts";
import { formatOfContent, formatOfName, readable } from "./formats/index.ts";
import { hasRowForNames, joinTables } from "./join.ts";
import type { Table } from "./table.ts";

/**
 * Reads a table from a file, or from several as `joinTables` puts them together (Node only). Formats: .csv, .tsv, .txt, .dat, .json,
 * .ndjson, .jsonl, .parquet, .pq, each also compressed (.gz, .zst); with any other ending the content decides.
 *
 * @throws ChainruleError FILE_NOT_FOUND, UNKNOWN_FORMAT, EMPTY_DATA, MALFORMED_DATA, RAGGED_ROW, OUT_OF_MEMORY
 * @example
 * const table = await readTable("penguins.csv");
 * const years = await readTable(["2023.csv", "2024.parquet"]);
 */
export async function readTable(path: string | readonly string[], options: ReadOptions = {}): Promise<Table> {
  if (typeof path === "string") return readFile(path, options);
  const tables: Table[] = [];
  for (const one of path) tables.push(await readPiece(tables[0], options, (said) => readFile(one, said)));
  return joinTables(tables);
}

/** Reads a further file as one that may go on where the first ends: what looks like its header may be a row. */
export async function readPiece<O extends TextOptions>(
  first: Table | undefined,
  options: O,
  read: (options: O) => Promise<Table>,
): Promise<Table> {
  const table = await read(options);
  const isRow = first !== undefined && options.header === undefined && hasRowForNames(table, first);
  return isRow ? read({ ...options, header: false }) : table;
}

async function readFile(path: string, { names, ...options }: ReadOptions): Promise<Table> {
  const source = names?.get(path) ?? path;
  const files = node("node:fs/promises");
  let content: Uint8Array;
  try {
    content = await files.readFile(path);
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    if (code === "ERR_FS_FILE_TOO_LARGE")
      throw new ChainruleError(
        "OUT_OF_MEMORY",
        `${source} is too large to be read whole (over 2 GB). CSV, Parquet and JSON with one object a line are read in blocks by openTable, and by the commands; or cut it into smaller files.`,
        { source },
        { cause },
      );
    const problem =
      code === "ENOENT"
        ? "does not exist. Check the path and the folder you are in."
        : code === "EISDIR"
          ? "is a folder. Name the file inside it."
          : `cannot be read (${code ?? (cause as Error).message}). Check its permissions.`;
    throw new ChainruleError("FILE_NOT_FOUND", `${source} ${problem}`, { source }, { cause });
  }
  return parseTable(content, { ...options, source });
}

/**
 * Reads a table from the bytes of a file, e.g. one dropped on a page. `source` is the file's name.
 *
 * @throws ChainruleError UNKNOWN_FORMAT, EMPTY_DATA, MALFORMED_DATA, RAGGED_ROW, OUT_OF_MEMORY
 * @example
 * const table = await parseTable(new Uint8Array(await file.arrayBuffer()), { source: file.name });
 */
export async function parseTable(
  content: Uint8Array,
  { source, ...options }: TextOptions & { readonly source: string },
): Promise<Table> {
  const { bytes, name } = await decompressed(content, source);
  const named = formatOfName(name);
  const read = contentOf(bytes, source, named !== undefined, options);
  const format = named ?? formatOfContent(read);
  if (format !== undefined) {
    const table = await format.read(read);
    return { ...table, notes: [...read.notes, ...table.notes] };
  }
  throw unknownFormat(
    source,
    `${source} is in no known format: no comma, semicolon, tab, pipe or blank parts its lines. ${readable}; name the file .csv if it is CSV with one column.`,
  );
}
