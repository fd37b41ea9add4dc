// Reading files and texts: formats, and a whole message for every bad input.
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import Papa from "papaparse";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ChainruleError } from "../ir/errors.ts";
import {
  parseDelimited,
  parseJsonRows,
  parseParquet,
  parseTable,
  readTable,
  type Table,
  tableFromRows,
} from "./index.ts";

const columns = (table: Table) => Object.fromEntries(table.columns.map(({ name, cells }) => [name, [...cells]]));

/** `CODE: message` of the error that `run` ends in. */
async function failure(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ChainruleError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("no error came");
}

describe("CSV and TSV", () => {
  const csv = (text: string) => parseDelimited(text, { source: "people.csv" });

  test("quotes, quoted newlines, CRLF, a byte order mark and blank lines", async () => {
    const table = await csv('\uFEFFname,"note"\r\nAda,"a, ""b""\r\nc"\r\n\r\nBob,\r\n\r\n');
    expect(columns(table)).toEqual({ name: ["Ada", "Bob"], note: ['a, "b"\r\nc', ""] });
    expect([...table.rowNumbers]).toEqual([2, 5]);
  });

  test("the delimiter is the one the header holds most of", async () => {
    expect(columns(await csv("a;b\n1,5;2,5\n"))).toEqual({ a: ["1,5"], b: ["2,5"] });
    expect(columns(await csv("a\tb\n1\t2\n"))).toEqual({ a: ["1"], b: ["2"] });
    expect(columns(await csv('"x;y;z",b\n1,2\n'))).toEqual({ "x;y;z": ["1"], b: ["2"] });
    expect(columns(await csv("a\n1\n"))).toEqual({ a: ["1"] });
  });

  test("mixed line ends, and old Macintosh ones", async () => {
    expect(columns(await csv("a,b\r\n1,2\n3,4\r\n"))).toEqual({ a: ["1", "3"], b: ["2", "4"] });
    expect(columns(await csv("a,b\r1,2\r3,4"))).toEqual({ a: ["1", "3"], b: ["2", "4"] });
  });

  test("columns without a name, or with the same one, get names of their own", async () => {
    const table = await csv("a,,a,a (2)\n1,2,3,4\n");
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "column 2", "a (3)", "a (2)"]);
    expect(table.notes).toMatchInlineSnapshot(`
      [
        "Column 2 has no name; it is called "column 2".",
        "Two columns are named "a"; column 3 is called "a (3)".",
      ]
    `);
  });

  test("names such as __proto__ are names like any other", async () => {
    for (const table of [
      await csv("__proto__,constructor,toString\n1,2,3\n"),
      parseJsonRows('[{"__proto__": "1", "constructor": "2", "toString": "3"}]', { source: "x.json" }),
    ]) {
      expect(table.columns.map(({ name, cells }) => [name, ...cells])).toEqual([
        ["__proto__", "1"],
        ["constructor", "2"],
        ["toString", "3"],
      ]);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("1");
  });

  test("a long file comes in pieces, and its quotes may lie across them", async () => {
    const rows = Array.from({ length: 40_000 }, (_, r) => [String(r), `line one of ${r}\nline "two", end`]);
    const table = await csv(Papa.unparse([["id", "text"], ...rows]));
    expect(table.rows).toBe(40_000);
    expect([...table.columns[1]!.cells]).toEqual(rows.map((row) => row[1]));
    expect(table.rowNumbers[39_999]).toBe(2 + 2 * 39_999);
  });

  test("what Papa writes is read back, cell by cell", async () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom("", '"', ",", ";", "\n", "\t", "a\nb", '""', "é", " x "));
    const text = cell.filter((value) => !value.includes("\r"));
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 2, max: 5 })
          .chain((width) =>
            fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
          ),
        async (rows) => {
          const names = rows[0]!.map((_, c) => `c${c}`);
          const table = await csv(Papa.unparse([names, ...rows]));
          expect(table.columns.map(({ cells }) => [...cells])).toEqual(names.map((_, c) => rows.map((row) => row[c])));
        },
      ),
    );
  });

  test("bad input", async () => {
    expect(await failure(() => csv("  \n"))).toMatchInlineSnapshot(
      `"EMPTY_DATA: people.csv is empty. It needs a header row and at least one row under it."`,
    );
    expect(await failure(() => csv("a,b\n"))).toMatchInlineSnapshot(
      `"EMPTY_DATA: people.csv has a header (2 columns: "a", "b") and no rows. Add at least one row under it."`,
    );
    expect(await failure(() => csv("a,b,c\n1,2,3\n4,5\n"))).toMatchInlineSnapshot(
      `"RAGGED_ROW: people.csv, row 3 has 2 cells; the header has 3. The first missing one is "c"; leave a cell empty rather than out."`,
    );
    expect(await failure(() => csv('a,b\n"x\ny",2\n1,2,3\n'))).toMatchInlineSnapshot(
      `"RAGGED_ROW: people.csv, row 4 has 3 cells; the header has 2. Put quotes around text that holds the delimiter."`,
    );
    expect(await failure(() => csv('a,b\n1,2\n"3,4\n5,6\n'))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: people.csv, row 3 has a quoted cell that is not closed properly. Close the quote before the next delimiter or line end, and write a quote inside a quoted cell twice ("")."`,
    );
    expect(await failure(() => csv('a,b\n1,2\n"x"y,4\n5,6\n'))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: people.csv, row 3 has a quoted cell that is not closed properly. Close the quote before the next delimiter or line end, and write a quote inside a quoted cell twice ("")."`,
    );
  });

  test("very many badly quoted rows are told like one", async () => {
    const text = `a,b\n1,2\n${'"x"y,4\n'.repeat(200_000)}`;
    expect(await failure(() => csv(text))).toContain("MALFORMED_DATA: people.csv, row 3 has a quoted cell");
  });
});

describe("JSON", () => {
  const json = (text: string) => parseJsonRows(text, { source: "rows.json" });

  test("an array of objects, or one object a line", () => {
    const expected = { a: [1, null, 3], b: [null, "x", null] };
    expect(columns(json('[{"a": 1}, {"b": "x"}, {"a": 3, "b": null}]'))).toEqual(expected);
    const lines = json('\uFEFF{"a": 1}\n\n{"b": "x"}\r\n{"a": 3, "b": null}\n');
    expect(columns(lines)).toEqual(expected);
    expect([...lines.rowNumbers]).toEqual([1, 3, 4]);
  });

  test("nesting beyond any table names row and column, wherever it stands", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const json = (text: string) => failure(() => parseJsonRows(text, { source: "deep.json" }));
    const message =
      'MALFORMED_DATA: deep.json, row 1 has arrays or objects more than 1,000 deep under "x". A cell must be a plain value, or be nested less deeply.';
    expect(await json(`[{ "x": ${deep} }]`)).toBe(message);
    expect(await json(`{ "x": ${deep} }\n{ "x": 1 }`)).toBe(message);
    expect(await json(deep)).toContain("row 1 must be an object with a value per column, and is an array");
    expect(await json(`{ "x": ${deep} }`)).toContain('It holds an array under "x"');
    expect(await json("[".repeat(100_000))).toContain("the text ends too early");
    const shallow = `${"[".repeat(900)}${"]".repeat(900)}`;
    expect(columns(parseJsonRows(`[{ "x": ${shallow} }]`, { source: "deep.json" }))).toEqual({ x: [shallow] });
  });

  test("objects in objects give columns, arrays become their JSON text", () => {
    expect(columns(json('[{"a": {"b": [1]}, "c": true}]'))).toEqual({ "a.b": ["[1]"], c: [true] });
  });

  test("bad input", async () => {
    expect(await failure(() => json(" "))).toMatchInlineSnapshot(
      `"EMPTY_DATA: rows.json is empty. It needs an array of objects, or one object a line."`,
    );
    expect(await failure(() => json("[]"))).toMatchInlineSnapshot(
      `"EMPTY_DATA: rows.json holds no rows. Add at least one object."`,
    );
    expect(await failure(() => json("[{}, {}]"))).toMatchInlineSnapshot(
      `"EMPTY_DATA: rows.json has no columns: every row is empty. Add named values."`,
    );
    expect(await failure(() => json('{"type": "x", "rows": [{"a": 1}]}'))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: rows.json must hold an array of objects, and holds one object with the keys "type", "rows". It holds an array under "rows": save that array as a file of its own."`,
    );
    expect(await failure(() => json("3"))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: rows.json must hold an array of objects, and holds the number 3. Write it as [{...}, {...}], or one object a line."`,
    );
    expect(await failure(() => json('[{"a": 1}, 2]'))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: rows.json, row 2 must be an object with a value per column, and is the number 2. Write each row as {"column": value, ...}."`,
    );
    expect(await failure(() => json('[{"a": 1}, {"a": 2}'))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: rows.json, line 1 is not valid JSON: the text ends too early. Was it cut off?"`,
    );
    expect(await failure(() => json("[\n  {\"a\": 1},\n  {'a': 2}\n]"))).toContain("is not valid JSON");
    expect(await failure(() => json('{"a": 1}\n{"a": \n{"a": 3}\n'))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: rows.json, line 2 is not valid JSON: the text ends too early. Was it cut off?"`,
    );
    expect(await failure(() => tableFromRows([{ a: 1 }, null], { source: "rows" }))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: rows, row 2 must be an object with a value per column, and is null. Write each row as {"column": value, ...}."`,
    );
  });
});

describe("Parquet", () => {
  const fixture = async (name: string) => new Uint8Array(await readFile(new URL(`fixtures/${name}`, import.meta.url)));

  // Written by pyarrow 26 with row groups of two rows.
  test.each(["snappy", "zstd", "gzip"])(
    "%s: integers, floats, text, booleans, times, dates, lists, nulls",
    async (codec) => {
      const table = await parseTable(await fixture(`people-${codec}.parquet`), { source: `people-${codec}.parquet` });
      expect(columns(table)).toEqual({
        id64: [9007199254740, 2, null],
        score: [1.5, null, -2.25],
        name: ["Ada", null, 'Zoë, "Z"'],
        active: [true, false, null],
        seen: ["2021-04-03T14:05:06.789", null, "1969-12-31T00:00:00"],
        born: ["2000-02-29", "1970-01-01", null],
        tags: ['["a","b"]', "[]", null],
      });
    },
  );

  test("bad input", async () => {
    const good = await fixture("people-snappy.parquet");
    const parquet = (bytes: Uint8Array) =>
      failure(() => parseParquet(new Uint8Array(bytes).buffer, { source: "p.parquet" }));
    expect(await parquet(good.subarray(0, 1000))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: p.parquet cannot be read as Parquet: parquet file invalid (footer != PAR1). Is it complete? Write it again, or convert it to CSV."`,
    );
    expect(await parquet(new Uint8Array(0))).toContain("MALFORMED_DATA: p.parquet cannot be read as Parquet");
    expect(await parquet(good.map((byte, i) => (i > 4 && i < 900 ? 255 - byte : byte)))).toContain("MALFORMED_DATA");
    expect(await parquet(await fixture("no-rows.parquet"))).toMatchInlineSnapshot(
      `"EMPTY_DATA: p.parquet has a header (7 columns: "id64", "score", "name", "active", "seen" and 2 more) and no rows. Add at least one row under it."`,
    );
  });
});

describe("files", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "chainrule-data-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const message = async (path: string) => (await failure(() => readTable(path))).replaceAll(folder, "data");

  test("the ending gives the format, otherwise the content does", async () => {
    const x = { a: ["1"], b: ["2"] };
    const texts = (table: Table) =>
      Object.fromEntries(table.columns.map(({ name, cells }) => [name, [String(cells.at(0))]]));
    for (const [name, text] of [
      ["a.csv", "a,b\n1,2\n"],
      ["a.tsv", "a\tb\n1\t2\n"],
      ["a.txt", "a;b\n1;2\n"],
      ["a.data", "a,b\n1,2\n"],
      ["a.json", '[{"a": "1", "b": "2"}]'],
      ["a.jsonl", '{"a": "1", "b": "2"}\n'],
      ["noending", '{"a": "1", "b": "2"}\n{"a": "1", "b": "2"}'],
    ] as const) {
      expect(texts(await readTable(await file(name, text))), name).toEqual(x);
    }
    const parquet = await readFile(new URL("fixtures/people-zstd.parquet", import.meta.url));
    expect((await readTable(await file("people", parquet))).rows).toBe(3);
    expect(columns(await readTable(await file("utf16.csv", Buffer.from("\uFEFFa,b\né,2\n", "utf16le"))))).toEqual({
      a: ["é"],
      b: ["2"],
    });
  });

  test("a file that is too large to be read whole", async () => {
    const path = await file("large.csv", "a,b\n1,2\n");
    await truncate(path, 2 ** 31 + 1);
    expect(await message(path)).toMatchInlineSnapshot(
      `"OUT_OF_MEMORY: data/large.csv is too large to be read whole (over 2 GB). CSV, Parquet and JSON with one object a line are read in blocks by openTable, and by the commands; or cut it into smaller files."`,
    );
    await rm(path);
  });

  test("bad files", async () => {
    expect(await message(join(folder, "none.csv"))).toMatchInlineSnapshot(
      `"FILE_NOT_FOUND: data/none.csv does not exist. Check the path and the folder you are in."`,
    );
    expect(await message(folder)).toMatchInlineSnapshot(`"FILE_NOT_FOUND: data is a folder. Name the file inside it."`);
    expect(await message(await file("empty.csv", ""))).toMatchInlineSnapshot(
      `"EMPTY_DATA: data/empty.csv is empty. It needs a header row and at least one row under it."`,
    );
    expect(await message(await file("book.xlsx", "PK\u0003\u0004..."))).toMatchInlineSnapshot(
      `"UNKNOWN_FORMAT: data/book.xlsx is a ZIP archive or Excel workbook. Save the sheet as CSV: CSV, TSV, JSON (an array of objects, or one a line) and Parquet can be read."`,
    );
    expect(await message(await file("a.png", Uint8Array.of(137, 80, 78, 71, 0, 0)))).toMatchInlineSnapshot(
      `"UNKNOWN_FORMAT: data/a.png is no text file: CSV, TSV, JSON (an array of objects, or one a line) and Parquet can be read."`,
    );
    expect(await message(await file("notes.md", "Just words.\nMore words.\n"))).toMatchInlineSnapshot(
      `"UNKNOWN_FORMAT: data/notes.md is in no known format: no comma, semicolon, tab, pipe or blank parts its lines. CSV, TSV, JSON (an array of objects, or one a line) and Parquet can be read; name the file .csv if it is CSV with one column."`,
    );
    expect(await message(await file("a.csv", Uint8Array.of(97, 44, 0xe9, 10, 0, 1, 2, 3, 0xff)))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: data/a.csv is not text in UTF-8, UTF-16, UTF-32 or Windows-1252. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8")."`,
    );
    expect(await message(await file("a.csv.gz", Uint8Array.of(0x1f, 0x8b, 8, 0)))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: data/a.csv.gz cannot be decompressed: unexpected end of file. Is it complete? Compress it again."`,
    );
  });
});
