// Files as people have them: delimiters, headers, encodings, compression, forms of JSON; what was found is said.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { prepare } from "./prepare.ts";
import { parseTable } from "./read.ts";
import type { Table } from "./table.ts";
import { classesOf } from "./target-kinds.ts";

const bytes = (text: string, encoding: BufferEncoding = "utf8") => new Uint8Array(Buffer.from(text, encoding));
const read = (content: string | Uint8Array, source = "table.csv", options = {}) =>
  parseTable(typeof content === "string" ? bytes(content) : content, { source, ...options });
const columns = (table: Table) => Object.fromEntries(table.columns.map(({ name, cells }) => [name, [...cells]]));

/** A Zstandard frame of one raw block (RFC 8878). */
function zstd(text: string): Uint8Array {
  const content = bytes(text);
  const block = (content.length << 3) | 1;
  return Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, content.length, block & 255, block >> 8, 0, ...content);
}

describe("rows and cells", () => {
  const abc = { a: ["1", "2"], b: ["x", "y"] };
  it.each([
    ["pipes", "a|b\n1|x\n2|y\n"],
    ["blanks in columns", "  a   b\n  1   x\n  2   y\n"],
    ["a sep= line", "sep=;\na;b\n1;x\n2;y\n"],
    ["a preamble", "Report of May\nby us\n\na,b\n1,x\n2,y\n"],
    ["comments", "# of May\na,b\n1,x\n# half\n2,y\n"],
    ["a delimiter at the end of rows", "a,b\n1,x,\n2,y,\n"],
    ["a delimiter at the end of all lines", "a,b,\n1,x,\n2,y,\n"],
    ["blanks before quotes", 'a, "b"\n1, "x"\n2, "y"\n'],
    ["old line ends", "a,b\r1,x\r2,y\r"],
  ])("%s", async (_, text) => {
    expect(columns(await read(text))).toEqual(abc);
  });

  it("rows keep the numbers of their lines", async () => {
    const { rowNumbers, notes } = await read('Title\n\n# no row\na,b\n1,"two\nlines"\n2,y\n');
    expect([...rowNumbers]).toEqual([5, 7]);
    expect(notes.join(" ")).toContain("passed over");
  });

  it("names of rows stand in a column of their own", async () => {
    const table = await read("a,b\nr1,1,x\nr2,2,y\n");
    expect(columns(table)).toEqual({ "row name": ["r1", "r2"], ...abc });
  });

  it("seven faults have seven messages", async () => {
    const faults = [
      "a,b\n1,2\n3\n4,5\n",
      'a,b\n1,"x\n2,y\n',
      "",
      "a,b\n",
      Uint8Array.of(0, 1, 2, 255, 254, 0),
      Uint8Array.of(0x1f, 0x8b, 8, 0, 0),
      "PK\u0003\u0004",
    ];
    const messages = await Promise.all(faults.map((fault) => read(fault).catch((error: Error) => error.message)));
    expect(messages).toMatchInlineSnapshot(`
      [
        "table.csv, row 3 has 1 cell; the header has 2. The first missing one is "b"; leave a cell empty rather than out.",
        "table.csv, row 2 has a quoted cell that is not closed properly. Close the quote before the next delimiter or line end, and write a quote inside a quoted cell twice ("").",
        "table.csv is empty. It needs a header row and at least one row under it.",
        "table.csv has a header (2 columns: "a", "b") and no rows. Add at least one row under it.",
        "table.csv is not text in UTF-8, UTF-16, UTF-32 or Windows-1252. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").",
        "table.csv cannot be decompressed: unexpected end of file. Is it complete? Compress it again.",
        "table.csv is a ZIP archive or Excel workbook. Save the sheet as CSV: CSV, TSV, JSON (an array of objects, or one a line) and Parquet can be read.",
      ]
    `);
  });
});

describe("a first line that is no header", () => {
  const text = "4.6,3.7,setosa\n4.4,3.4,setosa\n4.6,3.1,virginica\n4.5,3.5,setosa\n";
  it("is read as a row, and it is said how to take it for names", async () => {
    const table = await read(text);
    expect(columns(table)).toMatchObject({ "column 3": ["setosa", "setosa", "virginica", "setosa"] });
    expect(table.warnings).toMatchObject([{ settings: [{ setting: "header", value: true }] }]);
    expect(columns(await read(text, "table.csv", { header: true }))).toHaveProperty("setosa");
    expect(columns(await read("a,b\n1,2\n", "table.csv", { header: false }))).toEqual({
      ...{ "column 1": ["a", "1"], "column 2": ["b", "2"] },
    });
  });
  it("its columns are known by their numbers", async () => {
    const table = await read(text);
    expect(classesOf(prepare(table, { target: "3", validation: 0 }).preprocessing.targets[0]!)).toEqual([
      "setosa",
      "virginica",
    ]);
    expect(() => prepare(table, { target: "setosa" })).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The target is "setosa", and the columns of table.csv have no names: its first line looks like the rows below it. "setosa" stands in the first row of "column 3". Name one of "column 1", "column 2", "column 3", or say that the first line holds names (header: true).]`,
    );
  });
});

describe("bytes", () => {
  const cafe = { a: ["café", "naïve"], b: ["1", "2"] };
  const text = "a,b\ncafé,1\nnaïve,2\n";
  it.each([
    ["UTF-8 with a mark", bytes(`\uFEFF${text}`)],
    ["UTF-16 with a mark", bytes(`\uFEFF${text}`, "utf16le")],
    ["UTF-16 without one", bytes(text, "utf16le")],
    ["Latin-1", bytes(text, "latin1")],
    ["gzip", new Uint8Array(gzipSync(text))],
    ["Zstandard", zstd(text)],
  ])("%s", async (name, content) => {
    const table = await read(content, name === "gzip" ? "table.csv.gz" : "table.csv");
    expect(columns(table)).toEqual(cafe);
    expect(table.notes.length).toBe(name === "Latin-1" ? 1 : 0);
  });
});

it("what is no UTF-8 has the euro and the quotes of Windows-1252, whatever the version of Node", async () => {
  const bytes = new Uint8Array([...Buffer.from("x,y\n"), 0x80, 0x2c, 0x92, 0x0a, 0xe9, 0x2c, 0x81, 0x0a]);
  expect(columns(await parseTable(bytes, { source: "table.csv" }))).toEqual({ x: ["€", "é"], y: ["’", "\u0081"] });
});

describe("JSON", () => {
  const xy = { x: [1, 2], y: ["a", null] };
  it.each([
    ["rows", '[{"x": 1, "y": "a"}, {"x": 2, "y": null}]'],
    ["lines", '{"x": 1, "y": "a"}\n{"x": 2}\n'],
    ["columns", '{"x": [1, 2], "y": ["a", null]}'],
    ["columns by row", '{"x": {"0": 1, "1": 2}, "y": {"0": "a", "1": null}}'],
    ["split", '{"columns": ["x", "y"], "index": [0, 1], "data": [[1, "a"], [2, null]]}'],
  ])("%s", async (_, text) => {
    expect(columns(await read(text, "table.json"))).toEqual(xy);
  });

  it("numbers that no float64 holds are texts as written; what Python writes is a number", async () => {
    const exact = "[0.1, 0.30000000000000004, 1.50, 1E5, 9007199254740993, 0.12345678901234567891, 1e400, -0.0]";
    const text = `{"x": ${exact}, "y": [NaN, Infinity, -Infinity, [1e400, NaN], "x", 1, 2, 3]}`;
    const kept = [0.1, 0.30000000000000004, 1.5, 1e5, "9007199254740993", "0.12345678901234567891", "1e400", "-0.0"];
    const written = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "[1e400,NaN]", "x", 1, 2, 3];
    expect(columns(await read(text, "table.json"))).toEqual({ x: kept, y: written });
    await expect(read('[{"x": 1.2.3456789012345678}]', "table.json")).rejects.toThrow("is not valid JSON");
  });

  it("nested objects make columns; text that looks like numbers stays", async () => {
    const text = '[{"a": {"b": 1, "c": {"d": "NaN 1234567890123456789"}}, "e": []}]';
    expect(columns(await read(text, "table.json"))).toEqual({
      ...{ "a.b": [1], "a.c.d": ["NaN 1234567890123456789"], e: ["[]"] },
    });
  });

  it("long ids stay what they are, and are no constant", async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `9007199254740993${String(i).padStart(2, "0")}`);
    const rows = ids.map((id, i) => `{"id": ${id}, "x": ${i % 7}, "y": ${i % 2}}`);
    const table = await read(`[${rows.join()}]`, "table.json");
    expect(columns(table).id).toEqual(ids);
    expect(prepare(table, { target: "y" }).columns[0]).toMatchObject({ type: "identifier", distinct: 30 });
  });
});
