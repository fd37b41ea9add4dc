// Parquet keeps the types that the file says: fixtures of pyarrow and pandas, written by fixtures/make_types.py.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { prepare } from "../prepare.ts";
import { readTable } from "../read.ts";
import { openTable } from "../stream.ts";
import type { Table } from "../table.ts";
import { failure, fromRows, repeat } from "../test-tables.ts";
import { arrowFields } from "./arrow-schema.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}.parquet`, import.meta.url));
const cells = (table: Table) => Object.fromEntries(table.columns.map((column) => [column.name, [...column.cells]]));

describe("types", () => {
  it("are as exact as the file has them", async () => {
    expect(cells(await readTable(fixture("types")))).toEqual({
      id: ["9007199254740993", "9007199254740995", 3],
      unsigned: ["18446744073709551615", "18446744073709551614", null],
      small: [4294967295, 0, null],
      price: ["12.30", "-0.05", null],
      long: ["1234567890123456789.0123456789", "-1.0000000000", null],
      half: [0.1, Number.POSITIVE_INFINITY, Number.NaN],
      wide: [0.1, Number.NEGATIVE_INFINITY, null],
      day: ["2021-04-03", "1969-12-31", null],
      local: ["2021-04-03T14:05:06.123456", "1969-12-31T00:00:00", null],
      moment: ["2021-04-03T14:05:06Z", "1969-12-31T23:59:59.999Z", null],
      fine: ["2021-04-03T14:05:06.123456789Z", "1969-12-31T23:59:59.999999999Z", null],
      clock: ["07:45:00", "23:59:59.5", null],
      clock32: ["07:45:00", "00:00:01", null],
      took: ["2 days 03:00:00", "-00:00:01.5", null],
      kind: ["b", "a", null],
      zip: [10115, 80331, null],
      flag: [true, false, null],
      raw: ["00ff", "text", null],
      "where.lat": [52.5, null, null],
      "where.at.floor": [2, null, null],
      "where.at.since": ["2020-01-01", null, null],
      tags: ['["a",null]', "[]", null],
      paid: ['["1.50"]', '["2.00","0.10"]', null],
      notes: ['{"x":1}', '{"y":2,"z":null}', null],
      steps: ['[{"n":1,"on":"2021-01-01"}]', "[]", null],
    });
  });

  it("in old notations: moments of 96 bits, decimals as integers", async () => {
    expect(cells(await readTable(fixture("types-int96")))).toEqual({
      price: ["12.30", "-0.05", null],
      day: ["2021-04-03", "1969-12-31", null],
      local: ["2021-04-03T14:05:06.123456Z", "1969-12-31T00:00:00Z", null],
      moment: ["2021-04-03T14:05:06Z", "1969-12-31T23:59:59.999Z", null],
      id: ["9007199254740993", "9007199254740995", 3],
    });
  });

  it("lists and maps are said to be texts", async () => {
    const { notes } = await readTable(fixture("types"));
    expect(notes.map((note) => note.replaceAll(fixture("types"), "types.parquet"))).toEqual([
      '"tags", "paid", "steps" of types.parquet hold lists: each is one text here. To learn from what they hold, make columns of it.',
      '"notes" of types.parquet holds maps: each is one text here. To learn from what they hold, make columns of it.',
    ]);
  });

  it("in blocks, the rows are those of the whole", async () => {
    for (const name of ["types", "types-int96", "pandas"]) {
      const whole = await readTable(fixture(name));
      const stream = await openTable(fixture(name), { blockRows: 2 });
      const blocks = [stream.head];
      for await (const block of stream.rest()) blocks.push(block);
      for (const [c, column] of whole.columns.entries()) {
        const { cells: _, ...rest } = column;
        expect(blocks[0]!.columns[c]).toMatchObject(rest);
        expect(blocks.flatMap(({ columns }) => [...columns[c]!.cells])).toEqual([...column.cells]);
      }
    }
  });
});

describe("dictionaries", () => {
  it("are categories, whatever their values", async () => {
    const table = await readTable(fixture("pandas"));
    const { columns, preprocessing } = prepare(table, { target: "y" });
    expect(columns[0]).toMatchObject({ type: "category", role: "feature", reason: "as the file says" });
    expect(preprocessing.columns[0]).toMatchObject({ name: "grade", levels: ["1", "2", "3"] });
    const other = prepare(table, { target: "y", columnTypes: { grade: "number" } });
    expect(other.columns[0]).toMatchObject({ type: "number", reason: "set by you" });
    const types = await readTable(fixture("types"));
    expect(types.columns.filter(({ declared }) => declared).map(({ name }) => name)).toEqual(["kind", "zip"]);
  });

  it("are a target of classes", async () => {
    expect(prepare(await readTable(fixture("pandas")), { target: "grade" })).toMatchObject({ task: "classification" });
  });

  it("what is no schema of Arrow says nothing", () => {
    for (const value of ["", "AAAA", "/////w==", "!", btoa("x".repeat(99))])
      expect(arrowFields([{ key: "ARROW:schema", value }])).toEqual(new Map());
    expect(arrowFields([{ key: "pandas", value: "{" }])).toEqual(new Map());
  });
});

it("infinite numbers are named, and can be missing", () => {
  const table = fromRows(repeat(30, (r) => ({ x: r === 4 ? Number.POSITIVE_INFINITY : r * 1.5, y: r % 7 })));
  const options = { target: "y", task: "regression" } as const;
  expect(failure(() => prepare(table, options))).toMatchInlineSnapshot(
    `"TYPE_MISMATCH: rows, row 5, column "x": numeric column with text in row 5. 29 of 30 cells hold a number, and this one holds "Infinity". If it means that the value is missing, say so (missing: [ { column: "x", word: "Infinity" } ]). Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. columnTypes: { x: "category" }."`,
  );
  const half = fromRows(repeat(30, (r) => ({ x: r % 2 ? Number.NEGATIVE_INFINITY : r, y: r % 7 })));
  expect(failure(() => prepare(half, options))).toContain('row 2, column "x"');
  const missing = [{ column: "x", word: "Infinity" }];
  expect(prepare(table, { ...options, missing }).columns[0]).toMatchObject({ type: "number", missing: 1 });
});
