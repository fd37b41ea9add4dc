// The list of file formats.
import { enumeration } from "../wording.ts";
import { csv } from "./csv.ts";
import type { Content, FileFormat } from "./format.ts";
import { json } from "./json.ts";
import { parquet } from "./parquet.ts";
import { tsv } from "./tsv.ts";

/** In the order in which sentences name them. Text is tried from the last to the first: CSV is almost any text. */
// biome-ignore format: one name a line, as in the other lists
export const fileFormats: readonly FileFormat[] = [
  csv,
  tsv,
  json,
  parquet,
];

/** By the ending of a file's name. */
export function formatOfName(source: string): FileFormat | undefined {
  const ending = /\.([^./\\]+)$/.exec(source)?.[1]?.toLowerCase() ?? "";
  return fileFormats.find(({ endings }) => endings.includes(ending));
}

const firstOf = ([first]: Iterable<string>): string => first!;

/** Throws UNKNOWN_FORMAT where the content is neither of a format that is told by its first bytes nor text. */
export const formatOfContent = (content: Content): FileFormat | undefined =>
  fileFormats.find(({ magic }) => magic !== undefined && content.beginsWith(magic)) ??
  fileFormats.findLast(({ recognizes }) => recognizes?.(content.pieces(firstOf)));

const withVariants = fileFormats.map(({ name, variants }) => (variants === undefined ? name : `${name} (${variants})`));

/** Ends what is said of a file that cannot be read. */
export const readable = `${enumeration(withVariants, "and")} can be read`;
