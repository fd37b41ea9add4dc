// A table in blocks is prepared as the same table in memory is: types, fits and rows.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PrepareOptions, prepare, type Table, type TableStream, tableFromRows } from "./index.ts";
import { prepareStream } from "./prepare-stream.ts";
import { sliceTable } from "./table.ts";
import { failure, repeat } from "./test-tables.ts";

/** A table as if it came in blocks. */
const blocks = (table: Table, rows: number): TableStream => ({
  head: sliceTable(table, 0, rows),
  rows: table.rows,
  async *rest() {
    for (let from = rows; from < table.rows; from += rows) yield sliceTable(table, from, from + rows);
  },
});

/** Equal, but for the rounding of numbers. */
function near(found: unknown, expected: unknown): void {
  const numbers = (value: unknown) => {
    const all: number[] = [];
    const text = JSON.stringify(value, (_, each) => (typeof each === "number" ? `number ${all.push(each)}` : each));
    return { all, text };
  };
  const [a, b] = [numbers(found), numbers(expected)];
  expect(a.text).toBe(b.text);
  for (const [i, value] of a.all.entries())
    expect(Math.abs(value - b.all[i]!)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(b.all[i]!)));
}

async function rejection(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return failure(() => {
    if (error !== undefined) throw error;
  });
}

const texts: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  whole: fc.integer({ min: -50, max: 50 }).map(String),
  fraction: fc.double({ noNaN: true, min: -1e3, max: 1e3 }).map((value) => value.toFixed(3)),
  few: fc.constantFrom("1", "2", "3"),
  levels: fc.constantFrom("a", "b", "B", "c"),
  money: fc.integer({ min: 0, max: 1e6 }).map((value) => `$${value.toLocaleString("en")}`),
  date: fc.integer({ min: 0, max: 20_000 }).map((day) => new Date(day * 864e5).toISOString().slice(0, 10)),
  compact: fc.integer({ min: 1, max: 28 }).map((day) => `202103${String(day).padStart(2, "0")}`),
  code: fc.integer({ min: 0, max: 999 }).map((value) => String(value).padStart(3, "0")),
  long: fc.constantFrom("90071992547409931", "90071992547409932", "90071992547409933"),
  name: fc.string({ minLength: 1, maxLength: 5 }),
  mixed: fc.constantFrom("1", "2", "3", "many", "NA", "none"),
  flag: fc.constantFrom("yes", "no", "Y"),
  time: fc.constantFrom("07:45", "12:30", "23:59"),
  value: fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)),
};
const cells = fc
  .constantFrom(...Object.keys(texts))
  .chain((kind) =>
    fc.array(
      fc.oneof({ weight: 9, arbitrary: texts[kind]! }, { weight: 1, arbitrary: fc.constantFrom("", "NA", "n/a") }),
      { minLength: 40, maxLength: 40 },
    ),
  );
const tables = fc
  .tuple(
    fc.array(cells, { minLength: 1, maxLength: 5 }),
    fc.constantFrom("number", "class", "few"),
    fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 40, maxLength: 40 }),
    fc.constantFrom("id", "c", "index", "date"),
  )
  .map(([columns, kind, values, name]) => {
    const rows = repeat(40, (r) => {
      const y = kind === "number" ? values[r]! / 7 : kind === "few" ? values[r]! % 3 : values[r]! % 2 ? "in" : "out";
      return { ...Object.fromEntries(columns.map((of, c) => [c === 0 ? name : `c${c}`, of[r]])), y };
    });
    return tableFromRows(rows, { source: "rows" });
  });

describe("types and fits", () => {
  it("are those of the table in memory, wherever the blocks end", async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 40 }), async (table, rows) => {
        const options: PrepareOptions = { target: "y", validation: 0 };
        let whole: ReturnType<typeof prepare>;
        try {
          whole = prepare(table, options);
        } catch (error) {
          const expected = failure(() => {
            throw error;
          });
          expect(await rejection(prepareStream(blocks(table, rows), options))).toBe(expected);
          return;
        }
        const streamed = await prepareStream(blocks(table, rows), options);
        near(streamed.preprocessing, whole.preprocessing);
        expect(streamed.columns).toEqual(whole.columns);
        expect(streamed.task).toBe(whole.task);
        expect(streamed.notes).toEqual(whole.notes);
        expect(streamed.warnings).toEqual(whole.warnings);
        const { train, tableRows } = await streamed.encode();
        const byRow = new Map(Array.from(whole.train.rowNumbers, (row, i) => [whole.tableRows[row]!, i]));
        const width = whole.preprocessing.features.length;
        expect(train.rows).toBe(whole.train.rows);
        for (let i = 0; i < train.rows; i++) {
          const other = byRow.get(tableRows[train.rowNumbers[i]!]!)!;
          const x = Array.from(train.x.subarray(i * width, (i + 1) * width));
          const expected = whole.train.x.subarray(other * width, (other + 1) * width);
          for (const [f, value] of x.entries()) expect(value).toBeCloseTo(expected[f]!, 4);
          expect(train.y[i]).toBeCloseTo(whole.train.y[other]!, 4);
        }
      }),
      { numRuns: 300 },
    );
  });
});
