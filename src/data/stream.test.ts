// A table read in blocks is the table read whole, wherever the blocks end.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTable } from "./read.ts";
import { openTable } from "./stream.ts";
import type { Table } from "./table.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "chainrule-stream-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Names, rows and row numbers. */
const contents = (tables: readonly Table[]) => ({
  names: tables[0]!.columns.map(({ name }) => name),
  cells: tables[0]!.columns.map((_, c) => tables.flatMap((table) => table.columns[c]!.cells)),
  rowNumbers: tables.flatMap((table) => Array.from(table.rowNumbers)),
});

async function inBlocks(path: string, blockRows: number): Promise<Table[]> {
  const { head, rest } = await openTable(path, { blockRows });
  const tables = [head];
  for await (const table of rest()) tables.push(table);
  return tables;
}

const cell = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom("", "a b", '"x, y"', '"two\nlines"', '"say ""so"""', "ä–ö"),
);

describe("CSV", () => {
  it("gives the rows of the whole, with their line numbers", async () => {
    const path = join(folder, "random.csv");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer().map(String), cell), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (rows, blockRows, endsOpen) => {
          const text = ["n,text", ...rows.map((row) => row.join(","))].join("\n");
          writeFileSync(path, endsOpen ? text : `${text}\n`);
          const tables = await inBlocks(path, blockRows);
          expect(contents(tables)).toEqual(contents([await readTable(path)]));
          expect(Math.max(...tables.map((table) => table.rows))).toBeLessThanOrEqual(blockRows);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("larger than a read of the file, and names the line of a broken row", async () => {
    const path = join(folder, "large.csv");
    const rows = Array.from({ length: 200_000 }, (_, i) => `${i},${i % 7},${"x".repeat(i % 13)}`);
    writeFileSync(path, ["a,b,c", ...rows].join("\n"));
    const tables = await inBlocks(path, 50_000);
    expect(tables.length).toBeGreaterThan(3);
    expect(contents(tables)).toEqual(contents([await readTable(path)]));
    expect((await openTable(path, { blockRows: 50_000 })).rows / rows.length).toBeCloseTo(1, 1);
    rows[150_000] = "1,2";
    writeFileSync(path, ["a,b,c", ...rows].join("\n"));
    await expect(inBlocks(path, 50_000)).rejects.toThrow("row 150002 has 2 cells; the header has 3");
  });
});

it.each(["people-gzip", "people-snappy", "people-zstd"])("Parquet (%s) gives the rows of the whole", async (name) => {
  const path = fileURLToPath(new URL(`fixtures/${name}.parquet`, import.meta.url));
  const whole = contents([await readTable(path)]);
  for (const blockRows of [1, 3, 1000]) expect(contents(await inBlocks(path, blockRows))).toEqual(whole);
});

it("other formats are refused by name", async () => {
  await expect(openTable("rows.json")).rejects.toThrow("rows.json cannot be read in blocks: CSV, TSV and Parquet can.");
  await expect(openTable("nowhere.csv")).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
});

it("a piece whose first line looks like a header is one of rows where the first file has other names, or none", async () => {
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const plain = write("piece-1.csv", "4.6,3.7,7\n4.4,3.4,9\n4.5,3.1,8\n");
  const gap = write("piece-2.csv", "NA,3.5,8\n4.1,3.3,9\n4.2,3.2,7\n");
  const named = write("piece-0.csv", "a,b,c\n5.1,3.8,7\n5.4,3.9,9\n");
  for (const [paths, names] of [
    [
      [plain, gap],
      ["column 1", "column 2", "column 3"],
    ],
    [
      [named, gap],
      ["a", "b", "c"],
    ],
  ] as const) {
    const whole = await readTable(paths);
    const { head, rest } = await openTable(paths);
    const tables = [head];
    for await (const table of rest()) tables.push(table);
    for (const found of [contents([whole]), contents(tables)]) {
      expect(found.names).toEqual(names);
      expect(found.cells.map((cells) => cells.slice(-3))).toEqual([
        ["NA", "4.1", "4.2"],
        ["3.5", "3.3", "3.2"],
        ["8", "9", "7"],
      ]);
    }
  }
});
