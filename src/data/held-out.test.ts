// Rows held out for validation: by groups, by time, from a table of their own, or none of a handful.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepare } from "./index.ts";
import { splitByGroups, splitByTime } from "./split-by.ts";
import { failure, fromRows, repeat } from "./test-tables.ts";

const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b);

describe("whole groups", () => {
  it("are on one side, every row once, about the share of the rows and of each class", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -1, max: 12 }), fc.integer({ min: 0, max: 2 })), {
          minLength: 2,
          maxLength: 80,
        }),
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        fc.integer(),
        (rows, share, seed) => {
          const groups = rows.map(([group]) => group);
          const parts = splitByGroups(
            groups,
            share,
            seed,
            rows.map(([, label]) => label),
          );
          if (parts === undefined) return;
          const { train, validation } = parts;
          expect(sorted(Int32Array.from([...train, ...validation]))).toEqual(groups.map((_, row) => row));
          expect(train.length * validation.length).toBeGreaterThan(0);
          const trained = new Set([...train].map((row) => groups[row]!));
          for (const row of validation) expect(groups[row]! >= 0 && trained.has(groups[row]!)).toBe(false);
          expect(
            splitByGroups(
              groups,
              share,
              seed,
              rows.map(([, label]) => label),
            ),
          ).toEqual(parts);
        },
      ),
    );
  });

  it("of equal size give the share, in each class", () => {
    const groups = repeat(400, (r) => Math.floor(r / 10));
    const labels = groups.map((group) => Number(group >= 30));
    const { validation } = splitByGroups(groups, 0.2, 4, labels)!;
    expect(validation.length).toBe(80);
    expect(validation.filter((row) => labels[row] === 1).length).toBe(20);
  });

  it("need two", () => expect(splitByGroups([1, 1, 1], 0.2, 0)).toBeUndefined());
});

describe("the last rows by time", () => {
  it("are for validation, those of one moment together, those without a time for training", () => {
    const times = Float64Array.of(5, 1, Number.NaN, 4, 2, 5, 3, 1, 2, 3);
    const parts = splitByTime(times, 0.2, 0)!;
    expect({ from: parts.from, validation: sorted(parts.validation) }).toEqual({ from: 5, validation: [0, 5] });
    expect(sorted(parts.train)).toEqual([1, 2, 3, 4, 6, 7, 8, 9]);
  });

  it("are some wherever the moments are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (at, share) => {
          const parts = splitByTime(Float64Array.from(at), share, 1);
          if (new Set(at).size < 2) {
            expect(parts).toBeUndefined();
            return;
          }
          const latest = Math.max(...[...parts!.train].map((row) => at[row]!));
          for (const row of parts!.validation) expect(at[row]).toBeGreaterThan(latest);
          expect(parts!.train.length * parts!.validation.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe("a table", () => {
  const rows = repeat(60, (r) => ({
    who: `p${r % 12}`,
    day: `2021-0${1 + Math.floor(r / 20)}-1${r % 10}`,
    x: r ** 2 % 17,
    y: (r % 7) / 3,
  }));
  const table = fromRows(rows);
  const ofRows = (numbers: Int32Array | undefined, key: "who" | "day") =>
    new Set([...(numbers ?? [])].map((row) => rows[row]![key]));

  it("is split by groups, whose column is no feature unless it has a type", () => {
    const { train, validation, preprocessing, notes, columns } = prepare(table, { target: "y", group: "who" });
    const [known, held] = [ofRows(train.rowNumbers, "who"), ofRows(validation?.rowNumbers, "who")];
    expect([...held].filter((who) => known.has(who))).toEqual([]);
    expect(held.size).toBe(2);
    expect(preprocessing.features.some((name) => name.startsWith("who"))).toBe(false);
    expect(columns[0]).toMatchObject({ role: "left out", reason: "keeps rows together in the split" });
    expect(notes[0]).toBe('Validation has 2 of the 12 values of "who", with all of their rows: 10 of 60.');
    const kept = prepare(table, { target: "y", group: "who", columnTypes: { who: "category" } });
    expect(kept.preprocessing.features.filter((name) => name.startsWith("who"))).toHaveLength(10);
  });

  it("is split by dates", () => {
    const { validation, train, notes } = prepare(table, { target: "y", time: "day" });
    const latest = [...ofRows(train.rowNumbers, "day")].sort().at(-1)!;
    expect([...ofRows(validation?.rowNumbers, "day")].every((day) => day > latest)).toBe(true);
    expect(validation?.rows).toBe(12);
    expect(notes[0]).toBe('Validation has the last 12 rows by "day", from "2021-03-14" on.');
  });

  it("has its rows for validation from another", () => {
    const validationTable = fromRows([
      { y: 1, x: 3, who: "p1", day: "2021-01-01" },
      { y: null, x: 1, who: "", day: "" },
    ]);
    const { validation, train, notes } = prepare(table, { target: "y", validationTable });
    expect([train.rows, validation?.rows]).toEqual([60, 1]);
    expect(notes[0]).toBe("Validation has the 1 row of rows.");
  });

  it("keeps all of a few rows, and says so", () => {
    const few = fromRows([0, 1, 2, 3].map((i) => ({ a: i >> 1, b: i & 1, out: (i >> 1) ^ (i & 1) })));
    const { train, validation, warnings } = prepare(few, { target: "out" });
    expect([train.rows, validation]).toEqual([4, undefined]);
    expect(warnings).toMatchObject([{ settings: [{ setting: "validation", value: 0.2 }] }]);
    expect(prepare(few, { target: "out", validation: 0.25 }).validation?.rows).toBe(1);
  });

  it("says what cannot be", () => {
    const one = fromRows(rows.map((row) => ({ ...row, all: 1 })));
    const told = (options: object, of = table) => failure(() => prepare(of, { target: "y", ...options }));
    expect(
      [
        told({ group: "who", time: "day" }),
        told({ group: "who", validationTable: table }),
        told({ validation: 0.3, validationTable: table }),
        told({ group: "wo" }),
        told({ time: "y" }),
        told({ time: "who" }),
        told({ group: "all" }, one),
        told({ time: "all" }, one),
      ].join("\n"),
    ).toMatchInlineSnapshot(`
      "INVALID_ARGUMENT: Rows for validation are chosen in one way, and group and time are given. Leave out all but one.
      INVALID_ARGUMENT: Rows for validation are chosen in one way, and group and validationData are given. Leave out all but one.
      INVALID_ARGUMENT: Rows for validation are chosen in one way, and validationData and validation are given. Leave out all but one.
      UNKNOWN_COLUMN: Rows are grouped by "wo", and rows has no such column. Did you mean "who"? Its columns: "who", "day", "x", "y".
      INVALID_ARGUMENT: "y" is the target, and new rows come without it: time: "y" must name another column.
      TYPE_MISMATCH: rows cannot be split by the time in "who": it must hold dates or numbers, and row 1 holds "p0". Name another column, or mend the cell.
      TOO_FEW_ROWS: rows cannot be split by "all": that needs two groups, and all rows have one. Name another column, or train without validation (validation: 0).
      TOO_FEW_ROWS: rows cannot be split by "all": that needs two different moments, and all rows have one. Name another column, or train without validation (validation: 0)."
    `);
  });
});
