// What a file format is: how its files are told from others, and how they become tables.
import type { Table } from "../table.ts";
import type { Delimiter } from "./dialect.ts";

export interface FileFormat {
  /** As sentences have it: "CSV". */
  readonly name: string;
  /** Which of its files can be read, where not all can. */
  readonly variants?: string;
  /** Of files' names, in lower case and without the dot. */
  readonly endings: readonly string[];
  /** What the bytes of its files begin with, by which they are told where the file's name does not say the format. */
  readonly magic?: string;
  /** Whether a text that begins so is of this format, where neither name nor magic says so. */
  recognizes?(text: string): boolean;
  /** The whole table. Throws MALFORMED_DATA, EMPTY_DATA or RAGGED_ROW, with `source`, row and column in details. */
  read(content: Content): Promise<Table>;
  /** The table block by block, where a format can be read so (Node only). Throws as `read`, and FILE_NOT_FOUND. */
  open?(path: string, size: BlockSize, options: OpenFileOptions): Promise<TableStream>;
}

/** What the user says of a text with one row a line. */
export interface TextOptions {
  /** What parts its cells. Default: judged by its first rows. */
  readonly delimiter?: Delimiter | undefined;
  /** Whether its first row names the columns. Default: unless it looks like the rows below it. */
  readonly header?: boolean | undefined;
}

export interface ReadOptions extends TextOptions {
  /** How messages name files, by their paths. Default: as these. */
  readonly names?: ReadonlyMap<string, string> | undefined;
}

export interface OpenFileOptions extends TextOptions {
  /** How messages name the file. */
  readonly source: string;
}

/** What a file holds. */
export interface Content {
  /** The file's name. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly options: TextOptions;
  /** Remarks made while it was read. */
  readonly notes: string[];
  beginsWith(magic: string): boolean;
  /** The bytes as text, of UTF-8, UTF-16 or Windows-1252. Throws where they are none: UNKNOWN_FORMAT, MALFORMED_DATA, OUT_OF_MEMORY. */
  text(): string;
  /**
   * What `use` makes of the text in pieces of some MiB, one at least, however long it is; `use` begins again where a later piece shows that the
   * encoding is another one. Throws as `text`.
   */
  pieces<T>(use: (pieces: Iterable<string>) => T): T;
  /** The same in bytes of UTF-8, cut between characters. */
  utf8<T>(use: (pieces: Iterable<Uint8Array>) => T): T;
}

/** Most of what a block may have. */
export interface BlockSize {
  readonly rows: number;
  /** Of text, but for its last row; of Parquet about the bytes of its values. */
  readonly bytes: number;
}

export interface TableStream {
  /** The first rows. */
  readonly head: Table;
  /** Rows of the whole table; an estimate for text. */
  readonly rows: number;
  /** Whether later blocks may have further columns, behind those of the head. */
  readonly grows?: boolean;
  /** The rows after the head, in blocks of at most as many rows as were asked for. */
  rest(): AsyncIterable<Table>;
}
