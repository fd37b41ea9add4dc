// Several files as one table: rows one after the other, columns by their names, and every row named by its file.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joinTables } from "./join.ts";
import { prepare } from "./prepare.ts";
import { readTable } from "./read.ts";
import { openTable } from "./stream.ts";
import { origin, type Table } from "./table.ts";
import { csv, failure, repeat } from "./test-tables.ts";
import { transform } from "./transform.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chainrule-join-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes files and says where they are. */
async function files(contents: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const paths = Object.keys(contents).map((name) => join(folder, name));
  await Promise.all(Object.values(contents).map((content, i) => writeFile(paths[i]!, content)));
  return paths;
}
const cells = (table: Table) => Object.fromEntries(table.columns.map((column) => [column.name, [...column.cells]]));
const here = (text: string) => text.replaceAll(`${folder}/`, "").replaceAll(`${folder}\\`, "");

it("rows come one after the other, and columns are matched by their names; each file has its format", async () => {
  const paths = await files({
    "a.csv": "x,y,kind\n1,2,u\n3,4,v\n",
    "b.csv.gz": gzipSync("kind;y;x\nw;6,5;5\n"),
    "c.json": '[{"y": 8, "x": 7, "kind": "u"}]',
    "d.tsv": "y\tkind\tx\n10\tv\t9\n",
  });
  const table = await readTable(paths);
  expect(cells(table)).toEqual({
    x: ["1", "3", "5", 7, "9"],
    y: ["2", "4", "6,5", 8, "10"],
    kind: ["u", "v", "w", "u", "v"],
  });
  expect(
    Array.from(table.rowNumbers.keys(), (row) => here(`${origin(table, row).source}:${origin(table, row).row}`)),
  ).toEqual(["a.csv:2", "a.csv:3", "b.csv.gz:2", "c.json:1", "d.tsv:2"]);
  expect([...table.rowNumbers]).toEqual([2, 3, 5, 6, 8]);
  expect(here(table.source)).toBe("a.csv and 3 more files");
  expect(table.warnings).toEqual([]);
});

it("one file is a table as before", async () => {
  const [path] = await files({ "one.csv": "x,y\n1,2\n" });
  expect(await readTable([path!])).toEqual(await readTable(path!));
});

it("a column that some files lack is missing there, and a warning says so", async () => {
  const table = joinTables([
    await csv("x,size,y\n1,2,3\n4,5,6\n", "a.csv"),
    await csv("x,Size,y\n7,8,9\n", "b.csv"),
    await csv("y,x\n1,2\n", "c.csv"),
  ]);
  expect(cells(table)).toEqual({
    x: ["1", "4", "7", "2"],
    size: ["2", "5", null, null],
    y: ["3", "6", "9", "1"],
    Size: [null, null, "8", null],
  });
  expect(table.warnings.map(({ message }) => message)).toEqual([
    'b.csv, c.csv have no column "size", which a.csv has: 2 rows have a missing cell there. Is its "Size" meant?',
    'a.csv, c.csv have no column "Size", which b.csv has: 3 rows have a missing cell there. Is its "size" meant?',
  ]);
  expect(table.warnings[0]!.settings).toEqual([
    { setting: "columnTypes", value: { size: "ignore" }, does: "leaves the column out" },
  ]);
});

describe("without a header", () => {
  it("a file goes on where another ended: the pieces of a split file", async () => {
    const table = joinTables([
      await csv("x,y\n1,2\n3,4\n5,6\n", "part-1.csv"),
      await csv("7,18\n9,10\n11,12\n", "part-2.csv"),
    ]);
    expect(cells(table)).toEqual({ x: ["1", "3", "5", "7", "9", "11"], y: ["2", "4", "6", "18", "10", "12"] });
    expect(table.hasHeader).toBe(true);
    expect(table.warnings.map(({ message }) => message)).toEqual([
      "The first line of part-2.csv looks like the rows below it: it is read as a row, and its columns are taken as those of part-1.csv, in their order.",
    ]);
  });

  it("columns are matched by their places", async () => {
    const pieces = [await csv("1,12\n3,4\n5,6\n", "a.csv"), await csv("7,18\n9,10\n11,12\n", "b.csv")];
    expect(joinTables(pieces)).toMatchObject({
      rows: 6,
      hasHeader: false,
      columns: [{ name: "column 1" }, { name: "column 2" }],
    });
    const other = await csv("7,18,1\n9,10,1\n11,12,1\n", "c.csv");
    expect(failure(() => joinTables([...pieces, other]))).toMatchInlineSnapshot(
      `"MALFORMED_DATA: c.csv does not go on where a.csv ends: its columns have no names, and there are 3 of them, not 2. Give it a header, or leave it out."`,
    );
  });
});

it("files with nothing in common are no table", async () => {
  const tables = [await csv("x,y\n1,2\n", "a.csv"), await csv("name,street\nAnn,B\n", "b.csv")];
  expect(failure(() => joinTables(tables))).toMatchInlineSnapshot(
    `"MALFORMED_DATA: b.csv does not go on where a.csv ends: they have no column in common. Its columns: "name", "street"; those of a.csv: "x", "y". Give both the same header, or leave one out."`,
  );
});

it("messages name the file and the row in it", async () => {
  const rows = (from: number) => repeat(20, (r) => `${from + r},${(r * 7) % 5}`).join("\n");
  const a = await csv(`x,y\n${rows(0)}\n`, "a.csv");
  const b = await csv(`x,y\n${rows(20)}\nfive,3\n`, "b.csv");
  const table = joinTables([a, b]);
  expect(failure(() => prepare(table, { target: "y" }))).toContain('b.csv, row 22, column "x"');
  const { preprocessing, notes } = prepare(a, { target: "y", validation: 0 });
  expect(failure(() => transform(preprocessing, table))).toContain('b.csv, row 22, column "x"');
  expect(notes).toEqual([]);
  expect(table.notes).toEqual(["Rows are numbered through all files: 2 to 21 are of a.csv, 23 to 43 are of b.csv."]);
});

describe("in blocks", () => {
  it("files come one after the other, columns under the first one's names", async () => {
    const lines = (from: number) => repeat(30, (r) => `${from + r},${2 * (from + r)}`).join("\n");
    const paths = await files({
      "1.csv": `x,y\n${lines(0)}\n`,
      "2.csv": `${lines(30)}\n`,
      "3.csv": `y;x;more\n${repeat(30, (r) => `${2 * (60 + r)};${60 + r};z`).join("\n")}\n`,
    });
    const stream = await openTable(paths, { blockRows: 12 });
    expect(here(stream.head.source)).toBe("1.csv, 2.csv, 3.csv");
    for (const _ of [1, 2]) {
      const xs = [...stream.head.columns[0]!.cells];
      for await (const block of stream.rest()) {
        const x = block.columns.find(({ name }) => name === "x")!.cells;
        const y = block.columns.find(({ name }) => name === "y")!.cells;
        expect([...y]).toEqual([...x].map((value) => String(2 * Number(value))));
        xs.push(...x);
      }
      expect(xs.map(Number)).toEqual(repeat(90, (r) => r));
    }
  });

  it("a file that lacks a column is refused before the training", async () => {
    const paths = await files({ "x.csv": "x,y\n1,2\n2,3\n", "z.csv": "x,z\n1,2\n2,3\n" });
    const error = await openTable(paths).catch((cause: Error) => cause);
    expect(here((error as Error).message)).toMatchInlineSnapshot(
      `"z.csv lacks 1 column that x.csv has: "y". Files that are read in blocks must have the same columns: add what is missing, or leave the file out."`,
    );
  });
});
