// Predictions as Parquet: what is written is read back, in blocks, with the types that the model and the cells say.
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { describe, expect, it } from "vitest";
import { type Cell, parseParquet } from "../data/index.ts";
import { predictionParquet } from "./prediction-parquet.ts";
import type { PredictedBlock, PredictedColumns } from "./predictions.ts";

type Columns = PredictedColumns["all"];

async function written(columns: Columns, blocks: readonly (readonly (readonly Cell[])[])[]): Promise<Uint8Array> {
  async function* all(): AsyncGenerator<PredictedBlock> {
    for (const rows of blocks) {
      const own = columns.map(({ name }, c) => ({ name, at: (row: number) => rows[row]![c]! }));
      yield { rows: rows.length, columns: own };
    }
  }
  const parts: Uint8Array[] = [];
  for await (const part of predictionParquet(columns, all())) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

async function readBack(bytes: Uint8Array): Promise<Record<string, Cell[]>> {
  const table = await parseParquet(bytes.buffer as ArrayBuffer, { source: "predictions" });
  const cells = table.columns.map(({ name, cells }) => [
    name,
    Array.from({ length: table.rows }, (_, r) => cells.at(r)!),
  ]);
  return Object.fromEntries(cells);
}

const texts = fc.string({ unit: "grapheme", minLength: 1 });
/** Columns that are text, numbers, true and false, and read as numbers by a model; a row has one of each. */
const row = fc.tuple(
  fc.option(texts),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.boolean()),
  fc.option(fc.integer().map((n) => `${n}.5`)),
);

describe("what is written", () => {
  const columns: Columns = [{ name: "text" }, { name: "number" }, { name: "flag" }, { name: "read", number: Number }];

  it("is read back the same, whatever the cells and however many rows a block has", async () => {
    const first = ["a", 1, true, "2.5"] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(row, { maxLength: 6 }), { maxLength: 4 }), async (more) => {
        const blocks = [[first], ...more];
        const rows = blocks.flat();
        expect(await readBack(await written(columns, blocks))).toEqual({
          ...{ text: rows.map(([text]) => text), number: rows.map(([, number]) => number) },
          ...{
            flag: rows.map(([, , flag]) => flag),
            read: rows.map(([, , , read]) => (read === null ? null : Number(read))),
          },
        });
      }),
      { numRuns: 60 },
    );
  });

  it("has a row group a block, and is a file though there are no rows", async () => {
    const bytes = await written(columns, [
      [["a", 1, true, "1"]],
      [
        ["b", 2, false, "2"],
        [null, null, null, null],
      ],
    ]);
    expect(parquetMetadata(bytes.buffer as ArrayBuffer).row_groups.map(({ num_rows }) => num_rows)).toEqual([1n, 2n]);
    const empty = parquetMetadata((await written(columns, [])).buffer as ArrayBuffer);
    expect(empty.num_rows).toBe(0n);
    expect(empty.schema.slice(1).map(({ name, type }) => [name, type])).toEqual([
      ...[
        ["text", "BYTE_ARRAY"],
        ["number", "BYTE_ARRAY"],
      ],
      ...[
        ["flag", "BYTE_ARRAY"],
        ["read", "DOUBLE"],
      ],
    ]);
  });

  it("is text where cells of the first block are of several kinds, and null where the model reads no number", async () => {
    const blocks = [
      [
        ["a", 1, true, "no"],
        [2, "one", "true", "3"],
      ],
    ] as const;
    expect(await readBack(await written(columns, blocks))).toEqual({
      ...{ text: ["a", "2"], number: ["1", "one"], flag: ["true", "true"], read: [null, 3] },
    });
  });

  it("has one type a column: a cell of another is said with what to do", async () => {
    const blocks = [[["a", 1, true, "1"]], [["a", "none", true, "1"]]] as const;
    await expect(written(columns, blocks)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: A column of a Parquet file has one type, and the column "number" has numbers in its first rows and "none" further down. Write the predictions as CSV or JSON lines, or make the column one type.]`,
    );
  });
});
