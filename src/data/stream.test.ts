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
  cells: tables[0]!.columns.map((_, c) => tables.flatMap((table) => [...table.columns[c]!.cells])),
  rowNumbers: tables.flatMap((table) => Array.from(table.rowNumbers)),
});

async function inBlocks(path: string, blockRows: number, blockBytes?: number): Promise<Table[]> {
  const { head, rest } = await openTable(path, { blockRows, blockBytes });
  const tables = [head];
  for await (const table of rest()) tables.push(table);
  return tables;
}

const cell = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom("", "a b", '"x, y"', '"two\nlines"', '"say ""so"""', "ä–ö", '""', '"\n\n"'),
);

describe("CSV", () => {
  it("is cut by bytes: rows may be as long as they like", async () => {
    const path = join(folder, "wide.csv");
    const rows = Array.from({ length: 40 }, (_, r) => Array.from({ length: 2000 }, (_, c) => r + c).join(","));
    const header = Array.from({ length: 2000 }, (_, c) => `c${c}`).join(",");
    writeFileSync(path, `${header}\n${rows.join("\n")}\n`);
    const blocks = await inBlocks(path, 65_536, 100_000);
    expect(blocks.length).toBeGreaterThan(3);
    expect(contents(blocks)).toEqual(contents([await readTable(path)]));
  });

  it("a quote inside a cell opens none, wherever it stands", async () => {
    const path = join(folder, "inches.csv");
    const rows = Array.from({ length: 200 }, (_, i) => `${i},${i % 9}" pipe,"two\n""lines"" ${i % 4}"`);
    writeFileSync(path, `n,text,more\n${rows.join("\n")}\n`);
    const blocks = await inBlocks(path, 1000, 300);
    expect(blocks.length).toBeGreaterThan(10);
    expect(contents(blocks)).toEqual(contents([await readTable(path)]));
  });

  it("with other line ends, comments and lines before the table is cut all the same", async () => {
    const path = join(folder, "odd.csv");
    const rows = Array.from({ length: 30 }, (_, i) => `${i},"a\r${i}",${i % 3}`);
    for (const newline of ["\r", "\r\n", "\n"])
      for (const before of ["", `A title${newline}`, `# it is "so"${newline}`]) {
        writeFileSync(path, `${before}x,y,z${newline}${rows.join(newline)}${newline}`);
        const blocks = await inBlocks(path, 7, 40);
        expect(blocks.length).toBeGreaterThan(3);
        expect(contents(blocks)).toEqual(contents([await readTable(path)]));
      }
  });

  it("gives the rows of the whole, with their line numbers", async () => {
    const path = join(folder, "random.csv");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer().map(String), cell), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        async (rows, blockRows, blockBytes, endsOpen) => {
          const text = ["n,text", ...rows.map((row) => row.join(","))].join("\n");
          writeFileSync(path, endsOpen ? text : `${text}\n`);
          const tables = await inBlocks(path, blockRows, blockBytes);
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

describe("JSON lines", () => {
  it("give the rows of the whole, with the columns of all of them", async () => {
    const path = join(folder, "random.jsonl");
    const value = fc.oneof(fc.integer(), fc.constantFrom(null, "a\nb", "ä", true, 1e300, { inner: 1 }));
    const row = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), value, { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 300 }),
        async (rows, blockRows, blockBytes) => {
          writeFileSync(path, rows.map((one) => JSON.stringify(one)).join("\n"));
          const whole = await readTable(path);
          const blocks = await inBlocks(path, blockRows, blockBytes);
          expect(blocks.flatMap(({ rowNumbers }) => [...rowNumbers])).toEqual([...whole.rowNumbers]);
          for (const { name, cells } of whole.columns) {
            const own = blocks.flatMap(({ columns, rows }) => [
              ...(columns.find((column) => column.name === name)?.cells ?? new Array<null>(rows).fill(null)),
            ]);
            expect(own).toEqual([...cells]);
          }
          const first = blocks[0]!.columns.map(({ name }) => name);
          for (const { columns } of blocks)
            expect(columns.slice(0, first.length).map(({ name }) => name)).toEqual(first);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("name the line that is none", async () => {
    const path = join(folder, "broken.jsonl");
    const lines = Array.from({ length: 50 }, (_, i) => `{"a": ${i}}`);
    lines[40] = '{"a": ';
    writeFileSync(path, lines.join("\n"));
    await expect(inBlocks(path, 10, 100)).rejects.toThrow("broken.jsonl, line 41");
  });
});

it.each(["people-gzip", "people-snappy", "people-zstd"])("Parquet (%s) gives the rows of the whole", async (name) => {
  const path = fileURLToPath(new URL(`fixtures/${name}.parquet`, import.meta.url));
  const whole = contents([await readTable(path)]);
  for (const blockRows of [1, 3, 1000]) expect(contents(await inBlocks(path, blockRows))).toEqual(whole);
});

it("other formats are refused by name", async () => {
  await expect(openTable("rows.xlsx")).rejects.toThrow(
    "rows.xlsx cannot be read in blocks: CSV, TSV, JSON and Parquet can.",
  );
  writeFileSync(join(folder, "array.json"), '[{"a": 1},\n{"a": 2}]');
  await expect(openTable(join(folder, "array.json"))).rejects.toThrow("since it is one JSON value");
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
