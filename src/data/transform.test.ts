// Tables in the features of a training, and what a preprocessing from a file must hold.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePreprocessing, prepare, transform } from "./index.ts";
import { csv, failure, fromRows, penguins, repeat } from "./test-tables.ts";

describe("transform", () => {
  test("missing cells and unknown categories are noted; further columns are ignored", async () => {
    const table = await csv(penguins, "penguins.csv");
    const { preprocessing } = prepare(table, { target: "species", validation: 0 });
    const fresh = await csv(
      "extra,seen,sex,bill_length,island\n1,2008-01-01,,,Mars\n2,?,male,40,Mars\n3,2008-01-01,male,1e2,Moon\n",
    );
    const { x, rows, notes } = transform(preprocessing, fresh);
    expect(rows).toBe(3);
    expect(x.every(Number.isFinite)).toBe(true);
    expect(notes).toMatchInlineSnapshot(`
      [
        ""island": 3 cells with categories that have no feature of their own (new), taken as unknown: "Mars" (2), "Moon" (1).",
        ""bill_length": 1 cell missing; a missing cell takes the training mean and sets "bill_length is missing".",
        ""sex": 1 cell missing; a missing cell counts as none of its categories and sets "sex is missing".",
        ""seen": 1 cell missing; a missing cell takes the training mean.",
      ]
    `);
  });

  test("bad input", async () => {
    const table = await csv(penguins, "penguins.csv");
    const { preprocessing } = prepare(table, { target: "species", validation: 0 });
    const bad = async (text: string, target: "required" | "none" = "none") => {
      const fresh = await csv(text, "new.csv");
      return failure(() => transform(preprocessing, fresh, { target }));
    };
    expect(await bad("Island,seen\nBiscoe,2008-01-01\n")).toMatchInlineSnapshot(
      `"UNKNOWN_COLUMN: new.csv lacks 3 columns that the model was trained on: "island", "bill_length", "sex". "Island" may be "island". Add what is missing, or rename columns; cells may be empty. Its columns: "Island", "seen"."`,
    );
    expect(
      await bad("island,bill_length,sex,seen\nDream,40,male,2008-01-01\nDream,long,male,\n"),
    ).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: new.csv, row 3, column "bill_length": a number is needed (decimal point, no unit, no "," in it), and the cell holds "long". Mend the cell, leave it empty if the value is missing, or take all such cells as missing (oddCells: "missing")."`,
    );
    expect(await bad("island,bill_length,sex,seen\nDream,40,male,soon\n")).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: new.csv, row 2, column "seen": a date is needed (e.g. 2021-04-03 or 2021-04-03 14:05), and the cell holds "soon". Mend the cell, leave it empty if the value is missing, or take all such cells as missing (oddCells: "missing")."`,
    );
    const head = "island,bill_length,sex,seen,species\n";
    expect(await bad(`${head}Dream,40,male,,Adelie\nDream,40,male,,Emperor\n`, "required")).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: new.csv, row 3, column "species": the model knows no class "Emperor". Its classes: "Adelie", "Chinstrap", "Gentoo". Mend the cell, leave it empty to leave the row out, or train again with rows of this class."`,
    );
    expect(await bad(`${head}Dream,40,male,,\n`, "required")).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: The target "species" is missing in every row of new.csv. Add rows that have one."`,
    );
    expect(await bad("island,bill_length,sex,seen\nDream,40,male,\n", "required")).toMatchInlineSnapshot(
      `"UNKNOWN_COLUMN: new.csv lacks 1 column that the model was trained on: "species". Add what is missing, or rename columns; cells may be empty. Its columns: "island", "bill_length", "sex", "seen"."`,
    );
    const regression = prepare(table, { target: "bill_length" }).preprocessing;
    const text = await csv(`${head}Dream,long,male,,Adelie\n`, "new.csv");
    expect(failure(() => transform(regression, text, { target: "required" }))).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: new.csv, row 2, column "bill_length": a number is needed (decimal point, no unit, no "," in it), and the cell holds "long". Mend the cell, leave it empty if the value is missing, or take all such cells as missing (oddCells: "missing")."`,
    );
  });
});

describe("properties", () => {
  const row = fc.record({
    number: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
    integer: fc.integer({ min: 0, max: 5 }),
    category: fc.option(fc.constantFrom("red", "green", "blue", "__proto__", "a=b")),
    flag: fc.option(fc.boolean()),
    date: fc.option(
      fc
        .date({ min: new Date("1990-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
        .map((d) => d.toISOString()),
    ),
    y: fc.option(fc.constantFrom("a", "b", "c"), { freq: 9 }),
  });
  const tables = fc
    .array(row, { minLength: 12, maxLength: 40 })
    // One row of each kind of value, so that no column is empty and every table can be split.
    .map((rows) =>
      fromRows([
        { number: 1.5, integer: 1, category: "red", flag: true, date: "2000-01-01", y: "a" },
        { number: 2.5, integer: 2, category: "blue", flag: false, date: "2001-01-01", y: "b" },
        ...repeat(4, (r) => ({
          number: r,
          integer: r,
          category: "green",
          flag: true,
          date: "2002-01-01",
          y: "ab"[r % 2],
        })),
        ...rows,
      ]),
    );

  test("transform gives on the training rows what prepare gave, after a round trip through JSON", () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 0, max: 99 }), fc.boolean(), (table, seed, standardize) => {
        const { preprocessing, train, validation } = prepare(table, { target: "y", seed, standardize });
        const read = parsePreprocessing(JSON.parse(JSON.stringify(preprocessing)));
        expect(read).toEqual(preprocessing);
        const all = transform(read, table, { target: "required" });
        const width = preprocessing.features.length;
        const at = new Map(Array.from(all.rowNumbers, (row, i) => [row, i]));
        for (const part of [train, validation!]) {
          part.rowNumbers.forEach((row, i) => {
            const j = at.get(row)!;
            expect(all.x.subarray(j * width, (j + 1) * width)).toEqual(part.x.subarray(i * width, (i + 1) * width));
            expect(all.y![j]).toBe(part.y[i]);
          });
        }
        expect(train.rows + validation!.rows).toBe(all.rows);
      }),
      { numRuns: 50 },
    );
  });

  test("the order of columns does not matter", () => {
    fc.assert(
      fc.property(tables, fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (table, order) => {
        const { preprocessing } = prepare(table, { target: "y" });
        const shuffled = { ...table, columns: order.map((c) => table.columns[c]!) };
        expect(transform(preprocessing, shuffled).x).toEqual(transform(preprocessing, table).x);
      }),
      { numRuns: 50 },
    );
  });
});

test("a damaged preprocessing is an INVALID_RUN that names the field", () => {
  const good = JSON.stringify(
    prepare(fromRows(repeat(9, (r) => ({ a: r / 2, c: "xyz"[r % 3], y: "ab"[r % 2] }))), { target: "y" }).preprocessing,
  );
  const damaged = (change: (json: ReturnType<typeof JSON.parse>) => void) => {
    const json = JSON.parse(good);
    change(json);
    return failure(() => parsePreprocessing(json));
  };
  expect(parsePreprocessing(JSON.parse(good)).features).toEqual(["a", "c=x", "c=y", "c=z"]);
  expect(failure(() => parsePreprocessing(null))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing must be an object, and is null. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.version = 3))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.version must be 1 or 2, and is 3. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.columns[0].std = 0))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[0].std must be above 0, and is 0. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => delete json.columns[0].mean)).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[0].mean must be a finite number, and is missing. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.columns[1].type = "image"))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[1].type must be category, boolean, number, date, time, duration, and is "image". The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.columns[1].levels = ["x", "x"]))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[1].levels must be all different, and is ["x","x"]. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => json.features.pop())).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.features must be the names that its columns make, and is ["a","c=x","c=y"]. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.targets[0].classes = ["a"]))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.targets[0].classes must be at least two different labels, and is ["a"]. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.targets[0].kind = "ranking"))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.targets[0].kind must be classification or regression, and is "ranking". The file is damaged or from another version; train again to write a new one."`,
  );
});
