// Pages of a Parquet file before they are decoded: their sizes, checksums and counts, and what is in them.
import type { AsyncBuffer, ColumnMetaData, Compressors, FileMetaData, RowGroup } from "hyparquet";
import { crc32 } from "../../ir/crc32.ts";
import { quote } from "../wording.ts";
import { ByteReader, checkRuns, checkValues, type Physical } from "./parquet-encodings.ts";

/** A column as its pages have it. */
interface Column extends Physical {
  readonly name: string;
  /** Largest levels of repetition and of definition. */
  readonly repetition: number;
  readonly definition: number;
  /** Not nested: a value, or none, for each row. */
  readonly isFlat: boolean;
}

/** Parquet's numbers of kinds of pages. */
const pages = { data: 0, dictionary: 2, dataV2: 3 } as const;

interface Page {
  readonly type: number;
  /** Where its content begins among the bytes of the chunk. */
  readonly at: number;
  readonly compressed: number;
  readonly uncompressed: number;
  readonly crc: number | undefined;
  readonly values: number;
  readonly encoding: number;
  /** Of the newer kind of data pages: bytes of its levels, which are never compressed, and values that are there. */
  readonly v2?: {
    readonly repetition: number;
    readonly definition: number;
    readonly nulls: number;
    readonly isCompressed: boolean;
  };
}

/** Values of one page: those of usual ones are thousands. */
const mostValues = 2 ** 26;
/** Bytes that pages may take decompressed, however few they are in the file. */
const mostBytes = 2 ** 28;
const ratio = 1024;

/**
 * The row group, of which all pages are found to be sound: their checksums hold where they have some, they lie in the file and hold as many
 * values as is said, and no run or block in them claims more than there is. What is compressed is checked when it is decompressed, by
 * the `compressors` of its chunks, which hyparquet takes in place of others.
 *
 * @throws Error that names column and row group
 */
export async function checkedGroup(
  file: AsyncBuffer,
  { schema, row_groups: groups }: FileMetaData,
  index: number,
  compressors: Compressors,
): Promise<RowGroup> {
  const group = groups[index]!;
  const rows = Number(group.num_rows);
  const columns: RowGroup["columns"] = [];
  for (const chunk of group.columns) {
    const meta = chunk.meta_data;
    if (meta === undefined) throw new Error(`a column of row group ${index + 1} is not described`);
    const column = columnOf(schema, meta);
    const inPlace = (error: unknown): Error =>
      new Error(
        `a page of column ${quote(column.name)} in row group ${index + 1} is damaged: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    try {
      const found = await pagesOf(file, meta, column, rows);
      columns.push({ ...chunk, meta_data: withChecks(meta, column, found, compressors, inPlace) });
    } catch (error) {
      throw inPlace(error);
    }
  }
  return { ...group, columns };
}

/** Throws an Error where the row groups are not those of a file of that size and that many rows. */
export function checkGroups({ num_rows: rows, row_groups: groups }: FileMetaData, byteLength: number): void {
  let bytes = 0n;
  let sum = 0n;
  for (const group of groups) {
    if (group.num_rows < 0n) throw new Error(`a row group has ${group.num_rows} rows`);
    sum += group.num_rows;
    for (const { meta_data: meta } of group.columns) bytes += meta?.total_compressed_size ?? 0n;
  }
  if (sum !== rows) throw new Error(`it has ${sum} rows in its row groups, and says that there are ${rows}`);
  if (bytes > BigInt(byteLength)) throw new Error(`its columns take ${bytes} bytes of ${byteLength}`);
}

function columnOf(schema: FileMetaData["schema"], { path_in_schema: path, type }: ColumnMetaData): Column {
  // The schema lists the tree depth first: a name's place is found by passing over the branches before it.
  let at = 0;
  let repetition = 0;
  let definition = 0;
  for (const name of path) {
    let children = schema[at]?.num_children ?? 0;
    at++;
    while (children > 0 && schema[at]?.name !== name) {
      let open = 1;
      while (open > 0 && at < schema.length) open += (schema[at++]!.num_children ?? 0) - 1;
      children--;
    }
    const element = schema[at];
    if (children <= 0 || element === undefined) throw new Error(`there is no column ${quote(path.join("."))}`);
    if (element.repetition_type === "REPEATED") repetition++;
    if (element.repetition_type !== "REQUIRED") definition++;
  }
  const { type_length: length = 0, num_children: inner } = schema[at]!;
  if (inner) throw new Error(`${quote(path.join("."))} is no column`);
  return { name: path.join("."), type, length, repetition, definition, isFlat: path.length === 1 && repetition === 0 };
}

/** Where the content of every page lies in the file. @throws Error for pages that are not sound */
export async function pagesIn(
  file: AsyncBuffer,
  { schema, row_groups: groups }: FileMetaData,
): Promise<{ readonly at: number; readonly compressed: number }[]> {
  const all: { readonly at: number; readonly compressed: number }[] = [];
  for (const { num_rows: rows, columns } of groups)
    for (const { meta_data: meta } of columns) {
      const { pages: found, start } = await pagesOf(file, meta!, columnOf(schema, meta!), Number(rows));
      for (const { at, compressed } of found) all.push({ at: start + at, compressed });
    }
  return all;
}

async function pagesOf(file: AsyncBuffer, meta: ColumnMetaData, column: Column, rows: number): Promise<Found> {
  const { data_page_offset: data, dictionary_page_offset: dictionary, total_compressed_size: size } = meta;
  const start = Number(dictionary || data);
  const wanted = Number(meta.num_values);
  if (start < 0 || size < 0n || start + Number(size) > file.byteLength) throw new Error("it lies outside of the file");
  if (column.isFlat && wanted !== rows) throw new Error(`there are ${wanted} values for ${rows} rows`);
  const bytes = new Uint8Array(await file.slice(start, start + Number(size)));
  const all: Page[] = [];
  let values = 0;
  let uncompressed = 0;
  // hyparquet reads on where a single byte would be left.
  for (let at = 0; at < bytes.length - 1 && !(column.isFlat && values >= wanted); ) {
    const page = pageAt(bytes, at);
    at = page.at + page.compressed;
    if (page.type !== pages.dictionary) values += page.values;
    uncompressed += page.uncompressed;
    all.push(page);
  }
  if (values !== wanted) throw new Error(`there are ${values} values in its pages, and ${wanted} are said to be there`);
  if (uncompressed > Math.max(mostBytes, ratio * bytes.length))
    throw new Error(`its ${bytes.length} bytes would become ${uncompressed}`);
  for (const page of all)
    if (!isPacked(page, meta)) checkContent(bytes.subarray(page.at, page.at + page.compressed), page, column);
  return { pages: all, bytes, start };
}

interface Found {
  readonly pages: readonly Page[];
  readonly bytes: Uint8Array;
  /** Of the chunk in the file. */
  readonly start: number;
}

const isPacked = ({ v2 }: Page, { codec }: ColumnMetaData): boolean =>
  codec !== "UNCOMPRESSED" && v2?.isCompressed !== false;

/** The chunk with decompressors that check what comes out. They find a page by where its bytes begin in the chunk. */
function withChecks(
  meta: ColumnMetaData,
  column: Column,
  { pages: all, bytes }: Found,
  compressors: Compressors,
  inPlace: (error: unknown) => Error,
): ColumnMetaData {
  const { codec } = meta;
  const decompress = compressors[codec];
  if (codec === "UNCOMPRESSED" || decompress === undefined) return meta;
  const byStart = new Map<number, Page>();
  for (const page of all) {
    const levels = page.v2 ? page.v2.repetition + page.v2.definition : 0;
    if (!isPacked(page, meta)) continue;
    byStart.set(page.at + levels, page);
    try {
      if (page.v2) checkLevelsV2(bytes.subarray(page.at, page.at + levels), page, column);
    } catch (error) {
      throw inPlace(error);
    }
  }
  const checked = {
    ...meta,
    compressors: {
      [codec](input: Uint8Array, length: number): Uint8Array {
        const page = byStart.get(input.byteOffset);
        if (page === undefined) throw new Error(`a page of column ${quote(column.name)} is not where it was`);
        const content = decompress(input, length);
        try {
          if (page.v2) checkValues(new ByteReader(content), page.encoding, column, page.values - page.v2.nulls);
          else checkContent(content, page, column);
        } catch (error) {
          throw inPlace(error);
        }
        return content;
      },
    },
  };
  return checked;
}

/** Levels and values of a page, decompressed. */
function checkContent(content: Uint8Array, page: Page, column: Column): void {
  const { type, values, encoding, v2 } = page;
  if (type === pages.dictionary) {
    checkValues(new ByteReader(content), 0, column, values);
    return;
  }
  if (v2) {
    const levels = v2.repetition + v2.definition;
    checkLevelsV2(content.subarray(0, levels), page, column);
    checkValues(new ByteReader(content, levels), encoding, column, values - v2.nulls);
    return;
  }
  const reader = new ByteReader(content);
  const levels = (most: number): number => {
    if (most === 0) return values;
    const length = reader.uint32();
    const inside = new ByteReader(content, reader.at, reader.at + length);
    reader.skip(length);
    return checkRuns(inside, widthOf(most), values, most);
  };
  levels(column.repetition);
  checkValues(reader, encoding, column, levels(column.definition));
}

function checkLevelsV2(levels: Uint8Array, { v2, values }: Page, column: Column): void {
  const { repetition, nulls } = v2!;
  if (column.repetition > 0) checkRuns(new ByteReader(levels, 0, repetition), widthOf(column.repetition), values);
  if (column.definition === 0) return;
  const present = checkRuns(new ByteReader(levels, repetition), widthOf(column.definition), values, column.definition);
  if (present !== values - nulls)
    throw new Error(`it has ${present} of ${values} values, and says that ${nulls} are missing`);
}

const widthOf = (most: number): number => 32 - Math.clz32(most);

/** Thrift's compact protocol, of which page headers need numbers and structs alone. */
type Struct = Map<number, number | boolean | Struct>;

function structAt(reader: ByteReader, depth = 0): Struct {
  const fields: Struct = new Map();
  if (depth > 8) throw new Error("its header is nested too deep");
  for (let id = 0; ; ) {
    const byte = reader.byte();
    const type = byte % 16;
    if (type === 0) return fields;
    id = byte < 16 ? reader.zigzag() : id + (byte >> 4);
    if (type === 1 || type === 2) fields.set(id, type === 1);
    else if (type === 3) fields.set(id, reader.byte());
    else if (type <= 6) fields.set(id, reader.zigzag());
    else if (type === 7) reader.skip(8);
    else if (type === 8) reader.skip(reader.varint());
    else if (type === 12) fields.set(id, structAt(reader, depth + 1));
    else throw new Error(`its header has a field of type ${type}`);
  }
}

/** The page whose header begins there. */
function pageAt(bytes: Uint8Array, from: number): Page {
  const reader = new ByteReader(bytes, from);
  const header = structAt(reader);
  const number = (fields: Struct, id: number, what: string): number => {
    const value = fields.get(id);
    if (typeof value !== "number" || value < 0) throw new Error(`its header says no ${what}`);
    return value;
  };
  const type = header.get(1);
  const part = header.get(type === pages.data ? 5 : type === pages.dictionary ? 7 : 8);
  if (!(part instanceof Map) || (type !== pages.data && type !== pages.dictionary && type !== pages.dataV2))
    throw new Error("its header is of no kind of page");
  const crc = header.get(4);
  const isV2 = type === pages.dataV2;
  const page: Page = {
    type,
    at: reader.at,
    uncompressed: number(header, 2, "size"),
    compressed: number(header, 3, "size"),
    crc: typeof crc === "number" ? crc : undefined,
    values: number(part, 1, "number of values"),
    encoding: number(part, isV2 ? 4 : 2, "encoding"),
    ...(isV2 && {
      v2: {
        definition: number(part, 5, "length of levels"),
        repetition: number(part, 6, "length of levels"),
        nulls: number(part, 2, "number of nulls"),
        isCompressed: part.get(7) !== false,
      },
    }),
  };
  const { v2, compressed } = page;
  if (compressed > bytes.length - page.at) throw new Error("it is longer than its column");
  if (
    v2 &&
    (v2.definition + v2.repetition > compressed ||
      v2.nulls > page.values ||
      number(part, 3, "number of rows") > page.values)
  )
    throw new Error("its header contradicts itself");
  if (page.values > mostValues) throw new Error(`it is said to hold ${page.values} values`);
  // CRC-32 over the page as it is in the file, without its header.
  if (page.crc !== undefined && crc32(bytes.subarray(page.at, page.at + compressed)) !== page.crc >>> 0)
    throw new Error("its checksum does not hold");
  return page;
}
