// Damaged Parquet: what checksums tell is told, and what has none ends all the same. Fixtures of pyarrow, written by fixtures/make_types.py.
import { readFile } from "node:fs/promises";
import { parquetMetadataAsync } from "hyparquet";
import { describe, expect, it } from "vitest";
import { ChainruleError } from "../../ir/errors.ts";
import { parseTable } from "../read.ts";
import type { Table } from "../table.ts";
import { ByteReader, checkRuns, checkValues } from "./parquet-encodings.ts";
import { pagesIn } from "./parquet-pages.ts";

const fixture = (name: string) => readFile(new URL(`../fixtures/${name}.parquet`, import.meta.url));
const cells = (table: Table) => JSON.stringify(table.columns.map((column) => [column.name, [...column.cells]]));
const read = (bytes: Uint8Array) => parseTable(new Uint8Array(bytes), { source: "damaged.parquet" });

it("pages of every encoding are read, compressed and not", async () => {
  const tables = await Promise.all(
    ["checksums", "checksums-v1", "deltas"].map(async (name) => read(await fixture(name))),
  );
  expect(tables.map(({ rows }) => rows)).toEqual([400, 400, 400]);
  expect(new Set(tables.map(cells)).size).toBe(1);
  const [table] = tables;
  const row = (at: number) => table!.columns.map((column) => column.cells.at(at));
  expect(row(0)).toEqual([0, null, "row-00000", "a", 0, null, true, null, 0]);
  expect(row(399)).toEqual([156408, 17, "row-00133", "a", 147.63, 199.5, false, '["t0","t1","t2"]', 0]);
});

it.each(["checksums", "checksums-v1"])("%s: a changed bit in a page is told by its checksum", async (name) => {
  const bytes = new Uint8Array(await fixture(name));
  const metadata = await parquetMetadataAsync(bytes.slice().buffer);
  const places = await pagesIn(bytes.slice().buffer, metadata);
  expect(places.length).toBe(30);
  let changed = 0;
  for (const [p, { at, compressed }] of places.entries()) {
    for (const byte of [0, 1, compressed >> 1, compressed - 1]) {
      const damaged = bytes.slice();
      damaged[at + byte]! ^= 1 << (p % 8);
      await expect(read(damaged), `byte ${at + byte}`).rejects.toMatchObject({
        code: "MALFORMED_DATA",
        message: expect.stringMatching(
          /a page of column "[\w.]+" in row group [123] is damaged: its checksum does not hold/,
        ),
      });
      changed++;
    }
  }
  expect(changed).toBe(120);
});

it("every byte of a file without checksums may be another: it is read or refused, and ends", async () => {
  const bytes = new Uint8Array(await fixture("deltas"));
  const values = [0, 0x7f, 0x80, 0xff];
  for (let at = 0; at < bytes.length; at += 13) {
    const damaged = bytes.slice();
    damaged[at] = values[at % 4]!;
    await read(damaged).catch((error: unknown) => {
      if (!(error instanceof ChainruleError)) throw error;
    });
  }
});

it("counts that the file cannot hold are refused before memory is taken", async () => {
  const bytes = new Uint8Array(await fixture("deltas"));
  const file = bytes.slice().buffer;
  const metadata = await parquetMetadataAsync(file);
  const { columns, ...group } = metadata.row_groups[0]!;
  const [first, ...others] = columns;
  const change = (meta: object, rows = group.num_rows) =>
    pagesIn(file, {
      ...metadata,
      row_groups: [
        { ...group, num_rows: rows, columns: [{ ...first!, meta_data: { ...first!.meta_data!, ...meta } }, ...others] },
      ],
    });
  await expect(change({ num_values: 2n ** 40n }, 2n ** 40n)).rejects.toThrow(
    "150 values in its pages, and 1099511627776 are said",
  );
  await expect(change({ num_values: 2n ** 40n })).rejects.toThrow("there are 1099511627776 values for 150 rows");
  await expect(change({ total_compressed_size: 2n ** 40n })).rejects.toThrow("it lies outside of the file");
  await expect(change({ path_in_schema: ["nothing"] })).rejects.toThrow('there is no column "nothing"');
});

describe("what a decoder would trust", () => {
  const integers = { type: "INT64", length: 0 };
  const texts = { type: "BYTE_ARRAY", length: 0 };
  const reader = (...bytes: readonly number[]) => new ByteReader(Uint8Array.from(bytes));

  it("runs are no longer than what is left", () => {
    expect(checkRuns(reader(8, 1), 1, 4, 1)).toBe(4);
    expect(checkRuns(reader(3, 0b10101010), 1, 8, 1)).toBe(4);
    expect(() => checkRuns(reader(10, 1), 1, 4)).toThrow("it has a run of 5 values where 4 are left");
    expect(() => checkRuns(reader(0xff, 0xff, 0xff, 0xff, 7), 0, 4)).toThrow("packed values where 4 are left");
    expect(() => checkRuns(reader(0, 0, 0, 0), 1, 4)).toThrow("it ends too early");
  });

  it("blocks of differences have a size, and go forward", () => {
    expect(() => checkValues(reader(0, 4, 2, 0), 5, integers, 2)).toThrow("it has blocks of 0 differences in 4 parts");
    expect(() => checkValues(reader(128, 1, 0, 2, 0), 5, integers, 2)).toThrow(
      "it has blocks of 128 differences in 0 parts",
    );
    expect(() => checkValues(reader(128, 1, 4, 9, 0), 5, integers, 2)).toThrow("it has 9 differences for 2 values");
    expect(() => checkValues(reader(128, 1, 4, 2, 0, 0, 65, 0, 0, 0), 5, integers, 2)).toThrow(
      "differences of 65 bits",
    );
    expect(() => checkValues(reader(128, 1, 4, 2, 0, 0, 1, 0, 0, 0), 5, integers, 2)).toThrow("it ends too early");
    expect(() => checkValues(reader(...new Array(11).fill(0xff)), 5, integers, 2)).toThrow(
      "a number that does not end",
    );
  });

  it("texts lie in the page, and share what there is", () => {
    expect(() => checkValues(reader(9, 0, 0, 0, 65), 0, texts, 1)).toThrow("it ends too early");
    expect(() => checkValues(reader(128, 1, 4, 1, 18, 65), 6, texts, 1)).toThrow(
      "its texts take 9 bytes where 1 are left",
    );
    expect(() => checkValues(reader(128, 1, 4, 1, 17, 65), 6, texts, 1)).toThrow("a text of negative length");
    expect(() => checkValues(reader(128, 1, 4, 1, 18, 128, 1, 4, 1, 2, 65), 7, texts, 1)).toThrow(
      "a text shares 9 bytes with one of 0",
    );
  });
});
