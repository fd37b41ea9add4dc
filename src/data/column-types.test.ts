// What type a column of a table is taken for, and the user's word on it.
import { describe, expect, test } from "vitest";
import { describeColumns, prepare } from "./index.ts";
import { csv, failure, fromRows, repeat, types } from "./test-tables.ts";

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
        "Index: identifier, left out; 0 missing, 40 distinct; the numbers of the rows",
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
        "price: number, feature; 0 missing, 25 distinct; numbers written like "$1,100"",
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
      `"TYPE_MISMATCH: people.csv, row 13, column "age": numeric column with text in row 13. 19 of 20 cells hold a number, and this one holds "twelve". If it means that the value is missing, say so (missing: [ { column: "age", word: "twelve" } ]). Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. columnTypes: { age: "category" }."`,
    );
    expect(types(table, { columnTypes: { age: "category" } }).age).toBe("category");
    const one = await csv('pay,y\n900,1\n850,0\n"12,0,0",1\n700,0\n');
    expect(failure(() => describeColumns(one))).toMatchInlineSnapshot(
      `"TYPE_MISMATCH: people.csv, row 4, column "pay": numeric column with text in row 4. 3 of 4 cells hold a number, and this one holds "12,0,0". If it means that the value is missing, say so (missing: [ { column: "pay", word: "12,0,0" } ]). Mend the cell, leave it empty if the value is missing, or give the column another type, e.g. columnTypes: { pay: "category" }."`,
    );
  });
});
