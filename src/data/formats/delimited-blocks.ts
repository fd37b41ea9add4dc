// Text with delimiters that is larger than memory: its first rows, and the rest in blocks (Node only).
import { ChainruleError } from "../../ir/errors.ts";
import { node } from "../../ir/node.ts";
import type { Table } from "../table.ts";
import { parseDelimited } from "./delimited.ts";
import { inferDialect } from "./dialect.ts";
import type { TableStream, TextOptions } from "./format.ts";

/** Bytes of text that are looked at to judge how a line is written, and how long it is. */
const sampleBytes = 2 ** 20;

export async function openDelimited(
  path: string,
  blockRows: number,
  { delimiter, header }: TextOptions,
): Promise<TableStream> {
  const { open } = node("node:fs/promises");
  let size = 0;
  let sample: Uint8Array;
  try {
    const file = await open(path);
    size = (await file.stat()).size;
    sample = new Uint8Array(Math.min(size, sampleBytes));
    await file.read(sample, 0, sample.length, 0);
    await file.close();
  } catch (cause) {
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `${path} cannot be read (${(cause as { code?: string }).code}). Check the path and its permissions.`,
      { source: path },
      { cause },
    );
  }
  const start = new TextDecoder().decode(sample);
  const dialect = inferDialect(start, { delimiter, hasHeader: header });
  const lines = start.split("\n").length - 1;
  const bytesPerLine = Math.max(1, sample.length / Math.max(1, lines));
  const pieceBytes = Math.ceil(bytesPerLine * blockRows);

  async function* tables(): AsyncGenerator<Table> {
    let names: readonly string[] | undefined;
    let line = 1;
    for await (const text of pieces(path, pieceBytes)) {
      if (names !== undefined && text.trim() === "") continue;
      const after = names && { names, line };
      const table = await parseDelimited(text, { source: path, header, dialect, after });
      names ??= table.columns.map(({ name }) => name);
      line += text.split("\n").length - 1;
      for (let from = 0; from < table.rows; from += blockRows) yield sliceTable(table, from, from + blockRows);
    }
  }

  const first = await tables().next();
  if (first.done) throw new ChainruleError("EMPTY_DATA", `${path} is empty. It needs a header row and rows.`);
  return {
    head: first.value,
    rows: Math.max(first.value.rows, Math.round(size / bytesPerLine) - 1),
    async *rest() {
      let isHead = true;
      for await (const table of tables()) {
        if (!isHead) yield table;
        isHead = false;
      }
    },
  };
}

/** Text of about `bytes` bytes at a time, cut where a row ends: at a newline outside quotes. */
async function* pieces(path: string, bytes: number): AsyncGenerator<string> {
  const { createReadStream } = node("node:fs");
  let held: Uint8Array[] = [];
  let length = 0;
  let quoted = false;
  const decoder = () => new TextDecoder("utf-8", { fatal: true });
  const text = (parts: readonly Uint8Array[]): string => {
    try {
      return decoder().decode(Buffer.concat(parts));
    } catch (cause) {
      throw new ChainruleError(
        "MALFORMED_DATA",
        `${path} is not UTF-8 text. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").`,
        { source: path },
        { cause },
      );
    }
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Uint8Array>) {
    let cut = -1;
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === 0x22) quoted = !quoted;
      else if (chunk[i] === 0x0a && !quoted) cut = i + 1;
    }
    if (cut < 0 || length + cut < bytes) {
      held.push(chunk);
      length += chunk.length;
      continue;
    }
    yield text([...held, chunk.subarray(0, cut)]);
    held = [chunk.subarray(cut)];
    length = chunk.length - cut;
  }
  if (length > 0) yield text(held);
}

function sliceTable(table: Table, from: number, to: number): Table {
  if (from === 0 && to >= table.rows) return table;
  const columns = table.columns.map(({ name, cells }) => ({ name, cells: cells.slice(from, to) }));
  const rowNumbers = table.rowNumbers.slice(from, to);
  return { ...table, columns, rows: rowNumbers.length, rowNumbers };
}
