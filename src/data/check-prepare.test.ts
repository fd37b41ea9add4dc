// What prepare says where it is given something else than a table and options.
import { expect, test } from "vitest";
import type { ChainruleError } from "../ir/errors.ts";
import { prepare } from "./index.ts";
import { fromRows } from "./test-tables.ts";

test("says what prepare needs in place of a table and options", () => {
  const table = fromRows([{ a: 1, y: "p" }]);
  const attempts: Record<string, readonly unknown[]> = {
    "a file's name": ["iris.csv", { target: "y" }],
    rows: [[{ a: 1, y: 2 }], { target: "y" }],
    "a promise": [Promise.resolve(table), { target: "y" }],
    "columns of arrays": [{ ...table, columns: [{ name: "a", cells: [1, 2] }] }, { target: "a" }],
    "no columns": [{ ...table, columns: [] }, { target: "a" }],
    "no options": [table],
    "a target alone": [table, "y"],
    "options without a target": [table, { task: "regression" }],
    "another spelling": [table, { target: "y", column_types: {} }],
    "something else": [table, { target: "y", testSize: 0.2 }],
  };
  const answers = Object.entries(attempts).map(([what, args]) => {
    try {
      (prepare as (...args: readonly unknown[]) => unknown)(...args);
    } catch (error) {
      return `${what}\n  ${(error as ChainruleError).code} ${(error as Error).message}`;
    }
    return `${what}: no error`;
  });
  expect(answers.join("\n")).toMatchInlineSnapshot(`
    "a file's name
      INVALID_ARGUMENT prepare: its first argument must be a table, such as await readTable("iris.csv"); got "iris.csv". readTable reads a file.
    rows
      INVALID_ARGUMENT prepare: its first argument must be a table, such as await readTable("iris.csv"); got an array of 1. Of rows, tableFromRows(rows) makes a table.
    a promise
      INVALID_ARGUMENT prepare: its first argument must be a table, such as await readTable("iris.csv"); got a Promise. Await it.
    columns of arrays
      INVALID_ARGUMENT prepare: the columns of its table must be { name, cells: Cells.from([1, 2]) }; got an array of 1. Of rows, tableFromRows(rows) makes a table.
    no columns
      INVALID_ARGUMENT prepare: the columns of its table must be { name, cells: Cells.from([1, 2]) }; got an array of 0. Of rows, tableFromRows(rows) makes a table.
    no options
      INVALID_ARGUMENT prepare: its second argument must be options with a target, { target: "species" }; got undefined.
    a target alone
      INVALID_ARGUMENT prepare: its second argument must be options with a target, { target: "species" }; got "y". Write { target: "y" }.
    options without a target
      INVALID_ARGUMENT prepare: its second argument must be options with a target, { target: "species" }; got {"task":"regression"}.
    another spelling
      INVALID_ARGUMENT prepare has no option column_types. Write columnTypes.
    something else
      INVALID_ARGUMENT prepare has no option testSize. It has target, task, fewIntegers, validation, validationTable, group, time, seed, standardize, targetScale, memoryLimit, columnTypes, missing, values, decimal, dateOrder."
  `);
});
