// Text with delimiters → table, with Papa Parse.
import type { ParseResult } from "papaparse";
import { ChainruleError } from "../../ir/errors.ts";
import { type Cell, makeTable, type Table } from "../table.ts";
import { count, quote } from "../wording.ts";

// Papa Parse hands over rows in pieces of this many characters, so that rows and columns never both stand in memory.
const chunkSize = 500_000;

export type Delimiter = "," | ";" | "\t";

/**
 * Reads text with a header row and one row per line; cells stay text, exactly as written.
 *
 * The delimiter (comma, semicolon or tab) is the one that the header row holds most of. Quotes, quoted newlines, a byte
 * order mark, CRLF and blank lines are understood.
 *
 * @throws ChainruleError EMPTY_DATA (no text, or a header alone), RAGGED_ROW (a row with too few or too many cells),
 *   MALFORMED_DATA (a quote that is not closed), each naming source and row
 * @example
 * const table = await parseDelimited("x,y\n1,2\n3,4\n", { source: "points.csv" });
 */
export async function parseDelimited(
  text: string,
  options: {
    source: string;
    delimiter?: Delimiter;
    /** Set for a text without a header row: the names of its columns, and the number of its first line. */
    header?: { readonly names: readonly string[]; readonly line: number };
  },
): Promise<Table> {
  const { default: Papa } = await import("papaparse");
  const { source } = options;
  const body = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (body.trim() === "") {
    throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs a header row and at least one row under it.`, {
      source,
    });
  }
  const delimiter = options.delimiter ?? detectDelimiter(body);
  const newline = body.includes("\n") ? "\n" : "\r";
  const hasQuotes = body.includes('"');

  let names: readonly string[] | undefined = options.header?.names;
  let columns: Cell[][] = names?.map(() => []) ?? [];
  const rowNumbers: number[] = [];
  let line = options.header?.line ?? 1;

  const takeRow = (row: string[]): void => {
    const start = line;
    line += 1;
    if (hasQuotes) for (const cell of row) line += occurrences(cell, newline);
    // Rows are cut at "\n", so that files with mixed line ends are read; a CRLF leaves its "\r" behind.
    const last = row[row.length - 1]!;
    if (last.endsWith("\r")) row[row.length - 1] = last.slice(0, -1);
    if (row.length === 1 && row[0]!.trim() === "") return;
    if (names === undefined) {
      names = row.map((name) => name.trim());
      columns = names.map(() => []);
      return;
    }
    if (row.length !== names.length) throw raggedRow(source, start, names, row);
    for (let c = 0; c < row.length; c++) columns[c]!.push(row[c]!);
    rowNumbers.push(start);
  };

  // A constant of its own: Papa's types know `chunk` for files only, Papa itself takes it for text too.
  const config = {
    delimiter,
    newline,
    chunkSize,
    chunk: ({ data, errors }: ParseResult<string[]>): void => {
      // An error in a row beyond this piece's rows is one of a row cut short by the piece's end; it comes back whole.
      const broken = errors.reduce(
        (first, { type, row = 0 }) => (type === "Quotes" ? Math.min(first, row) : first),
        Number.POSITIVE_INFINITY,
      );
      for (let r = 0; r < data.length; r++) {
        if (r === broken) throw openQuote(source, line);
        takeRow(data[r]!);
      }
    },
  } as const;
  Papa.parse<string[]>(body, config);

  return makeTable(source, names ?? [], columns, Int32Array.from(rowNumbers));
}

/** Whether the first line holds a delimiter. */
export const hasDelimiter = (text: string): boolean =>
  (text.trimStart().split(/[\r\n]/, 1)[0] ?? "").includes(detectDelimiter(text));

/** The delimiter that the header row holds most of outside quotes; a comma if it holds none. */
export function detectDelimiter(text: string): Delimiter {
  const counts = { ",": 0, ";": 0, "\t": 0 };
  let quoted = false;
  const start = text.search(/\S/);
  for (let i = Math.max(0, start); i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "\n" || character === "\r") break;
    else if (character === "," || character === ";" || character === "\t") counts[character]++;
  }
  if (counts["\t"] > counts[","] && counts["\t"] >= counts[";"]) return "\t";
  return counts[";"] > counts[","] ? ";" : ",";
}

function occurrences(text: string, part: string): number {
  let n = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) n++;
  return n;
}

function raggedRow(source: string, row: number, names: readonly string[], cells: readonly string[]): ChainruleError {
  const mend =
    cells.length < names.length
      ? `The first missing one is ${quote(names[cells.length])}; leave a cell empty rather than out.`
      : "Put quotes around text that holds the delimiter.";
  return new ChainruleError(
    "RAGGED_ROW",
    `${source}, row ${row} has ${count(cells.length, "cell")}; the header has ${names.length}. ${mend}`,
    { source, row, cells: cells.length, expected: names.length },
  );
}

function openQuote(source: string, row: number): ChainruleError {
  return new ChainruleError(
    "MALFORMED_DATA",
    `${source}, row ${row} has a quoted cell that is not closed properly. Close the quote before the next delimiter or line end, and write a quote inside a quoted cell twice ("").`,
    { source, row },
  );
}
