// Text with delimiters that is larger than memory: its first rows, and the rest in blocks (Node only).
import { makeTable, type Table } from "../table.ts";
import { emptyText, remarksOf, rowWith, tableOf, withoutRest } from "./delimited.ts";
import { DelimitedRows, type RowBlock, raggedRow } from "./delimited-rows.ts";
import { endsInReturn, inferDialect } from "./dialect.ts";
import { withoutMark8 } from "./encoding.ts";
import type { BlockSize, OpenFileOptions, TableStream } from "./format.ts";
import { firstOf, sampleText, utf8Chunks } from "./text-blocks.ts";

export async function openDelimited(path: string, size: BlockSize, options: OpenFileOptions): Promise<TableStream> {
  const { source } = options;
  const sample = await sampleText(path, source);
  const { bytes, bytesPerLine } = sample;
  const dialect = inferDialect(sample.text, { delimiter: options.delimiter, hasHeader: options.header });
  const isInReturns = endsInReturn(tableOf(sample.text, dialect));
  const pieceBytes = Math.min(size.bytes, Math.ceil(bytesPerLine * size.rows));

  async function* tables(): AsyncGenerator<Table> {
    const rows = new DelimitedRows(source, dialect, isInReturns, size.rows);
    let head: Table | undefined;
    const take = (): Table => {
      if (head !== undefined) return nextTable(head, rows.take());
      const { names, cells, rowNumbers } = withoutRest(rows.take());
      head = makeTable(source, names, cells, rowNumbers, remarksOf(source, dialect, options, names));
      return head;
    };
    /** Where the block ends that was given last. */
    let end = 0;
    let isFirst = true;
    for await (const chunk of utf8Chunks(path, pieceBytes, sample, () => rows.line)) {
      const piece = isFirst ? withoutMark8(chunk) : chunk;
      if (isFirst) end = piece.length - chunk.length;
      isFirst = false;
      rows.add(piece, false);
      while (rows.read()) yield take();
      if (rows.bytes - end < pieceBytes) continue;
      end = rows.bytes;
      if (rows.rows > 0) yield take();
    }
    rows.add(new Uint8Array(0), true);
    while (rows.read()) yield take();
    if (head === undefined && sample.text.trim() === "") throw emptyText(source);
    if (rows.rows > 0 || head === undefined) yield take();
  }

  const head = await firstOf(tables());
  if (head === undefined) throw emptyText(source);
  return {
    head: { ...head, notes: [...sample.notes, ...head.notes] },
    rows: Math.max(head.rows, Math.round(bytes / bytesPerLine) - 1),
    async *rest() {
      let isHead = true;
      for await (const table of tables()) {
        if (!isHead) yield table;
        isHead = false;
      }
    },
  };
}

/** Further rows of a table, without a last column that its first ones were found to be without. */
function nextTable(head: Table, { names, cells, rowNumbers }: RowBlock): Table {
  const width = head.columns.length;
  const odd = cells.length > width ? rowWith(cells[width]!) : -1;
  if (odd >= 0) throw raggedRow(head.source, rowNumbers[odd]!, names.slice(0, width), cells.length);
  const columns = head.columns.map(({ name }, c) => ({ name, cells: cells[c]! }));
  return { ...head, columns, rows: rowNumbers.length, rowNumbers, notes: [], warnings: [] };
}
