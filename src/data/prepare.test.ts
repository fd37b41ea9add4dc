// From tables to arrays: features, targets, notes, messages.
import { describe, expect, test } from "vitest";
import { settingWords } from "../ir/setting-advice.ts";
import { classesOf, inverseTarget, type PrepareOptions, prepare, tableFromRows, transform } from "./index.ts";
import { csv, failure, fromRows, penguins, repeat } from "./test-tables.ts";

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
        "columns": [
          {
            "isExact": false,
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
            "cycles": [],
            "mean": 45.79,
            "missing": true,
            "name": "bill_length",
            "notation": {
              "decimal": ".",
              "unit": "",
            },
            "std": 5.0945951752813485,
            "type": "number",
          },
          {
            "isExact": false,
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
            "notation": {
              "form": "text",
              "order": "month-first",
            },
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
        "targets": [
          {
            "classes": [
              "Adelie",
              "Chinstrap",
              "Gentoo",
            ],
            "kind": "classification",
            "labels": "text",
            "name": "species",
          },
        ],
        "version": 2,
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
        "1 column left out: "tag" (identifier: a different value in every row).",
      ]
    `);
    expect(train.rows).toBe(11);
    const first = train.rowNumbers.indexOf(0);
    expect(classesOf(preprocessing.targets[0]!)[train.y[first]!]).toBe("Adelie");
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

  describe("ratings", () => {
    const said = (values: readonly number[], options = {}) => {
      const { task, warnings } = prepare(fromRows(values.map((y, a) => ({ a: (a * 7) % 11, y }))), {
        target: "y",
        ...options,
      });
      return [
        task,
        ...warnings
          .filter(({ column }) => column === "y")
          .map(({ message, settings }) => `${message} ${settings.map(settingWords)}`),
      ];
    };
    const scale = (from: number, to: number) => repeat(120, (r) => from + (r % (to - from + 1)));

    test("are classes, and how to take them for a number is said", () => {
      const message =
        'The target "y" has 3 different whole numbers, from 1 to 3, and is taken for classes, of which none is nearer than another. task: "regression" takes it for a number';
      expect(said(repeat(60, (r) => 1 + (r % 3)))).toEqual(["classification", message]);
      expect(said(repeat(60, (r) => [1, 5, 3][r % 3]!))[1]).toContain("3 different whole numbers, from 1 to 5");
    });

    test("of many steps are a number, and how to take them for classes is said", () => {
      expect(said(repeat(121, (r) => r % 11))).toEqual([
        "regression",
        'The target "y" has 11 different whole numbers, from 0 to 10, and is taken for a number. task: "classification" takes it for classes',
      ]);
    });

    test.each<[string, readonly number[], object]>([
      ["two classes", scale(0, 1), {}],
      ["the task is given", scale(1, 5), { task: "regression" }],
      ["the task is given", scale(1, 5), { task: "classification" }],
      ["the type is given", scale(1, 5), { columnTypes: { y: "number" } }],
      ["the loss says it", scale(1, 5), { fewIntegers: "regression" }],
      ["whole numbers with gaps", repeat(120, (r) => (r % 15) ** 2), {}],
      ["many whole numbers", repeat(300, (r) => r % 30), {}],
    ])("nothing is said where %s", (_, values, options) => {
      expect(said(values, options)).toHaveLength(1);
    });
  });

  test("class labels keep their text; numbers in another notation are the same label", async () => {
    const table = await csv("a,y\n1,1.0\n2,10.0\n3,2.0\n4,1.0\n5,2.0\n6,10.0\n");
    const { preprocessing } = prepare(table, { target: "y", validation: 0 });
    expect(classesOf(preprocessing.targets[0]!)).toEqual(["1.0", "2.0", "10.0"]);
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
      `"INVALID_ARGUMENT: rows: the target "name" holds 40 different values in 40 rows, too many to be classes. Choose another target, or say task: "classification" if they are."`,
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
      `"INVALID_ARGUMENT: The type of column "island" must be one of boolean, number, date, time, duration, category, text, identifier, constant, ignore, and is "enum"."`,
    );
    expect(bad({ target: "species", columnTypes: { species: "ignore" } })).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The target "species" cannot be ignored. Choose another target, or drop columnTypes: { species: "ignore" }."`,
    );
    expect(bad({ target: "species", columnTypes: { island: "number" } })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "island": a number is needed (decimal point, no unit, no "," in it), and the cell holds "Torgersen". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. columnTypes: { island: "category" }."`,
    );
    expect(bad({ target: "species", columnTypes: { bill_length: "date" } })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "bill_length": a date is needed (e.g. 2021-04-03 or 2021-04-03 14:05), and the cell holds "39.1". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. columnTypes: { bill_length: "category" }."`,
    );
    expect(bad({ target: "species", columnTypes: { bill_length: "boolean" } })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "bill_length": a boolean is needed (true/false, yes/no, y/n, t/f or 1/0), and the cell holds "39.1". Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. columnTypes: { bill_length: "category" }."`,
    );
    expect(bad({ target: "species", task: "regression" })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "species": a regression needs a number as its target, and the cell holds "Adelie". Mend the cell, or leave it empty to leave the row out; or classify (task: "classification")."`,
    );
    expect(bad({ target: "seen" })).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: penguins.csv, row 2, column "seen": the target holds dates ("2007-11-11"), which are neither classes nor numbers. Choose another target, or turn the dates into numbers."`,
    );
    expect(bad({ target: "species", validation: 20 })).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The validation fraction must be at least 0 and less than 1, and is 20. For 20 %, write 0.2."`,
    );
    expect(bad({ target: "species", memoryLimit: 100 })).toMatchInlineSnapshot(
      `"OUT_OF_MEMORY: The features of penguins.csv would take 572 bytes (11 rows × 13 features × 4 bytes), and the limit is 100 bytes. Most features come from "seen" (5), "island" (3), "sex" (3). Leave such columns out (columnTypes: { seen: "ignore" }), use fewer rows, or raise memoryLimit."`,
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
    expect(bad({ target: "y", validation: 0.2 }, rows("x", "y", null))).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: 2 rows cannot be split into training and validation rows: every class has one row only, and training needs it. Add rows, or train without validation (fraction 0)."`,
    );
    expect(
      bad({ target: "y" }, fromRows(repeat(12, (r) => ({ id: r, name: `n${r}`, y: r % 2 })))),
    ).toMatchInlineSnapshot(
      `"NO_FEATURES: rows has no column to learn from. Left out: "id" (identifier: the numbers of the rows); "name" (identifier: a different value in every row). If one of them should count, set its type, e.g. columnTypes: { id: "category" }."`,
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
