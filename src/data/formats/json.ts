// JSON: an array of objects, or one object per line.
import { ChainruleError } from "../../ir/errors.ts";
import { kindOf, tableFromRows, tableOfRows } from "../rows.ts";
import type { Table } from "../table.ts";
import { quote } from "../wording.ts";
import type { FileFormat } from "./format.ts";

export const json: FileFormat = {
  name: "JSON",
  variants: "an array of objects, or one a line",
  endings: ["json", "ndjson", "jsonl"],
  recognizes: (text) => /^\s*[[{]/.test(text),
  read: async (content) => parseJsonRows(content.text(), content),
};

/**
 * Reads an array of objects, or newline-delimited JSON (one object per line; a single object is one row). Columns are the keys in order of first
 * appearance; a key that a row lacks is missing there; nested arrays and objects become their JSON text.
 *
 * @throws ChainruleError EMPTY_DATA, MALFORMED_DATA (not JSON, or no rows of objects), naming source and row
 * @example
 * const table = parseJsonRows('[{"x": 1, "y": 2}]', { source: "points.json" });
 */
export function parseJsonRows(text: string, options: { source: string }): Table {
  const { source } = options;
  const body = text.trim(); // also takes off a byte order mark
  if (body === "") {
    throw new ChainruleError("EMPTY_DATA", `${source} is empty. It needs an array of objects, or one object a line.`, {
      source,
    });
  }
  if (body.startsWith("{") && firstLineIsObject(body)) return fromLines(source, text);

  const value = parse(body, source);
  if (isFlatObject(value)) return tableFromRows([value], { source });
  if (!Array.isArray(value)) throw notRows(source, value);
  return tableFromRows(value, { source });
}

function fromLines(source: string, text: string): Table {
  const rows: unknown[] = [];
  const lines: number[] = [];
  text.split(/\r?\n/).forEach((line, l) => {
    if (line.trim() === "") return;
    rows.push(parse(line.trim(), source, l + 1));
    lines.push(l + 1);
  });
  return tableOfRows(source, rows, Int32Array.from(lines));
}

/** An object of plain values is a single row; one that holds arrays or objects is some other document. */
function isFlatObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((inner) => typeof inner !== "object" || inner === null);
}

function firstLineIsObject(body: string): boolean {
  const end = body.indexOf("\n");
  if (end === -1) return false;
  try {
    JSON.parse(body.slice(0, end));
    return true;
  } catch {
    // Several objects of which the first is broken: still lines, if the second line starts an object too.
    return /}\s*$/.test(body.slice(0, end)) && body.slice(end).trimStart().startsWith("{");
  }
}

function parse(text: string, source: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = (cause as SyntaxError).message;
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
    const row = line ?? (Number.isNaN(position) ? undefined : text.slice(0, position).split("\n").length);
    const near = Number.isNaN(position) ? "" : ` near ${quote(text.slice(position, position + 20))}`;
    const cutOff = position >= text.length || /end of JSON input|Unterminated/.test(message);
    const problem = cutOff
      ? "is not valid JSON: the text ends too early. Was it cut off?"
      : `is not valid JSON${near}. Mend it: JSON wants double quotes, no comma before ] or }, and null for a missing value.`;
    throw new ChainruleError(
      "MALFORMED_DATA",
      `${source}${row === undefined ? "" : `, line ${row}`} ${problem}`,
      { source, row },
      { cause },
    );
  }
}

function notRows(source: string, value: unknown): ChainruleError {
  const inside =
    typeof value === "object" && value !== null
      ? Object.entries(value).find(([, inner]) => Array.isArray(inner) && typeof inner[0] === "object")?.[0]
      : undefined;
  const mend =
    inside === undefined
      ? "Write it as [{...}, {...}], or one object a line."
      : `It holds an array under ${quote(inside)}: save that array as a file of its own.`;
  return new ChainruleError(
    "MALFORMED_DATA",
    `${source} must hold an array of objects, and holds ${kindOf(value)}. ${mend}`,
    { source },
  );
}
