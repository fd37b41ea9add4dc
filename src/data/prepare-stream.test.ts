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
      { numRuns: 150 },
    );
  });
});

/** Rows of a table of two columns. */
const ofRows = (rows: number, row: (r: number) => object) => tableFromRows(repeat(rows, row), { source: "rows" });

describe("more different values than are kept", () => {
  const rows = 70_000;

  it("of dates are read as the first ones are, and fitted over all of them", async () => {
    const table = ofRows(rows, (r) => ({ at: new Date(r * 36e5).toISOString(), y: r % 1000 }));
    const whole = prepare(table, { target: "y", validation: 0, task: "regression" });
    const streamed = await prepareStream(blocks(table, 10_000), { target: "y", validation: 0, task: "regression" });
    near(streamed.preprocessing, whole.preprocessing);
    expect(streamed.columns[0]).toMatchObject({ type: "date", missing: 0, features: whole.columns[0]!.features });
    // Two digits of an estimate.
    expect(Math.abs(streamed.columns[0]!.distinct / rows - 1)).toBeLessThan(0.06);
  });

  it("of texts are told to be an identifier, and of categories the first ones are", async () => {
    const table = ofRows(210_000, (r) => ({ key: `k${r}x`, shop: r % 3 === 0 ? `t${r}` : `s${r % 50}`, y: r % 7 }));
    const { columns } = await prepareStream(blocks(table, 20_000), { target: "y" });
    expect(columns[0]).toMatchObject({ type: "identifier", role: "left out" });
    expect(columns[1]).toMatchObject({ type: "category", role: "feature" });
  });

  it("of numbers are counted about, and are unique where they rise", async () => {
    const table = ofRows(rows, (r) => ({ "user id": 3 * r + 5, x: (r * 7919) % 70_001, y: r % 7 }));
    const { columns } = await prepareStream(blocks(table, 10_000), { target: "y" });
    expect(columns[0]).toMatchObject({ type: "identifier", role: "left out" });
    expect(columns[1]).toMatchObject({ type: "number", role: "feature" });
    expect(Math.abs(columns[1]!.distinct / rows - 1)).toBeLessThan(0.06);
  });
});

describe("what later rows say", () => {
  it("of a column counts: words beside numbers, numbers written otherwise, a class, a constant that is none", async () => {
    const table = ofRows(400, (r) => ({
      money: r < 390 ? String(r) : `${r},000`,
      grade: r < 395 ? "1" : "2",
      code: r < 300 || r % 2 ? String(r % 3) : "many",
      y: r < 380 ? "a" : "b",
    }));
    const options = { target: "y", validation: 0 } as const;
    const streamed = await prepareStream(blocks(table, 50), options);
    near(streamed.preprocessing, prepare(table, options).preprocessing);
  });

  it("is refused with its row, as in memory", async () => {
    const table = ofRows(400, (r) => ({ x: r === 399 ? "five" : r * 1.5, y: r % 9 }));
    const expected = failure(() => prepare(table, { target: "y" }));
    expect(await rejection(prepareStream(blocks(table, 50), { target: "y" }))).toBe(expected);
    expect(expected).toContain("row 400");
  });
});

describe("rows", () => {
  it("for validation are drawn from all of the table, and a class of one row is trained on", async () => {
    const table = ofRows(2000, (r) => ({ x: r, z: (r * 7) % 11, y: r === 7 ? "rare" : r < 1000 ? "a" : "b" }));
    for (const seed of [1, 2, 3]) {
      const prepared = await (await prepareStream(blocks(table, 300), { target: "y", seed })).encode();
      const { train, validation, tableRows } = prepared;
      const numbers = (split: typeof train) => Array.from(split.rowNumbers, (row) => tableRows[row]!);
      const held = numbers(validation!);
      expect(held.length).toBeGreaterThan(320);
      expect(held.length).toBeLessThan(480);
      const late = held.filter((row) => row > 1000).length / held.length;
      expect(late).toBeGreaterThan(0.4);
      expect(late).toBeLessThan(0.6);
      expect(new Set([...held, ...numbers(train)]).size).toBe(2000);
      expect(numbers(train)).toContain(8);
    }
  });

  it("are dealt to buckets that are all like the table, each row to one", async () => {
    const { encode } = await prepareStream(
      blocks(
        ofRows(3000, (r) => ({ x: r, z: (r * 7) % 11, y: r / 3 })),
        500,
      ),
      { target: "y", validation: 0, task: "regression", columnTypes: { x: "number" } },
    );
    const { buckets } = await encode(undefined, { bucketBytes: 2000 });
    const { sizes, read } = buckets!;
    expect(sizes.length).toBeGreaterThan(20);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    const seen = new Set<number>();
    for (const index of sizes.keys()) {
      const { numbers, rows } = await read(index);
      expect(rows).toBe(sizes[index]);
      for (const number of numbers) seen.add(number);
      const late = numbers.filter((number) => number > 1500).length / rows;
      expect(late).toBeGreaterThan(0.35);
      expect(late).toBeLessThan(0.65);
    }
    expect(seen.size).toBe(3000);
  });

  it("of many rare levels have means without their own answers", async () => {
    const table = ofRows(3000, (r) => ({ shop: `shop ${(r * r) % 211}`, y: ((r * r) % 211) + (r % 5) / 10 }));
    const options = { target: "y", validation: 0, task: "regression" } as const;
    const whole = prepare(table, options);
    const streamed = await prepareStream(blocks(table, 700), options);
    near(streamed.preprocessing.columns.map(withoutStd), whole.preprocessing.columns.map(withoutStd));
    const { train } = await streamed.encode();
    // Standardised, whatever folds were drawn.
    const width = streamed.preprocessing.features.length;
    const means = Array.from({ length: train.rows }, (_, i) => train.x[i * width + width - 1]!);
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
  });

  it("that change between the passes are noticed", async () => {
    const rows = ofRows(200, (r) => ({ x: r, z: r % 7, y: r % 3 }));
    let passes = 0;
    const changing: TableStream = {
      ...blocks(rows, 50),
      async *rest() {
        passes++;
        yield* blocks(rows, passes > 1 ? 100 : 50).rest();
      },
    };
    const { encode } = await prepareStream(changing, { target: "y" });
    expect(await rejection(encode())).toContain("has other rows now than when it was read before");
  });
});

/** The deviation follows from the folds, which are drawn otherwise. */
const withoutStd = (column: object): object =>
  JSON.parse(JSON.stringify(column, (key, value) => (key === "std" ? undefined : value)));
