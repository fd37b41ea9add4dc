// A table of values written in any notation, in a text of any dialect and encoding, reads back to the same values.
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { columnReader } from "./columns.ts";
import { parseTable } from "./read.ts";
import type { ColumnType } from "./reading.ts";
import { findColumn } from "./table.ts";
import { valueType } from "./types/index.ts";

const rows = 24;
const two = (n: number) => String(n).padStart(2, "0");

/** A column: values, how they are written, and what is written where one is missing. */
interface Written {
  readonly type: ColumnType;
  /** NaN where the cell is missing. */
  readonly values: readonly number[];
  readonly cells: readonly string[];
}

const column = <V>(
  type: ColumnType,
  first: V,
  one: fc.Arbitrary<V>,
  notations: Readonly<Record<string, (value: V) => string>>,
  number: (value: V) => number,
  missing: readonly string[],
): fc.Arbitrary<Written> =>
  fc
    .record({
      notation: fc.constantFrom(...Object.keys(notations)),
      // Different ones, where there are enough: few numbers with a unit name kinds.
      values:
        type === "boolean"
          ? fc.array(one, { minLength: rows, maxLength: rows })
          : fc.uniqueArray(one, { minLength: rows, maxLength: rows }),
      mark: fc.constantFrom(...missing),
      holes: fc.array(fc.integer({ min: 1, max: rows - 1 }), { maxLength: 3 }),
    })
    .map(({ notation, values, mark, holes }) => {
      const isMissing = (row: number) => holes.includes(row);
      // The first leaves no doubt about the order of a date, or whether a time is one of a day.
      const all = [first, ...values.slice(1)];
      return {
        type,
        values: all.map((value, row) => (isMissing(row) ? Number.NaN : number(value))),
        cells: all.map((value, row) => (isMissing(row) ? mark : notations[notation]!(value))),
      };
    });

/** Two digits behind the mark, so that it is told from one between thousands. */
const written = (decimal: string, group: string) => (value: number) => {
  const [whole, fraction] = Math.abs(value).toFixed(2).split(".");
  return `${value < 0 ? "-" : ""}${whole!.replace(/\B(?=(\d{3})+$)/g, group)}${decimal}${fraction}`;
};
const english = written(".", ",");
const german = written(",", ".");
const numbers = column(
  "number",
  -1234.56,
  fc.integer({ min: -1e8, max: 1e8 }).map((cents) => cents / 100),
  {
    plain: (value) => value.toFixed(2),
    english,
    german,
    swiss: written(".", "'"),
    "Swiss, curled": written(".", "’"),
    french: written(",", "\u202F"),
    "French, older": written(",", "\u00A0"),
    blanks: written(",", " "),
    indian: (value) =>
      english(value)
        .replace(/(\d),(\d{3}),(\d{3}\.)/, "$1$2,$3")
        .replace(/^(-?)(\d)(\d{2})(\d{2}),/, "$1$2,$3,$4,")
        .replace(/^(-?)(\d{2})(\d{2}),/, "$1$2,$3,"),
    dollars: (value) => english(value).replace(/^-?/, "$&$"),
    "dollars, the minus behind": (value) => `$${english(value)}`,
    ledger: (value) => (value < 0 ? `$ (${english(-value)})` : `$ ${english(value)}`),
    euros: (value) => `${german(value)} €`,
    code: (value) => `EUR ${german(value)}`,
    percent: (value) => `${german(value)} %`,
    unit: (value) => `${english(value)} km/h`,
    brackets: (value) => (value < 0 ? `(${english(-value)})` : english(value)),
    "minus behind": (value) => (value < 0 ? `${german(-value)}-` : german(value)),
    "Unicode's minus": (value) => german(value).replace("-", "\u2212"),
    exponent: (value) => value.toExponential(),
    Fortran: (value) => value.toExponential(12).replace(/e([-+])(\d)$/, "D$10$2"),
    thousands: (value) => (Math.abs(value) > 5000 ? `${(value / 1e3).toFixed(5)}K` : value.toFixed(2)),
    bounds: (value) => (value > 1e5 ? `>${english(value)}` : english(value)),
  },
  (value) => value,
  ["", "NA", "#N/A", "null", "-", "n.a.", "?"],
);

const utc = (ms: number) => new Date(ms);
const ymd = (ms: number, mark: string) => utc(ms).toISOString().slice(0, 10).replaceAll("-", mark);
const parts = (ms: number) => [utc(ms).getUTCDate(), utc(ms).getUTCMonth() + 1, utc(ms).getUTCFullYear()] as const;
const short = (ms: number) => two(utc(ms).getUTCFullYear() % 100);
const months = (language: string, ms: number, month: "short" | "long") =>
  new Intl.DateTimeFormat(language, { month, timeZone: "UTC" }).format(utc(ms));
const dates = column(
  "date",
  Date.UTC(1999, 2, 25),
  fc.integer({ min: 0, max: 18_000 }).map((day) => Date.UTC(1985, 0, 1) + day * 86_400_000),
  {
    iso: (ms) => ymd(ms, "-"),
    slashes: (ms) => ymd(ms, "/"),
    compact: (ms) => ymd(ms, ""),
    "of pandas": (ms) => `${ymd(ms, "")}.0`,
    midnight: (ms) => utc(ms).toISOString(),
    "midnight of SQL": (ms) => `${ymd(ms, "-")} 00:00:00`,
    american: (ms) => `${parts(ms)[1]}/${parts(ms)[0]}/${parts(ms)[2]}`,
    "American, short": (ms) => `${two(parts(ms)[1])}/${two(parts(ms)[0])}/${short(ms)}`,
    german: (ms) => parts(ms).map(two).join("."),
    "German, short": (ms) => `${two(parts(ms)[0])}.${two(parts(ms)[1])}.${short(ms)}`,
    british: (ms) => parts(ms).map(two).join("/"),
    "day-Mon-yy": (ms) => `${parts(ms)[0]}-${months("en", ms, "short")}-${short(ms)}`,
    ...Object.fromEntries(
      ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da"].map((language) => [
        `month in ${language}`,
        (ms: number) => `${parts(ms)[0]} ${months(language, ms, "long")} ${parts(ms)[2]}`,
      ]),
    ),
    "RFC 2822": (ms) => utc(ms).toUTCString().replace("GMT", "+0000"),
    seconds: (ms) => String(ms / 1000),
    milliseconds: (ms) => String(ms),
    weeks: (ms) => isoWeek(ms),
    chinese: (ms) => `${parts(ms)[2]}年${parts(ms)[1]}月${parts(ms)[0]}日`,
  },
  (ms) => ms / 86_400_000,
  ["", "NaT", "NULL"],
);

function isoWeek(ms: number): string {
  const day = (utc(ms).getUTCDay() + 6) % 7;
  const thursday = utc(ms + (3 - day) * 86_400_000);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000));
  return `${year}-W${two(week)}-${day + 1}`;
}

const clock = (s: number) => [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60] as const;
const times = column(
  "time",
  7 * 3600 + 2700,
  fc.integer({ min: 0, max: 1439 }).map((minute) => 60 * minute),
  {
    short: (s) => `${two(clock(s)[0])}:${two(clock(s)[1])}`,
    "without a zero": (s) => `${clock(s)[0]}:${two(clock(s)[1])}`,
    seconds: (s) => clock(s).map(two).join(":"),
    "am and pm": (s) => `${clock(s)[0] % 12 || 12}:${two(clock(s)[1])} ${s < 43_200 ? "AM" : "PM"}`,
    lower: (s) => `${clock(s)[0] % 12 || 12}:${two(clock(s)[1])}${s < 43_200 ? "am" : "pm"}`,
  },
  (s) => s / 86_400,
  ["", "NA", "-"],
);
const durations = column(
  "duration",
  30 * 3600 + 900,
  fc.integer({ min: 0, max: 5000 }).map((minute) => 60 * minute),
  {
    letters: (s) => `${clock(s)[0]}h ${clock(s)[1]}m`,
    words: (s) => `${clock(s)[0]} hours ${clock(s)[1]} minutes`,
    clock: (s) => clock(s).map(two).join(":"),
    pandas: (s) =>
      `${Math.floor(s / 86_400)} days ${clock(s % 86_400)
        .map(two)
        .join(":")}`,
    iso: (s) => `PT${clock(s)[0]}H${clock(s)[1]}M`,
  },
  (s) => s,
  ["", "NaT", "NA"],
);
const booleans = column(
  "boolean",
  true,
  fc.boolean(),
  Object.fromEntries(
    ["Yes No", "yes no", "YES NO", "Y N", "true false", "TRUE FALSE", "True False", "t f", "on off"].map((words) => {
      const [yes, no] = words.split(" ");
      return [words, (value: boolean) => (value ? yes! : no!)];
    }),
  ),
  Number,
  ["", "#N/A", "NULL"],
);

const dialects = fc.record({
  mark: fc.constantFrom(",", ";", "\t", "|", " "),
  newline: fc.constantFrom("\n", "\r\n", "\r"),
  quotes: fc.constantFrom("where needed", "all", "with a blank before"),
  encoding: fc.constantFrom("UTF-8", "UTF-8 with mark", "UTF-16", "UTF-16, bare", "Windows-1252"),
  extra: fc.constantFrom("nothing", "sep=", "title", "comment", "mark at the ends", "names of rows"),
  packed: fc.boolean(),
});
type Dialect = typeof dialects extends fc.Arbitrary<infer D> ? D : never;

function textOf(
  columns: Readonly<Record<string, readonly string[]>>,
  { mark, newline, quotes, extra }: Dialect,
): string {
  const field = (cell: string): string => {
    const isNeeded =
      cell === "" ? mark === " " : cell.includes(mark) || /["\r\n]/.test(cell) || (mark === " " && /\s/.test(cell));
    if (!isNeeded && quotes !== "all") return cell;
    return `${quotes === "with a blank before" && mark !== " " ? " " : ""}"${cell.replaceAll('"', '""')}"`;
  };
  const end = extra === "mark at the ends" && mark !== " " ? mark : "";
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = Object.values(columns).map((cells) => cells[row]!);
    const all = extra === "names of rows" ? [`r${row + 1}`, ...cells] : cells;
    return all.map(field).join(mark) + end;
  });
  const header = Object.keys(columns).map(field).join(mark) + end;
  const before = {
    "sep=": [`sep=${mark}`],
    title: ["Report of the year", ""],
    comment: ["# made on a Monday", "# by us"],
  };
  const preamble = extra === "sep=" && mark === " " ? [] : ((before as Record<string, string[]>)[extra] ?? []);
  return [...preamble, header, ...lines, ""].join(newline);
}

/** undefined where the encoding lacks a character. */
function encoded(text: string, encoding: Dialect["encoding"]): Uint8Array | undefined {
  if (encoding.startsWith("UTF-16")) return Buffer.from(encoding === "UTF-16" ? `\ufeff${text}` : text, "utf16le");
  if (encoding !== "Windows-1252") return Buffer.from(encoding === "UTF-8" ? text : `\ufeff${text}`);
  const replaced = text.replaceAll("€", "\u0080").replaceAll("’", "\u0092");
  return /[^\0-\u00ff]/.test(replaced) ? undefined : Buffer.from(replaced, "latin1");
}

it("in any notation, dialect and encoding", async () => {
  const table = fc.record({
    amount: numbers,
    other: numbers,
    date: dates,
    at: times,
    lasted: durations,
    done: booleans,
  });
  await fc.assert(
    fc.asyncProperty(table, dialects, async (columns, dialect) => {
      const cells = Object.fromEntries(Object.entries(columns).map(([name, { cells }]) => [name, cells]));
      const bytes = encoded(
        textOf({ kind: Array.from({ length: rows }, (_, row) => ["ab", "cd"][row % 2]!), ...cells }, dialect),
        dialect.encoding,
      );
      fc.pre(bytes !== undefined);
      const name = `table.${dialect.mark === "\t" ? "tsv" : "csv"}`;
      const read = await parseTable(dialect.packed ? gzipSync(bytes) : bytes, {
        source: dialect.packed ? `${name}.gz` : name,
      });
      const said = [...read.notes, ...read.warnings.map(({ message }) => message)];
      expect({ rows: read.rows, dialect, said }).toEqual({ rows, dialect, said });
      const infer = columnReader(read, {});
      for (const [key, { type, values }] of Object.entries(columns)) {
        const found = findColumn(read, key)!;
        const { type: is, notation, reason, rule } = infer(found);
        const cells = columns[key as "amount"].cells.slice(0, 4);
        expect({ key, type: is, reason: is === type ? "" : reason, cells }).toEqual({ key, type, reason: "", cells });
        const reader = valueType(type as "number").reader(notation);
        const numbers = [...found.cells].map((cell, row) => (Number.isNaN(values[row]!) ? Number.NaN : reader(cell)));
        expect(numbers.map((value) => Number(value.toFixed(6)) + 0)).toEqual(
          values.map((value) => Number(value.toFixed(6)) + 0),
        );
        expect(rule).toEqual({});
      }
    }),
    { numRuns: 150 },
  );
});
