// What the command line says of inputs that cannot work.
import { readdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { chainrule } from "../src/cli/test-command.ts";
import { prepare, readTable } from "../src/data/index.ts";
import { csv, people, quick, useOwnFolder } from "./command-line.ts";

useOwnFolder();

describe("inputs that cannot work exit with 1 and say why", () => {
  const attempt = async (name: string, content: string, ...args: string[]) => {
    await writeFile(name, content);
    const before = await readdir(".");
    const { code, stdout, stderr } = await chainrule(["train", name, ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(await readdir(".")).toEqual(before);
    return stderr;
  };
  /** Row 1 of a file is its header: these are rows 2 … 1001. */
  const thousand = Array.from({ length: 1000 }, (_, i) => ({
    a: String(i % 97),
    b: String(i),
    y: i % 2 ? "up" : "down",
  }));

  it("no such target", async () => {
    expect(await attempt("t.csv", csv(people), "--target", "stay")).toMatchInlineSnapshot(`
      "error: The target is "stay", and t.csv has no such column. Did you mean "stays"?
      Its columns: "age", "city", "member", "joined", "stays".
      "
    `);
  });
  it("an empty file", async () => {
    expect(await attempt("empty.csv", "", "--target", "y")).toMatchInlineSnapshot(`
      "error: empty.csv is empty. It needs a header row and at least one row under it.
      "
    `);
  });
  it("a header and no rows", async () => {
    expect(await attempt("header.csv", "a,b,y\n", "--target", "y")).toMatchInlineSnapshot(`
      "error: header.csv has a header (3 columns: "a", "b", "y") and no rows. Add at
      least one row under it.
      "
    `);
  });
  it("a ragged row", async () => {
    expect(await attempt("ragged.csv", `a,b,y\n1,2,up\n3,down\n5,6,up\n`, "--target", "y")).toMatchInlineSnapshot(`
      "error: ragged.csv, row 3 has 2 cells; the header has 3. The first missing one is
      "y"; leave a cell empty rather than out.
      "
    `);
  });
  it("text in row 812 of a numeric column", async () => {
    const rows = thousand.with(810, { ...thousand[810]!, b: "n.v." });
    expect(await attempt("text.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: text.csv, row 812, column "b": numeric column with text in row 812. 999
      of 1,000 cells hold a number, and this one holds "n.v.". If it means that the
      value is missing, say so (--missing b=n.v.). Mend the cell, leave it empty if
      the value is missing, or give the column another type, e.g. --type b=category.
      "
    `);
    expect(await attempt("text.csv", csv(rows), "--target", "y", "--type", "b=number")).toMatchInlineSnapshot(`
      "error: text.csv, row 812, column "b": a number is needed (decimal point, no
      unit, no "," in it), and the cell holds "n.v.". Mend the cell, leave it empty if
      the value is missing, or give the column another type, e.g. --type b=category.
      "
    `);
  });
  it("text in row 812 of a numeric target", async () => {
    const rows = thousand.with(810, { ...thousand[810]!, b: "n.v." });
    expect(await attempt("text.csv", csv(rows), "--target", "b", "--task", "regression")).toMatchInlineSnapshot(`
      "error: text.csv, row 812, column "b": numeric column with text in row 812. 999
      of 1,000 cells hold a number, and this one holds "n.v.". If it means that the
      value is missing, say so (--missing b=n.v.). Mend the cell, leave it empty if
      the value is missing, or give the column another type, e.g. --type b=category.
      "
    `);
  });
  it("a single class", async () => {
    const rows = thousand.map((row) => ({ ...row, y: "up" }));
    expect(await attempt("single.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: The target "y" of single.csv is "up" in every row that has one; there is
      nothing to learn. Add rows with other values, or choose another target.
      "
    `);
  });
  it("a target without values", async () => {
    const rows = thousand.map((row) => ({ ...row, y: "" }));
    expect(await attempt("missing.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: missing.csv has 0 rows with a value in the target column "y", and
      training needs at least 2. Add rows, or choose another target.
      "
    `);
  });
  it("one row", async () => {
    expect(await attempt("one.csv", csv(thousand.slice(0, 1)), "--target", "y")).toMatchInlineSnapshot(`
      "error: one.csv has 1 row with a value in the target column "y", and training
      needs at least 2. Add rows, or choose another target.
      "
    `);
  });
  it("nothing to learn from", async () => {
    const rows = thousand.map(({ y }) => ({ constant: "1", y }));
    expect(await attempt("constant.csv", csv(rows), "--target", "y")).toMatchInlineSnapshot(`
      "error: constant.csv has no column to learn from. Left out: "constant" (constant:
      always "1"). If one of them should count, set its type, e.g. --type
      constant=category.
      "
    `);
  });
  it("an unknown kind of file", async () => {
    expect(await attempt("table.docx", "PK", "--target", "y")).toMatchInlineSnapshot(`
      "error: table.docx is in no known format: no comma, semicolon, tab, pipe or blank
      parts its lines. CSV, TSV, JSON (an array of objects, or one a line) and Parquet
      can be read; name the file .csv if it is CSV with one column.
      "
    `);
  });
  it("more features than memory", async () => {
    await writeFile("wide.csv", csv(thousand));
    const table = await readTable("wide.csv");
    const columnTypes = new Map([["a", "category"]] as const);
    expect(() => prepare(table, { target: "y", memoryLimit: 1e5, columnTypes })).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The features of wide.csv would take 388.0 kB (1,000 rows × 97 features × 4 bytes), and the limit is 100.0 kB. Most features come from "a" (97). Leave such columns out (columnTypes: { a: "ignore" }), use fewer rows, or raise memoryLimit.]`,
    );
  });
  it("a folder that is not empty", async () => {
    await writeFile("t.csv", csv(people));
    const { code, stderr } = await chainrule("train t.csv --target stays --out .");
    expect(code).toBe(1);
    expect(stderr.slice(stderr.indexOf("error:"))).toMatchInlineSnapshot(`
      "error: The run folder "." must be new or empty, since runs are never
      overwritten; choose another name.
      "
    `);
  });
  it("a table without a column that the model needs", async () => {
    await writeFile(
      "narrow.csv",
      csv(people.map(({ age, city, member }) => ({ age: age!, city: city!, member: member! }))),
    );
    await chainrule(["train", "people.csv", "--target", "stays", "--out", "people-run", ...quick]);
    for (const command of ["predict people-run narrow.csv", "evaluate people-run narrow.csv"]) {
      const { code, stdout, stderr } = await chainrule(command);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain('"joined"');
    }
    await writeFile("unlabelled.csv", csv(people.map(({ stays: _, ...row }) => row)));
    expect((await chainrule("evaluate people-run unlabelled.csv")).stderr).toMatchInlineSnapshot(`
      "error: unlabelled.csv lacks 1 column that the model was trained on: "stays". Add
      what is missing, or rename columns; cells may be empty. Its columns: "age",
      "city", "member", "joined".
      "
    `);
  });
});

it("wrong usage exits with 2", async () => {
  for (const command of [
    "train people.csv",
    "train people.csv --target stays --epochs none",
    "predict people-run",
    "evaluate",
    "fly",
  ]) {
    const { code, stdout, stderr } = await chainrule(command);
    expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
  }
});
