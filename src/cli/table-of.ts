// The table in files: whole, or its head where they are read in blocks; and what run.json says of where it is from.
import { basename, extname } from "node:path";
import type { ReadOptions, TextOptions } from "../data/formats/format.ts";
import { formatOfName } from "../data/formats/index.ts";
import type { Table, TableStream } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { DataFiles, DataOrigin } from "../runs/index.ts";
import type { GivenData } from "./data-argument.ts";
import { filesOf, firstPassing, isPassing, stdinName } from "./files.ts";
import { blocksOfOnce, largeFiles } from "./large-files.ts";
import type { Streams } from "./output.ts";
import { type PassingBytes, readPassing, spool } from "./spool.ts";

export interface GivenTable {
  readonly table: Table;
  readonly stream?: TableStream;
  /** Its files, or its query, with hashes. */
  origin(): Promise<DataOrigin>;
}

/** Of files, patterns, or "-" for standard input; several are one table, one after the other. Or of a query. */
export async function tableOf(
  data: GivenData,
  { delimiter, header, stream }: TextOptions & { readonly stream?: true },
  streams: Streams,
): Promise<GivenTable> {
  const { openTable } = await import("./engine.ts");
  const files = await filesOf(data.files);
  const options = { delimiter, header };
  const passing = stream && (await firstPassing(files));
  if (stream && (data.sql !== undefined || passing !== undefined)) {
    const what = data.sql !== undefined ? "A query" : passing === stdinName ? "Standard input" : passing;
    throw new ChainruleError(
      "USAGE",
      `${what} cannot be read in blocks (--stream): its rows are needed more than once. Save them in a file.`,
    );
  }
  const isLarge = stream ?? (await areLarge(files, largeFiles.training));
  if (!isLarge) return wholeTable({ ...data, files }, options, streams);
  const opened = await openTable(files, options).catch((error: unknown) => {
    const isWhole = error instanceof ChainruleError && error.code === "UNKNOWN_FORMAT" && stream === undefined;
    if (isWhole) return undefined;
    throw error;
  });
  if (opened === undefined) return wholeTable({ ...data, files }, options, streams);
  return { table: opened.head, stream: opened, origin: () => originOf(files) };
}

/** Rows that are needed once. */
export interface GivenRows {
  /** The first ones, or all. */
  readonly head: Table;
  /** So many files they are in. */
  readonly files: number;
  /** Of all blocks, in their order. */
  columns(): Promise<readonly string[]>;
  blocks(): AsyncIterable<Table>;
}

/** Where files are large in blocks, so that memory holds rows of any number; otherwise whole, so that all of them are looked at before the first one. */
export async function rowsIn(data: GivenData, options: TextOptions, streams: Streams): Promise<GivenRows> {
  const passed = new Map<string, PassingBytes>();
  const files: string[] = [];
  /** How messages name files that others were put into. */
  const names = new Map<string, string>();
  for (const file of await filesOf(data.files)) {
    const came = (await isPassing(file)) ? await spool(file, streams, largeFiles.once) : { path: file };
    files.push("path" in came ? came.path : file);
    if ("bytes" in came) passed.set(file, came);
    else if (came.path !== file) names.set(came.path, file === stdinName ? "standard input" : file);
  }
  const named = { ...options, names };
  const stream = (await areLarge(files, largeFiles.once)) ? await openLarge(files, named) : undefined;
  const head = stream?.head ?? (await wholeTable({ ...data, files }, named, streams, passed)).table;
  async function* blocks(): AsyncGenerator<Table> {
    yield head;
    if (stream !== undefined) yield* stream.rest();
  }
  return {
    head,
    files: files.length,
    blocks,
    async columns() {
      const names = new Set(head.columns.map(({ name }) => name));
      if (stream?.grows) for await (const { columns } of stream.rest()) for (const { name } of columns) names.add(name);
      return [...names];
    },
  };
}

/** undefined for files that cannot be read in blocks: JSON of one value, text that is not UTF-8, files whose columns differ. */
async function openLarge(files: readonly string[], options: ReadOptions): Promise<TableStream | undefined> {
  const { isUtf8File, openTable } = await import("./engine.ts");
  for (const file of files) {
    const isText = formatOfName(file)?.magic === undefined;
    if (isText && !(await isUtf8File(file))) return undefined;
  }
  return openTable(files, { ...options, ...blocksOfOnce }).catch((error: unknown) => {
    if (!(error instanceof ChainruleError)) throw error;
    const isWhole = error.code === "UNKNOWN_FORMAT" || (error.code === "MALFORMED_DATA" && files.length > 1);
    if (isWhole) return undefined;
    throw error;
  });
}

export async function wholeTable(
  { files: names, sql }: GivenData,
  options: ReadOptions,
  streams: Streams,
  passed = new Map<string, PassingBytes>(),
): Promise<GivenTable> {
  const { joinTables, parseTable, queryTable, readPiece, readTable, sha256Table } = await import("./engine.ts");
  if (sql !== undefined) {
    const table = await queryTable(sql);
    return { table, origin: async () => ({ sql, sha256: sha256Table(table) }) };
  }
  const files = await filesOf(names);
  const tables: Table[] = [];
  for (const file of files) {
    if (!passed.has(file) && (await isPassing(file))) passed.set(file, await readPassing(file, streams));
    const source = file === stdinName ? "standard input" : file;
    const bytes = passed.get(file)?.bytes;
    const read = (said: ReadOptions) => (bytes ? parseTable(bytes, { ...said, source }) : readTable(file, said));
    tables.push(await readPiece(tables[0], options, read));
  }
  return { table: joinTables(tables), origin: () => originOf(files, passed) };
}

/** `passed`: what came in by those that can be read but once. */
export async function originOf(
  files: readonly string[],
  passed: ReadonlyMap<string, PassingBytes> = new Map(),
): Promise<DataFiles> {
  const { sha256File } = await import("./engine.ts");
  const [first, ...further] = await Promise.all(
    files.map(async (file) => ({ file, sha256: passed.get(file)?.sha256 ?? (await sha256File(file)) })),
  );
  return { ...first!, ...(further.length > 0 && { further }) };
}

/** For the folder of a run. */
export const nameOf = (origin: DataOrigin): string =>
  "program" in origin
    ? origin.program
    : "sql" in origin
      ? "sql"
      : origin.file === stdinName
        ? "stdin"
        : basename(origin.file, extname(origin.file));

async function areLarge(files: readonly string[], large: number): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  if (files.length === 0 || files.some((file) => formatOfName(file)?.open === undefined)) return false;
  try {
    const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
    return sizes.reduce((sum, size) => sum + size, 0) > large;
  } catch {
    // What is wrong with a file is said by whoever reads it.
    return false;
  }
}
