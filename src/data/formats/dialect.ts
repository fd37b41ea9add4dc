// How a text's table is written: delimiter, lines before the header, comments, whether the first row names the columns.
import { decimalMarks, parseWritten } from "../number-notation.ts";

/** Between cells; " " stands for one or more blanks or tabs. */
export const delimiters = [",", ";", "\t", "|", " "] as const;
export type Delimiter = (typeof delimiters)[number];

export interface Dialect {
  readonly delimiter: Delimiter;
  /** Lines before the table: a title, a description, `sep=;`. */
  readonly preamble: number;
  /** What a line begins with that is no row: "#", "%", "//"; "" for none. */
  readonly comment: string;
  /** Such a line, the last one above the rows, names the columns: "# x y z", "#CHROM POS". */
  readonly isHeaderComment?: true;
  /** Whether the first row names the columns. */
  readonly hasHeader: boolean;
}

/** Lines that are looked at. */
const sampleLines = 200;
/** Cells of them that are judged, at about the most. */
const sampleCells = 2 ** 15;
const comments = ["#", "%", "//"] as const;

type Given = { readonly [K in keyof Dialect]?: Dialect[K] | undefined };

interface Line {
  readonly number: number;
  readonly text: string;
}

/**
 * Cells of a line, outside quotes. Quotes are doubled inside quoted cells; blanks before a quote are passed over. For a look
 * at a sample: what a file holds is read by Papa Parse.
 */
export function cellsOf(line: string, delimiter: Delimiter): string[] {
  const cells: string[] = [];
  const text = delimiter === " " ? line.trim() : line;
  const isDelimiter = (at: number): boolean =>
    delimiter === " " ? text[at] === " " || text[at] === "\t" : text[at] === delimiter;
  let at = 0;
  for (;;) {
    let cell = "";
    let from = at;
    while (text[from] === " " && !isDelimiter(from)) from++;
    if (text[from] === '"') {
      for (at = from + 1; at < text.length; at++) {
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[at++];
        else break;
      }
      at++;
    }
    const rest = at;
    while (at < text.length && !isDelimiter(at)) at++;
    cell += text.slice(rest, at);
    cells.push(cell);
    if (at >= text.length) return cells;
    at++;
    if (delimiter === " ") while (isDelimiter(at)) at++;
  }
}

/** Rows of the first lines; a quote that is open at a line's end goes on in the next one. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  let number = 1;
  while (from < text.length && lines.length < sampleLines) {
    let quoted = false;
    let at = from;
    let broken = 0;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 34) quoted = !quoted;
      else if (code === 10 || code === 13) {
        if (!quoted) break;
        if (code === 10) broken++;
      }
    }
    const end = text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1;
    // A quote that is never closed is no quote.
    if (quoted && broken > 0) {
      const line = /[\r\n]/.exec(text.slice(from));
      const stop = line === null ? text.length : from + line.index;
      lines.push({ number: number++, text: text.slice(from, stop) });
      from = text.charCodeAt(stop) === 13 && text.charCodeAt(stop + 1) === 10 ? stop + 2 : stop + 1;
      continue;
    }
    lines.push({ number, text: text.slice(from, at) });
    number += 1 + broken;
    from = end;
  }
  return lines;
}

/** With either decimal mark, and without a unit: "1st" is none. */
function isNumber(cell: string): boolean {
  const text = cell.trim();
  // Most are plain, and need none of the patterns for what people write.
  if (/^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return true;
  return text !== "" && decimalMarks.some((decimal) => !Number.isNaN(parseWritten(text, { decimal, unit: "" })));
}

/** Amounts, and dates and times of digits: what another delimiter than the right one cuts in two. */
const isMoment = (cell: string): boolean =>
  /^\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[ T]\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}(?::\d{2})?$|^(?:\p{Sc} ?)?-?\d[\d., \u00A0\u202F]* ?(?:\p{Sc}|%|zł|kr|Kč)?$/u.test(
    cell.trim(),
  );

interface Candidate {
  readonly delimiter: Delimiter;
  readonly rows: readonly (readonly string[])[];
  /** Cells that most rows have. */
  readonly width: number;
  /** Share of the rows that have as many, or one more or less in the first. */
  readonly agreement: number;
  /** Share of the cells that are numbers or empty. */
  readonly typed: number;
}

function candidate(lines: readonly Line[], delimiter: Delimiter): Candidate {
  const rows = lines.map(({ text }) => cellsOf(text, delimiter));
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width] = [...counts].reduce((best, each) =>
    each[1] > best[1] || (each[1] === best[1] && each[0] > best[0]) ? each : best,
  );
  const body = rows.filter(({ length }) => length === width);
  // Of rows of very many cells some are looked at, of all columns in turn.
  const step = Math.max(1, Math.ceil((body.length * width) / sampleCells));
  const cells = body.flatMap((row, r) => row.filter((_, c) => (r + c) % step === 0));
  const isTyped = (cell: string) => cell.trim() === "" || isNumber(cell) || isMoment(cell);
  const typed = cells.filter(isTyped).length / cells.length;
  return { delimiter, rows, width, agreement: body.length / rows.length, typed };
}

/**
 * The dialect of a text. The delimiter is the one by which the rows come apart into equally many cells; of several, the one
 * that leaves more numbers, then the one that makes more cells. `given` are parts that the user said.
 */
export function inferDialect(text: string, given: Given = {}): Dialect {
  const all = linesOf(text.startsWith("\uFEFF") ? text.slice(1) : text);
  const named = /^"?sep=(.)"?;*$/i.exec(all[0]?.text.trim() ?? "");
  const said = given.delimiter ?? delimiters.find((each) => each === named?.[1]);
  const lines = (named ? all.slice(1) : all).filter((line) => line.text.trim() !== "");
  const comment = given.comment ?? commentOf(lines);
  const rows = comment === "" ? lines : lines.filter(({ text }) => !text.trimStart().startsWith(comment));
  if (rows.length === 0) {
    const hasHeader = given.hasHeader ?? true;
    return { delimiter: said ?? ",", preamble: named ? 1 : 0, comment: "", hasHeader };
  }
  const candidates = (said === undefined ? delimiters : [said]).map((each) => candidate(rows, each));
  const best = candidates.reduce((a, b) => (compare(b, a) > 0 ? b : a));
  const { delimiter, width } = best;
  const first = firstRow(best);
  const number = rows[first]!.number;
  // A header of one cell less stands beside row names.
  const isData =
    best.rows[first]!.length === width && looksLikeData(best.rows.slice(first).filter((row) => row.length === width));
  const header =
    given.hasHeader === false
      ? undefined
      : commentedHeader(lines, comment, best, number, isData || given.hasHeader === true);
  if (header) return { delimiter, hasHeader: true, ...header };
  const preamble = given.preamble ?? (first === 0 && !named && comment === "" ? 0 : number - 1);
  return { delimiter, preamble, comment, hasHeader: given.hasHeader ?? !isData };
}

/** Without a mark that a blank follows, which is no part of a name: "# x" → "x"; "#CHROM" and "%,x" as they are. */
export function withoutMark(line: string, { comment, delimiter }: Pick<Dialect, "comment" | "delimiter">): string {
  const behind = line.trimStart().slice(comment.length);
  const isApart = /^\s/.test(behind) && (delimiter === " " || !behind.startsWith(delimiter));
  return isApart ? behind.trimStart() : line;
}

/**
 * The last comment above the rows, from line `end` on, where it has as many names as these have cells. Unless it `isSure` that the
 * first row is none of names, it must have a number, and the mark be a part of a name in the text's first line.
 */
function commentedHeader(
  lines: readonly Line[],
  comment: string,
  { delimiter, width, rows }: Candidate,
  end: number,
  isSure: boolean,
): Pick<Dialect, "preamble" | "comment" | "isHeaderComment"> | undefined {
  if (comment === "" || width === 1) return undefined;
  const namesOf = ({ text }: Line): string => withoutMark(text, { comment, delimiter });
  const marked = lines.filter(({ text }) => text.trimStart().startsWith(comment));
  // Then they are rows, and the mark is the first character of their cells.
  const areRows = marked.every((line) => namesOf(line) === line.text && cellsOf(line.text, delimiter).length === width);
  const header = areRows ? marked[0] : marked.filter(({ number }) => number < end).at(-1);
  if (header === undefined) return undefined;
  const names = cellsOf(namesOf(header), delimiter);
  if (names.length !== width || names.some((name) => name.trim() === "" || isNumber(name))) return undefined;
  const [first, ...others] = rows.filter((row) => row.length === width);
  const hasNames = !first!.some(isNumber) && others.some((row) => row.some(isNumber));
  if (!isSure && (hasNames || header !== marked[0] || namesOf(header) !== header.text)) return undefined;
  const preamble = header.number - 1;
  return areRows ? { preamble, comment: "" } : { preamble, comment, isHeaderComment: true };
}

/** Above 0 where `a` is the better one. */
function compare(a: Candidate, b: Candidate): number {
  if (a.width === 1 || b.width === 1) return a.width - b.width === 0 ? 0 : a.width === 1 ? -goodness(b) : goodness(a);
  // A mark that stands inside of cells parts the header in another way than the rows.
  if ((a.delimiter === " ") !== (b.delimiter === " ") && Math.abs(a.agreement - b.agreement) < 0.1) {
    const lines = firstRow(b) - firstRow(a);
    if (lines !== 0) return lines;
  }
  if (Math.abs(a.agreement - b.agreement) > 0.1) return a.agreement - b.agreement;
  if (Math.abs(a.typed - b.typed) > 0.1) return a.typed - b.typed;
  // Blanks stand inside of cells, too.
  if ((a.delimiter === " ") !== (b.delimiter === " ")) return a.delimiter === " " ? -1 : 1;
  return a.agreement - b.agreement || a.width - b.width;
}

/** Above 0 for a delimiter that parts most rows alike; what parts a few is part of their text, as blanks are among words. */
const goodness = ({ agreement, delimiter, typed }: Candidate): number =>
  agreement >= (delimiter === " " ? 0.95 : 0.5) && (delimiter !== " " || typed > 0) ? 1 : -1;

/** The first row from which on rows have the width of the table. A header of one cell less stands beside row names. */
function firstRow({ rows, width }: Candidate): number {
  const [first, second, ...others] = rows;
  const isHeader = second?.every((cell) => !isNumber(cell)) && others.some((row) => row.some(isNumber));
  if (width > 2 && first!.length === width - 1 && second?.length === width && !isHeader) return 0;
  for (let i = 0; i < rows.length - 1 && i < 50; i++) {
    if (rows.slice(i, i + 4).every(({ length }) => length === width)) return i;
  }
  return 0;
}

/** The mark that the first line begins with, or lines of another width than the rows. */
function commentOf(lines: readonly Line[]): string {
  const mark = comments.find((each) => lines[0]?.text.trimStart().startsWith(each));
  return mark !== undefined && lines.some(({ text }) => !text.trimStart().startsWith(mark)) ? mark : "";
}

/**
 * Whether the first row is one of the data: where others hold numbers it does, too, and what it has as text comes again
 * below. Years and numbers from 0 or 1 on are names.
 */
function looksLikeData(rows: readonly (readonly string[])[]): boolean {
  const [first, ...others] = rows;
  if (first === undefined || others.length < 2) return false;
  const numbers = first.map((cell) => (isNumber(cell) ? Number(cell) : Number.NaN));
  const whole = numbers.filter(Number.isInteger);
  const isCounted = whole.length > 1 && whole.every((value, i) => i === 0 || value === whole[i - 1]! + 1);
  if (isCounted && whole.length >= first.length - 1) return false;
  let numeric = 0;
  let repeated = 0;
  for (let c = 0; c < first.length; c++) {
    const cell = first[c]!.trim();
    const below = others.map((row) => row[c]!.trim()).filter((text) => text !== "");
    if (below.length === 0) continue;
    const isNumeric = below.filter(isNumber).length >= 0.9 * below.length;
    if (isNumeric && cell !== "" && !isNumber(cell)) return false;
    if (isNumeric && cell !== "") numeric++;
    else if (!isNumeric && below.includes(cell)) repeated++;
    else if (!isNumeric && cell === "") return false;
  }
  return numeric > 0 ? numeric + repeated > first.length / 2 : repeated === first.length;
}

/** Whether the rows of a text end with carriage returns: they have some, and no newline stands outside quotes. */
export function endsInReturn(text: string): boolean {
  if (!text.includes("\r")) return false;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (code === 10 && !quoted) return false;
  }
  // A quote that is never closed is no quote.
  return !quoted || !text.includes("\n");
}
