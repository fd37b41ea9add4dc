// Text with delimiters that is larger than memory: its first rows, and the rest in blocks (Node only).
import { ChainruleError } from "../../ir/errors.ts";
import { sliceTable, type Table } from "../table.ts";
import { parseDelimited } from "./delimited.ts";
import { type Dialect, inferDialect } from "./dialect.ts";
import type { BlockSize, OpenFileOptions, TableStream } from "./format.ts";
import { type RowEnds, sampleText, textPieces } from "./text-blocks.ts";

export async function openDelimited(
  path: string,
  size: BlockSize,
  { source, delimiter, header }: OpenFileOptions,
): Promise<TableStream> {
  const sample = await sampleText(path, source);
  const { bytes, bytesPerLine, newline } = sample;
  const dialect = inferDialect(sample.text, { delimiter, hasHeader: header });
  const pieceBytes = Math.min(size.bytes, Math.ceil(bytesPerLine * size.rows));

  async function* tables(): AsyncGenerator<Table> {
    let names: readonly string[] | undefined;
    let top = "";
    for await (const { text, line } of textPieces(path, pieceBytes, sample, new QuotedRows(dialect, newline))) {
      const after = names && { names, line };
      const table = await parseDelimited(top + text, { source, header, dialect, after }).catch(hasNoRow);
      if (table === undefined) {
        // A header goes with the first rows; later, a piece of blank lines or comments has none.
        if (names === undefined) top += text;
        continue;
      }
      top = "";
      names ??= table.columns.map(({ name }) => name);
      for (let from = 0; from < table.rows; from += size.rows) yield sliceTable(table, from, from + size.rows);
    }
    if (names === undefined) await parseDelimited(top, { source, header, dialect });
  }

  const first = await tables().next();
  if (first.done) throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs a header row and rows.`);
  return {
    head: { ...first.value, notes: [...sample.notes, ...first.value.notes] },
    rows: Math.max(first.value.rows, Math.round(bytes / bytesPerLine) - 1),
    async *rest() {
      let isHead = true;
      for await (const table of tables()) {
        if (!isHead) yield table;
        isHead = false;
      }
    },
  };
}

function hasNoRow(error: unknown): undefined {
  if (!(error instanceof ChainruleError && error.code === "EMPTY_DATA")) throw error;
}

const quote = 0x22;
const blank = 0x20;
const tab = 0x09;
const lf = 0x0a;
const cr = 0x0d;

/**
 * Ends of rows, which are no line breaks in quoted cells. As in the parser: a quote opens a cell where it stands first in it but for blanks; two
 * of them are one that is written, and what stands behind a closed one may only be blanks, or it was none.
 */
class QuotedRows implements RowEnds {
  readonly #delimiter: number;
  readonly #newline: number;
  /** Lines before the table, of which quotes are no quotes. */
  #preamble: number;
  #at: "start" | "cell" | "quoted" | "closed" = "start";

  constructor({ delimiter, preamble }: Dialect, newline: number) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#newline = newline;
    this.#preamble = preamble;
  }

  lastIn(chunk: Uint8Array): number {
    const isCut = (byte: number) => byte === this.#delimiter || (this.#delimiter === blank && byte === tab);
    let last = -1;
    let at = this.#at;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (at === "quoted") {
        // Most of a quoted cell is passed over at once.
        i = chunk.indexOf(quote, i);
        if (i < 0) break;
        at = "closed";
      } else if (byte === this.#newline) {
        last = i + 1;
        if (this.#preamble > 0) this.#preamble--;
        at = "start";
      } else if (at === "cell") {
        if (isCut(byte)) at = "start";
      } else if (at === "start") {
        if (byte === quote && this.#preamble === 0) at = "quoted";
        else if (byte !== blank && !isCut(byte)) at = "cell";
      } else if (byte === quote) at = "quoted";
      else if (isCut(byte)) at = "start";
      else if (byte !== blank && byte !== cr && byte !== lf) at = "quoted";
    }
    this.#at = at;
    return last;
  }
}
