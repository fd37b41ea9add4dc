// JSON lines that are larger than memory: the first rows, and the rest in blocks (Node only).
import { ChainruleError } from "../../ir/errors.ts";
import { Cells, sliceTable, type Table } from "../table.ts";
import type { BlockSize, TableStream } from "./format.ts";
import { firstOf, sampleText, textPieces } from "./text-blocks.ts";

/** How the text is read. */
interface Lines {
  /** Whether a text that begins so has an object a line. */
  areLines(source: string, body: string): boolean;
  /** `line`: the number of the first one. */
  parse(source: string, text: string, line: number): Table;
}

/** Every block has the columns of the first one, and those that come first in its rows behind them. */
export async function openJsonLines(
  path: string,
  size: BlockSize,
  { source, areLines, parse }: Lines & { readonly source: string },
): Promise<TableStream> {
  const sample = await sampleText(path, source);
  const { bytes, bytesPerLine } = sample;
  const body = sample.text.trim();
  if (body !== "" && !areLines(path, body))
    throw new ChainruleError(
      "UNKNOWN_FORMAT",
      `${source} cannot be read in blocks, since it is one JSON value, which has no rows until it ends: JSON with one object a line can. Convert it, or read it whole.`,
      { source },
    );
  const pieceBytes = Math.min(size.bytes, Math.ceil(bytesPerLine * size.rows));

  async function* tables(): AsyncGenerator<Table> {
    let names: readonly string[] = [];
    for await (const { text, line } of textPieces(path, pieceBytes, sample)) {
      if (text.trim() === "") continue;
      const table = withColumns(parse(source, text, line), names);
      if (names.length === 0) names = table.columns.map(({ name }) => name);
      for (let from = 0; from < table.rows; from += size.rows) yield sliceTable(table, from, from + size.rows);
    }
  }

  const head = await firstOf(tables());
  if (head === undefined)
    throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs one object a line.`, { source });
  return {
    head: { ...head, notes: [...sample.notes, ...head.notes] },
    grows: true,
    rows: Math.max(head.rows, Math.round(bytes / bytesPerLine)),
    async *rest() {
      let isHead = true;
      for await (const table of tables()) {
        if (!isHead) yield table;
        isHead = false;
      }
    },
  };
}

/** With the columns `names` first; one that no row has a value of is missing in all. */
function withColumns(table: Table, names: readonly string[]): Table {
  const own = new Map(table.columns.map((column) => [column.name, column]));
  const known = new Set(names);
  const first = names.map((name) => own.get(name) ?? { name, cells: Cells.none(table.rows) });
  return { ...table, columns: [...first, ...table.columns.filter(({ name }) => !known.has(name))] };
}
