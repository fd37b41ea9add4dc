// From tables to arrays and back: types of columns, preprocessing, targets, messages, properties.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChainruleError } from "../ir/errors.ts";
import {
  describeColumns,
  inverseTarget,
  type PrepareOptions,
  parseDelimited,
  parsePreprocessing,
  prepare,
  type Table,
  tableFromRows,
  transform,
} from "./index.ts";

const csv = (text: string, source = "people.csv") => parseDelimited(text, { source });
const fromRows = (rows: readonly unknown[]) => tableFromRows(rows, { source: "rows" });
const repeat = <T>(count: number, row: (r: number) => T): T[] => Array.from({ length: count }, (_, r) => row(r));
const types = (table: Table, options = {}) =>
  Object.fromEntries(describeColumns(table, options).map(({ name, type }) => [name, type]));

/** `CODE: message` of the error that `run` ends in. */
function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainruleError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("no error came");
}

const penguins = `species,island,bill_length,sex,seen,tag
Adelie,Torgersen,39.1,male,2007-11-11,N1A1
Adelie,Torgersen,39.5,female,2007-11-11,N1A2
Adelie,Torgersen,NA,NA,2007-11-16,N2A1
Adelie,Biscoe,36.7,female,2007-11-16,N2A2
Gentoo,Biscoe,46.1,female,2007-11-27,N31A1
Gentoo,Biscoe,50,male,2007-11-27,N31A2
Gentoo,Biscoe,48.7,female,2007-12-03,N32A1
Gentoo,Biscoe,50,male,2009-12-03,N32A2
Chinstrap,Dream,46.5,female,2009-11-26,N61A1
Chinstrap,Dream,50,male,2009-11-26,N61A2
Chinstrap,Dream,51.3,male,2009-11-28,N62A1
,Dream,45.4,female,2009-11-28,N62A2
`;

describe("types of columns", () => {
  test("each rule at work", () => {
    const words = ["alpha", "beta", "gamma"];
    const table = fromRows(
      repeat(40, (r) => ({
        unique_float: r * 0.37 + 1,
        unique_integer: r * r,
        few_integers: r % 3,
        numbers_as_text: ` ${r / 4} `,
        user_id: 1000 + r,
        group_id: r % 4,
        Index: r,
        name: `person ${r * 7919}`,
        kind: words[r % 3],
        answer: r % 2 === 0 ? "Yes" : "no",
        flag: r % 2 === 0,
        zip: `0${1000 + (r % 5)}`,
        born: `${1 + (r % 28)}/3/1990`,
        review: `It was ${r} times better than all the others of its kind`,
        city: `city ${r % 30}`,
        country: "NL",
        empty: r % 2 === 0 ? null : "?",
        price: `$1,${100 + (r % 25)}`,
      })),
    );
    expect(
      describeColumns(table, { target: "kind" }).map(
        ({ name, type, role, missing, distinct, reason }) =>
          `${name}: ${type}, ${role}; ${missing} missing, ${distinct} distinct; ${reason}`,
      ),
    ).toMatchInlineSnapshot(`
      [
        "unique_float: number, feature; 0 missing, 40 distinct; numbers",
        "unique_integer: number, feature; 0 missing, 40 distinct; integers",
        "few_integers: number, feature; 0 missing, 3 distinct; integers",
        "numbers_as_text: number, feature; 0 missing, 40 distinct; numbers",
        "user_id: identifier, left out; 0 missing, 40 distinct; a different integer in every row, and named like an identifier",
        "group_id: category, feature; 0 missing, 4 distinct; codes, by its name: 4 categories",
        "Index: identifier, left out; 0 missing, 40 distinct; a different integer in every row, and named like an identifier",
        "name: identifier, left out; 0 missing, 40 distinct; a different value in every row",
        "kind: category, target; 0 missing, 3 distinct; 3 categories",
        "answer: boolean, feature; 0 missing, 2 distinct; "Yes" or "no"",
        "flag: boolean, feature; 0 missing, 2 distinct; "true" or "false"",
        "zip: category, feature; 0 missing, 5 distinct; codes with leading zeros: 5 categories",
        "born: date, feature; 0 missing, 28 distinct; 1990-03-01 to 1990-03-28, read day first",
        "review: text, left out; 0 missing, 40 distinct; free text, nearly all different",
        "city: text, left out; 0 missing, 30 distinct; 30 different values in 40 cells are too many for categories",
        "country: constant, left out; 0 missing, 1 distinct; always "NL"",
        "empty: constant, left out; 40 missing, 0 distinct; every cell is missing",
        "price: text, left out; 0 missing, 25 distinct; numbers written like "$1,100" are text: 25 different values in 40 cells are too many for categories",
      ]
    `);
  });

  test("the user's word overrides the rules", () => {
    const table = fromRows(repeat(12, (r) => ({ id: r, year: 2000 + (r % 4), y: r % 2 })));
    expect(types(table)).toEqual({ id: "identifier", year: "number", y: "number" });
    expect(types(table, { columnTypes: { id: "number", year: "category" } })).toEqual({
      id: "number",
      year: "category",
      y: "number",
    });
    const { preprocessing } = prepare(table, {
      target: "y",
      columnTypes: new Map([
        ["year", "category"],
        ["id", "ignore"],
      ]),
    });
    expect(preprocessing.features).toEqual(["year=2000", "year=2001", "year=2002", "year=2003"]);
  });

  test("a numeric column with text is an error, unless its type is set", async () => {
    const table = await csv(`age,y\n${repeat(20, (r) => `${r === 11 ? "twelve" : 20 + r},${r % 2}`).join("\n")}\n`);
    expect(failure(() => describeColumns(table))).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: people.csv, row 13, column "age": numeric column with text in row 13. 19 of 20 cells hold a number, and this one holds "twelve". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. --type age=category."`,
    );
    expect(types(table, { columnTypes: { age: "category" } }).age).toBe("category");
    const one = await csv('pay,y\n900,1\n850,0\n"1,200",1\n700,0\n');
    expect(failure(() => describeColumns(one))).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: people.csv, row 4, column "pay": numeric column with text in row 4. 3 of 4 cells hold a number, and this one holds "1,200". Write numbers without unit, sign or thousands separator and with a decimal point. Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. --type pay=category."`,
    );
  });
});

describe("prepare", () => {
  test("penguins, all in training: features, classes, notes", async () => {
    const table = await csv(penguins, "penguins.csv");
    const { preprocessing, columns, task, train, validation, notes } = prepare(table, {
      target: "species",
      validation: 0,
    });
    expect(task).toBe("classification");
    expect(validation).toBeUndefined();
    expect(preprocessing).toMatchInlineSnapshot(`
      {
        "classes": [
          "Adelie",
          "Chinstrap",
          "Gentoo",
        ],
        "columns": [
          {
            "levels": [
              "Biscoe",
              "Dream",
              "Torgersen",
            ],
            "missing": false,
            "name": "island",
            "other": false,
            "type": "category",
          },
          {
            "mean": 45.79,
            "missing": true,
            "name": "bill_length",
            "std": 5.0945951752813485,
            "type": "number",
          },
          {
            "levels": [
              "female",
              "male",
            ],
            "missing": true,
            "name": "sex",
            "other": false,
            "type": "category",
          },
          {
            "cycles": [
              "week",
              "year",
            ],
            "mean": 14105.90909090909,
            "missing": false,
            "name": "seen",
            "order": "month-first",
            "std": 355.60740726139767,
            "type": "date",
          },
        ],
        "features": [
          "island=Biscoe",
          "island=Dream",
          "island=Torgersen",
          "bill_length",
          "bill_length is missing",
          "sex=female",
          "sex=male",
          "sex is missing",
          "seen in days",
          "sin week of seen",
          "cos week of seen",
          "sin year of seen",
          "cos year of seen",
        ],
        "standardize": true,
        "target": {
          "kind": "classification",
          "name": "species",
          "numericLabels": false,
        },
        "version": 1,
      }
    `);
    expect(columns.map(({ name, role, features }) => [name, role, features])).toMatchInlineSnapshot(`
      [
        [
          "species",
          "target",
          0,
        ],
        [
          "island",
          "feature",
          3,
        ],
        [
          "bill_length",
          "feature",
          2,
        ],
        [
          "sex",
          "feature",
          3,
        ],
        [
          "seen",
          "feature",
          5,
        ],
        [
          "tag",
          "left out",
          0,
        ],
      ]
    `);
    expect(notes).toMatchInlineSnapshot(`
      [
        "1 row of penguins.csv is left out: the target "species" is missing there.",
        "1 column left out: "tag" (identifier: a different value in every row).",
      ]
    `);
    expect(train.rows).toBe(11);
    const first = train.rowNumbers.indexOf(0);
    expect(preprocessing.classes![train.y[first]!]).toBe("Adelie");
    const features = Object.fromEntries(
      preprocessing.features.map((name, f) => [name, train.x[first * preprocessing.features.length + f]]),
    );
    expect(features).toMatchObject({ "island=Torgersen": 1, "island=Biscoe": 0, "sex=male": 1, "sex is missing": 0 });
  });

  test("numbers have mean 0 and standard deviation 1 over the training rows, not over all rows", () => {
    const table = fromRows(repeat(50, (r) => ({ a: r * r, y: r * 1.5 })));
    const { train, preprocessing } = prepare(table, { target: "y", seed: 3 });
    const raw = Array.from(train.rowNumbers, (row) => row * row);
    const mean = raw.reduce((a, b) => a + b) / raw.length;
    const std = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / raw.length);
    expect(preprocessing.columns[0]).toMatchObject({ mean: expect.closeTo(mean, 9), std: expect.closeTo(std, 9) });
    train.x.forEach((value, i) => {
      expect(value).toBeCloseTo((raw[i]! - mean) / std, 5);
    });
    const restored = inverseTarget(preprocessing, train.y);
    restored.forEach((value, i) => {
      expect(value).toBeCloseTo(train.rowNumbers[i]! * 1.5, 4);
    });
  });

  test("without standardisation numbers and targets are as they are", () => {
    const table = fromRows([
      { a: 1.5, y: 0.25 },
      { a: 2.5, y: 0.5 },
      { a: null, y: 0.75 },
    ]);
    const { train } = prepare(table, { target: "y", standardize: false, validation: 0 });
    const byRow = Array.from(train.rowNumbers.keys()).sort((a, b) => train.rowNumbers[a]! - train.rowNumbers[b]!);
    expect(byRow.map((i) => [train.x[2 * i], train.x[2 * i + 1], train.y[i]])).toEqual([
      [1.5, 0, 0.25],
      [2.5, 0, 0.5],
      [2, 1, 0.75],
    ]);
  });

  test.each<[string, readonly unknown[], string]>([
    ["text", ["a", "b", "a", "b"], "classification"],
    ["booleans", [true, false, true, false], "classification"],
    ["0 and 1", [0, 1, 1, 0], "classification"],
    ["few rows for their integers", [2, 4, 6, 8], "regression"],
    ["decimals", [0.5, 1.5, 0.5, 1.5], "regression"],
  ])("task auto: %s", (_, values, task) => {
    expect(prepare(fromRows(values.map((y, a) => ({ a, y }))), { target: "y" }).task).toBe(task);
  });

  test("class labels keep their text; numbers in another notation are the same label", async () => {
    const table = await csv("a,y\n1,1.0\n2,10.0\n3,2.0\n4,1.0\n5,2.0\n6,10.0\n");
    const { preprocessing } = prepare(table, { target: "y", validation: 0 });
    expect(preprocessing.classes).toEqual(["1.0", "2.0", "10.0"]);
    const { y } = transform(
      preprocessing,
      fromRows([
        { a: 1, y: 10 },
        { a: 1, y: 1 },
      ]),
      { target: "required" },
    );
    expect(y).toEqual(Int32Array.of(2, 0));
  });

  test("rare categories of a wide column share one feature, which new ones join", () => {
    const table = fromRows(repeat(400, (r) => ({ a: r, c: r < 6 ? `rare ${r % 3}` : `level ${r % 25}`, y: r % 2 })));
    const { preprocessing } = prepare(table, { target: "y", validation: 0, columnTypes: { a: "ignore" } });
    expect(preprocessing.features).toHaveLength(26);
    expect(preprocessing.features[25]).toBe("c=(other)");
    const { x, notes } = transform(preprocessing, fromRows([{ c: "rare 1" }, { c: "new" }, { c: "level 0" }]));
    expect([x[25], x[26 + 25], x[52 + 25], x[52]]).toEqual([1, 1, 0, 1]);
    expect(notes).toMatchInlineSnapshot(`
      [
        ""c": 2 cells with categories that have no feature of their own (new or rare in training), taken as unknown: "rare 1" (1), "new" (1).",
      ]
    `);
  });

  test("columns that are constant in the training rows are left out", () => {
    const table = fromRows(repeat(10, (r) => ({ a: r / 3, b: 0.1, c: "x", d: null, y: r % 2 })));
    const { preprocessing, notes } = prepare(table, { target: "y", validation: 0, columnTypes: { b: "number" } });
    expect(preprocessing.features).toEqual(["a"]);
    expect(notes).toMatchInlineSnapshot(`
      [
        "3 columns left out: "b" (number: constant in the training rows); "c" (constant: always "x"); "d" (constant: every cell is missing).",
      ]
    `);
  });

  test("a date is its days, and the cycles that the training dates span", () => {
    const table = fromRows(repeat(50, (r) => ({ at: `2020-01-01T${String(r % 24).padStart(2, "0")}:00`, y: r / 7 })));
    expect(prepare(table, { target: "y", validation: 0 }).preprocessing.features).toEqual(["at in days"]);
    const days = fromRows(repeat(50, (r) => ({ at: new Date(Date.UTC(2020, 0, 1 + 9 * r)).toISOString(), y: r / 7 })));
    const { preprocessing, train } = prepare(days, { target: "y", validation: 0 });
    expect(preprocessing.features).toEqual([
      "at in days",
      "sin week of at",
      "cos week of at",
      "sin year of at",
      "cos year of at",
    ]);
    expect(train.x[1]! ** 2 + train.x[2]! ** 2).toBeCloseTo(1, 5);
  });

  test("a target of names is no set of classes", () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ x: i % 7, name: `person ${i}` }));
    const table = tableFromRows(rows, { source: "rows" });
    expect(failure(() => prepare(table, { target: "name" }))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: rows: the target "name" holds 40 different values in 40 rows, too many to be classes. Choose another target, or say --task classification if they are."`,
    );
  });

  test("bad input", async () => {
    const table = await csv(penguins, "penguins.csv");
    const bad = (options: PrepareOptions, of = table) => failure(() => prepare(of, options));
    expect(bad({ target: "specis" })).toMatchInlineSnapshot(
      `"UNKNOWN_COLUMN: The target is "specis", and penguins.csv has no such column. Did you mean "species"? Its columns: "species", "island", "bill_length", "sex", "seen", "tag"."`,
    );
    expect(bad({ target: "weight" })).toMatchInlineSnapshot(
      `"UNKNOWN_COLUMN: The target is "weight", and penguins.csv has no such column. Its columns: "species", "island", "bill_length", "sex", "seen", "tag"."`,
    );
    expect(bad({ target: "species", columnTypes: { ilsand: "category" } })).toMatchInlineSnapshot(
      `"UNKNOWN_COLUMN: A type is set for "ilsand", and penguins.csv has no such column. Did you mean "island"? Its columns: "species", "island", "bill_length", "sex", "seen", "tag"."`,
    );
    expect(bad({ target: "species", columnTypes: { island: "enum" as "text" } })).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The type of column "island" must be one of number, boolean, category, date, text, identifier, constant, ignore, and is "enum"."`,
    );
    expect(bad({ target: "species", columnTypes: { species: "ignore" } })).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The target "species" cannot be ignored. Choose another target, or drop --type species=ignore."`,
    );
    expect(bad({ target: "species", columnTypes: { island: "number" } })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "island": a number is needed (decimal point, no unit, no "," in it), and the cell holds "Torgersen". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. --type island=category."`,
    );
    expect(bad({ target: "species", columnTypes: { bill_length: "date" } })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "bill_length": a date is needed (e.g. 2021-04-03 or 2021-04-03 14:05), and the cell holds "39.1". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. --type bill_length=category."`,
    );
    expect(bad({ target: "species", columnTypes: { bill_length: "boolean" } })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "bill_length": a boolean is needed (true/false, yes/no, y/n, t/f or 1/0), and the cell holds "39.1". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. --type bill_length=category."`,
    );
    expect(bad({ target: "species", task: "regression" })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "species": a regression needs a number as its target, and the cell holds "Adelie". Mend the cell, or leave it empty to leave the row out; or classify (task "classification")."`,
    );
    expect(bad({ target: "seen" })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "seen": the target holds dates ("2007-11-11"), which are neither classes nor numbers. Choose another target, or turn the dates into numbers."`,
    );
    expect(bad({ target: "species", validation: 20 })).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The validation fraction must be at least 0 and less than 1, and is 20. For 20 %, write 0.2."`,
    );
    expect(bad({ target: "species", memoryLimit: 100 })).toMatchInlineSnapshot(
      `"OUT_OF_MEMORY: The features of penguins.csv would take 572 bytes (11 rows × 13 features × 4 bytes), and the limit is 100 bytes. Most features come from "seen" (5), "island" (3), "sex" (3). Leave such columns out (--type seen=ignore), use fewer rows, or raise memoryLimit."`,
    );
    const rows = (...values: unknown[]) => fromRows(values.map((y, a) => ({ a, y })));
    expect(bad({ target: "y" }, rows("x", "x", null))).toMatchInlineSnapshot(
      `"SINGLE_CLASS: The target "y" of rows is "x" in every row that has one; there is nothing to learn. Add rows with other values, or choose another target."`,
    );
    expect(bad({ target: "y" }, rows(null, null))).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: rows has 0 rows with a value in the target column "y", and training needs at least 2. Add rows, or choose another target."`,
    );
    expect(bad({ target: "y" }, rows("x"))).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: rows has 1 row with a value in the target column "y", and training needs at least 2. Add rows, or choose another target."`,
    );
    expect(bad({ target: "y" }, rows("x", "y", null))).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: 2 rows cannot be split into training and validation rows: every class has one row only, and training needs it. Add rows, or train without validation (fraction 0)."`,
    );
    expect(
      bad({ target: "y" }, fromRows(repeat(12, (r) => ({ id: r, name: `n${r}`, y: r % 2 })))),
    ).toMatchInlineSnapshot(
      `"NO_FEATURES: rows has no column to learn from. Left out: "id" (identifier: a different integer in every row, and named like an identifier); "name" (identifier: a different value in every row). If one of them should count, set its type, e.g. --type id=category."`,
    );
    expect(bad({ target: "y" }, fromRows([{ y: 1 }, { y: 0 }]))).toMatchInlineSnapshot(
      `"NO_FEATURES: rows has no column to learn from. The target is its only column. Add columns to learn from."`,
    );
  });

  test("a class with one row is trained on and noted", () => {
    const { train, notes } = prepare(fromRows(["a", "a", "a", "b", "b", "c"].map((y, x) => ({ x, y }))), {
      target: "y",
    });
    expect([...train.y]).toContain(2);
    expect(notes).toMatchInlineSnapshot(`
      [
        "The class "c" has one row: training uses it, and validation cannot check it.",
      ]
    `);
  });
});

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
      `"TYPE_MISMATCH: new.csv, row 3, column "bill_length": a number is needed (decimal point, no unit, no "," in it), and the cell holds "long". Mend the cell, or leave it empty if the value is missing."`,
    );
    expect(await bad("island,bill_length,sex,seen\nDream,40,male,soon\n")).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: new.csv, row 2, column "seen": a date is needed (e.g. 2021-04-03 or 2021-04-03 14:05), and the cell holds "soon". Mend the cell, or leave it empty if the value is missing."`,
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
      `"TYPE_MISMATCH: new.csv, row 2, column "bill_length": a regression needs a number as its target, and the cell holds "long". Mend the cell, or leave it empty to leave the row out."`,
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
  expect(damaged((json) => (json.version = 2))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.version must be 1 (the only version so far), and is 2. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.columns[0].std = 0))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[0].std must be above 0, and is 0. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => delete json.columns[0].mean)).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[0].mean must be a finite number, and is missing. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.columns[1].type = "image"))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[1].type must be number, boolean, category or date, and is "image". The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.columns[1].levels = ["x", "x"]))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.columns[1].levels must be all different, and is ["x","x"]. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => json.features.pop())).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.features must be the names that its columns make, and is ["a","c=x","c=y"]. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.classes = ["a"]))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.classes must be at least two different labels, and is ["a"]. The file is damaged or from another version; train again to write a new one."`,
  );
  expect(damaged((json) => (json.target.kind = "ranking"))).toMatchInlineSnapshot(
    `"INVALID_RUN: preprocessing.target.kind must be classification or regression, and is "ranking". The file is damaged or from another version; train again to write a new one."`,
  );
});
