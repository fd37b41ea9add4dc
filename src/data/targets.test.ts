// Several targets of a table: what they become, which rows have them all, and what is refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Prepared, PrepareOptions } from "./index.ts";
import {
  classesOf,
  describeColumns,
  inverseTarget,
  parseDelimited,
  parsePreprocessing,
  prepare,
  transform,
} from "./index.ts";
import { strataOf } from "./strata.ts";
import { csv, failure, fromRows, repeat } from "./test-tables.ts";

const people = repeat(40, (r) => ({
  age: 20 + ((r * 7) % 40),
  height: 150 + ((r * 13) % 31) / 2,
  weight: 50 + ((r * 11) % 37),
  smokes: r % 3 === 0 ? "yes" : "no",
  fit: r % 4 < 2 ? "no" : "yes",
  town: "abc"[r % 3]!,
  rating: 1 + (r % 5),
  member: r % 2,
}));
const table = fromRows(people);
const ofPeople = (target: string | readonly string[], options: Partial<PrepareOptions> = {}): Prepared =>
  prepare(table, { target, ...options });
const refusal = (target: string | readonly string[], options: Partial<PrepareOptions> = {}) =>
  failure(() => ofPeople(target, options));
const ignored = { columnTypes: { town: "ignore", rating: "ignore", member: "ignore" } } as const;

describe("numbers", () => {
  const prepared = ofPeople(["weight", "height"], ignored);

  it("are standardised each by its own training rows, side by side in y [rows, targets]", () => {
    const { train, validation, preprocessing, task } = prepared;
    expect(task).toBe("regression");
    expect(preprocessing.targets.map(({ name }) => name)).toEqual(["weight", "height"]);
    expect([train.y.length, validation!.y.length]).toEqual([64, 16]);
    for (const t of [0, 1]) {
      const own = Array.from(train.y).filter((_, i) => i % 2 === t);
      expect(own.reduce((sum, y) => sum + y, 0) / 32).toBeCloseTo(0, 6);
      expect(own.reduce((sum, y) => sum + y * y, 0) / 32).toBeCloseTo(1, 5);
    }
    const restored = inverseTarget(preprocessing, train.y);
    train.rowNumbers.forEach((row, i) => {
      expect(restored[2 * i]).toBeCloseTo(people[row]!.weight, 4);
      expect(restored[2 * i + 1]).toBeCloseTo(people[row]!.height, 4);
    });
  });

  it("are targets in the table of columns, and no features", () => {
    const roles = prepared.columns.filter(({ role }) => role === "target");
    expect(roles.map(({ name, reason }) => `${name}: ${reason}`)).toEqual(["height: regression", "weight: regression"]);
    expect(prepared.preprocessing.features).toEqual(["age", "smokes", "fit"]);
    const described = describeColumns(table, { target: ["weight", "height"] });
    expect(described.filter(({ role }) => role === "target").map(({ name }) => name)).toEqual(["height", "weight"]);
  });

  it("come back from JSON, and give new rows the same y", () => {
    const read = parsePreprocessing(JSON.parse(JSON.stringify(prepared.preprocessing)));
    expect(read).toEqual(prepared.preprocessing);
    const { y, rows } = transform(read, table, { target: "required" });
    expect([rows, y!.length]).toEqual([40, 80]);
    const { train } = prepared;
    train.rowNumbers.forEach((row, i) => {
      expect(y!.slice(2 * row, 2 * row + 2)).toEqual(train.y.slice(2 * i, 2 * i + 2));
    });
  });

  it("are one target where one is named, in a list or not", () => {
    expect(ofPeople(["weight"])).toEqual(ofPeople("weight"));
  });

  it("of few whole ones are numbers beside others, and it is said", () => {
    const { task, warnings } = ofPeople(["weight", "member", "rating"]);
    expect(task).toBe("regression");
    expect(warnings.map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "The target "member" has 2 different whole numbers, and is taken for a number: several targets are of one kind, and not all of these have two classes.",
        "The target "rating" has 5 different whole numbers, and is taken for a number: several targets are of one kind, and not all of these have two classes.",
      ]
    `);
    expect(ofPeople(["member", "smokes"]).task).toBe("classification");
    expect(ofPeople(["member", "rating"], { fewIntegers: "regression" }).warnings).toEqual([]);
  });
});

describe("classes", () => {
  it("are a class index for each target", () => {
    const { train, preprocessing } = ofPeople(["smokes", "fit"], { validation: 0 });
    expect(preprocessing.targets.map(classesOf)).toEqual([
      ["no", "yes"],
      ["no", "yes"],
    ]);
    expect(train.y).toBeInstanceOf(Int32Array);
    train.rowNumbers.forEach((row, i) => {
      expect([...train.y.slice(2 * i, 2 * i + 2)]).toEqual([
        Number(people[row]!.smokes === "yes"),
        Number(people[row]!.fit === "yes"),
      ]);
    });
  });

  it("keep the share of each combination in both parts", () => {
    const { train, validation } = ofPeople(["smokes", "fit"]);
    const shares = ({ y, rows }: { y: ArrayLike<number>; rows: number }) =>
      [0, 1, 2, 3].map((code) => {
        let n = 0;
        for (let i = 0; i < rows; i++) if (2 * y[2 * i]! + y[2 * i + 1]! === code) n++;
        return n / rows;
      });
    shares(validation!).forEach((share, code) => {
      expect(Math.abs(share - shares(train)[code]!)).toBeLessThan(0.12);
    });
  });

  it("of one row each stay in training, and combinations that are rare are one stratum", () => {
    const a = Float64Array.from({ length: 30 }, (_, i) => Number(i === 0));
    const b = Float64Array.from({ length: 30 }, (_, i) => i % 2);
    const c = Float64Array.from({ length: 30 }, (_, i) => Number(i > 26));
    const all = Int32Array.from({ length: 30 }, (_, i) => i);
    expect([...strataOf([b], all)]).toEqual([...b]);
    const strata = strataOf([a, b, c], all);
    expect(strata.filter((stratum) => stratum === strata[0])).toHaveLength(1);
    expect(new Set(strata.subarray(27)).size).toBe(1);
    expect(new Set(strata.subarray(1, 27)).size).toBe(2);
  });
});

describe("rows without all targets", () => {
  const some = csv("a,b,y,z\n1,2,3,4\n2,1,,4\n3,5,5,\n4,2,6,7\n5,1,7,3\n6,9,,\n7,1,2,2\n8,2,9,1\n9,3,4,9\n");

  it("are left out, with a warning for each target", async () => {
    const { train, warnings } = prepare(await some, { target: ["y", "z"], validation: 0 });
    expect([...train.rowNumbers].sort()).toEqual([0, 3, 4, 6, 7, 8]);
    expect(warnings.map(({ column, message }) => [column, message])).toMatchInlineSnapshot(`
      [
        [
          "y",
          "2 rows of people.csv are left out: the target "y" is missing there.",
        ],
        [
          "z",
          "2 rows of people.csv are left out: the target "z" is missing there.",
        ],
      ]
    `);
  });

  it("are left out of new rows too; of a table without such a row there is nothing left", async () => {
    const { preprocessing } = prepare(await some, { target: ["y", "z"], validation: 0 });
    expect(transform(preprocessing, await some, { target: "required" }).rows).toBe(6);
    expect(transform(preprocessing, await some).rows).toBe(9);
    const none = await csv("a,b,y,z\n1,2,,4\n2,1,3,\n");
    expect(failure(() => transform(preprocessing, none, { target: "required" }))).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: Every row of people.csv lacks one of the targets "y", "z". Add rows that have all of them."`,
    );
    expect(
      failure(() =>
        prepare(
          fromRows([
            { a: 1, y: 1, z: null },
            { a: 2, y: 2, z: 4 },
            { a: 3, y: null, z: 5 },
          ]),
          { target: ["y", "z"] },
        ),
      ),
    ).toMatchInlineSnapshot(
      `"TOO_FEW_ROWS: rows has 1 row with a value in all of the target columns "y", "z", and training needs at least 2. Add rows, or leave out a target."`,
    );
  });
});

describe("is refused in words", () => {
  it.each<[string, string | readonly string[], Partial<PrepareOptions>?]>([
    ["a number and classes", ["weight", "smokes"]],
    ["more classes", ["smokes", "town"]],
    ["more classes of numbers", ["smokes", "rating"], { task: "classification" }],
    ["a name twice", ["weight", "weight"]],
    ["no name", []],
    ["a name that is no column", ["weight", "hight"]],
    ["two names in one text", "weight,height"],
    ["a target by which rows are grouped", ["smokes", "fit"], { group: "fit" }],
  ])("%s", (_, target, options) => {
    expect(refusal(target, options)).toMatchSnapshot();
  });

  it("a name with a comma that came apart", () => {
    const sizes = fromRows(repeat(12, (r) => ({ a: r, "height, cm": r * 2 })));
    expect(failure(() => prepare(sizes, { target: ["height", "cm"] }))).toMatchInlineSnapshot(
      `"UNKNOWN_COLUMN: A target is "height", and rows has no such column. It has "height, cm": a name with a comma in it is one text (target: "height, cm")."`,
    );
    expect(prepare(sizes, { target: "height, cm" }).preprocessing.targets[0]!.name).toBe("height, cm");
  });

  it("what is no name", () => {
    const said = [5, ["weight", 5]].map((target) => failure(() => prepare(table, { target: target as never })));
    expect(said).toMatchInlineSnapshot(`
      [
        "INVALID_ARGUMENT: prepare: target must be the name of a column, or a list of names; got 5.",
        "INVALID_ARGUMENT: prepare: target must be the name of a column, or a list of names; got an array of 2.",
      ]
    `);
    expect(failure(() => prepare(table, ["weight", "height"] as never))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: prepare: its second argument must be options with a target, { target: "species" }; got an array of 2. Write { target: ["weight","height"] }."`,
    );
  });
});

it("columns of a table without a header are known by their numbers", async () => {
  const lines = Array.from({ length: 12 }, (_, r) => `${r},${(r * 5) % 7},${r * r}\n`);
  const text = parseDelimited(lines.join(""), { source: "table.csv", header: false });
  const { preprocessing } = prepare(await text, { target: ["3", "1"] });
  expect(preprocessing.targets.map(({ name }) => name)).toEqual(["column 3", "column 1"]);
});

it("preprocessing of version 1 is read: one target, and its classes beside it", () => {
  for (const target of ["smokes", "weight"]) {
    const { preprocessing } = ofPeople(target);
    const { targets, ...rest } = preprocessing;
    const [{ classes, ...own }] = targets as never as [{ classes?: readonly string[] }];
    const old = { ...rest, version: 1, target: own, ...(classes && { classes }) };
    expect(parsePreprocessing(JSON.parse(JSON.stringify(old)))).toEqual(preprocessing);
  }
});

it.each<[string, (json: ReturnType<typeof JSON.parse>) => void]>([
  ["no target", (json) => (json.targets = [])],
  ["a target twice", (json) => json.targets.push(json.targets[0])],
  ["two kinds", (json) => (json.targets[1].kind = "regression")],
  ["three classes", (json) => json.targets[1].classes.push("maybe")],
])("a damaged preprocessing with %s is refused", (_, damage) => {
  const json = JSON.parse(JSON.stringify(ofPeople(["smokes", "fit"]).preprocessing));
  damage(json);
  if (json.targets[1]?.kind === "regression") Object.assign(json.targets[1], { mean: 0, std: 1 });
  expect(failure(() => parsePreprocessing(json))).toMatchSnapshot();
});

it("each target of any numbers is what it is alone, but for the rows that lack another", () => {
  const cell = fc.option(
    fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
    { nil: null },
  );
  const rows = fc.array(fc.record({ y: cell, z: cell }), { minLength: 10, maxLength: 30 });
  fc.assert(
    fc.property(rows, (some) => {
      const all = fromRows(
        [...some, { y: 0.5, z: 3.25 }, { y: 1.25, z: 7 }].map((row, r) => ({ r: (r * 17) % 31, ...row })),
      );
      const both = some.filter(({ y, z }) => y !== null && z !== null);
      const options = { validation: 0, columnTypes: { r: "number", y: "number", z: "number" } } as const;
      const { train, preprocessing } = prepare(all, { target: ["y", "z"], ...options });
      expect(train.rows).toBe(both.length + 2);
      const restored = inverseTarget(preprocessing, train.y);
      train.rowNumbers.forEach((row, i) => {
        const { y, z } =
          some[row] ??
          [
            { y: 0.5, z: 3.25 },
            { y: 1.25, z: 7 },
          ][row - some.length]!;
        expect(restored[2 * i]).toBeCloseTo(y!, 3);
        expect(restored[2 * i + 1]).toBeCloseTo(z!, 3);
      });
    }),
    { numRuns: 50 },
  );
});
