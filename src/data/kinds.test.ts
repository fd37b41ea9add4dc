// Tables as people have them: each kind of cell is read as a person would, and what is unusual is said with its setting.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDelimited } from "./formats/delimited.ts";
import { prepare } from "./prepare.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { parsePreprocessing } from "./preprocessing.ts";
import { tableFromRows } from "./rows.ts";
import { classesOf as classNames } from "./target-kinds.ts";
import { transform } from "./transform.ts";

/** A table of columns of texts, all of one length. */
const tableOf = (columns: Readonly<Record<string, readonly (string | number | null)[]>>) => {
  const names = Object.keys(columns);
  const rows = columns[names[0]!]!.map((_, r) => Object.fromEntries(names.map((name) => [name, columns[name]![r]])));
  return tableFromRows(rows, { source: "table.csv" });
};
const range = <T>(length: number, of: (i: number) => T): T[] => Array.from({ length }, (_, i) => of(i));
/** A target that suits any features. */
const y = (rows: number) => range(rows, (i) => (i * 7) % 13);

function columnOf(cells: readonly (string | number | null)[], options: Partial<PrepareOptions> = {}, name = "x") {
  const other = range(cells.length, (i) => (i * i) % 11);
  const { columns, warnings } = prepare(tableOf({ [name]: cells, other, y: y(cells.length) }), {
    ...{ target: "y", task: "regression", validation: 0 },
    ...options,
  });
  const { type, role, missing, reason } = columns[0]!;
  return { type, role, missing, reason, warnings: warnings.filter(({ column }) => column === name) };
}

describe("numbers in other notations", () => {
  it.each([
    ["decimal commas", range(20, (i) => `${i},5`)],
    ["thousands beside small ones", range(20, (i) => (i < 5 ? `${900 + i}` : `${i},250.00`))],
    ["currencies", range(20, (i) => `$${i + 1},100`)],
    ["percents", range(20, (i) => `${i}.5 %`)],
    ["units", range(20, (i) => `${i * 3} km`)],
    ["brackets", range(20, (i) => (i % 2 ? `(${i}.5)` : `${i}.5`))],
    ["Unicode's minus", range(20, (i) => `\u2212${i}.5`)],
    ["bounds", range(20, (i) => (i < 3 ? "<1.0" : `${i}.5`))],
  ])("%s", (_, cells) => {
    expect(columnOf(cells)).toMatchObject({ type: "number", role: "feature", missing: 0, warnings: [] });
  });

  it("in doubt, the other columns tell; else it is said how to overrule", () => {
    const doubtful = range(20, (i) => `${i + 1},250`);
    expect(columnOf(doubtful).warnings).toEqual([
      {
        ...{ column: "x", message: '"x": "1,250" is read as 1250.' },
        settings: [{ setting: "decimal", value: ",", does: "reads it as 1.25" }],
      },
    ]);
    expect(columnOf(doubtful, { decimal: "," }).warnings).toEqual([]);
    const table = tableOf({ x: doubtful, sure: range(20, (i) => `${i},5`), y: y(20) });
    const { preprocessing, warnings } = prepare(table, { target: "y", task: "regression", validation: 0 });
    expect(preprocessing.columns[0]).toMatchObject({ notation: { decimal: "," }, mean: expect.closeTo(10.75, 9) });
    expect(warnings).toEqual([]);
  });

  it("few numbers with one word behind are kinds", () => {
    expect(columnOf(range(20, (i) => (i % 2 ? "2WD" : "4WD")))).toMatchObject({ type: "category" });
  });
});

describe("missing cells", () => {
  it.each(["#N/A", "<NA>", "NaT", "\\N", ".", "#DIV/0!", "(null)", "n.a.", ".b", "unknown", "None", "-"])(
    "%s among numbers",
    (mark) => {
      expect(columnOf(range(20, (i) => (i % 5 ? `${i}.5` : mark)))).toMatchObject({ type: "number", missing: 4 });
    },
  );

  it("a mark of one's own, in all columns or in one; numbers are one however they are written", () => {
    const cells = range(20, (i) => (i === 3 ? "absent" : i === 4 ? "-999.0" : `${i}.5`));
    expect(columnOf(cells, { missing: ["absent", { column: "x", word: "-999" }] })).toMatchObject({ missing: 2 });
    expect(() => columnOf(cells)).toThrow(/holds "absent"/);
  });

  it("a number far from all others is named, and stays", () => {
    const cells = range(40, (i) => (i % 10 === 0 ? -999 : i));
    expect(columnOf(cells)).toMatchObject({
      missing: 0,
      warnings: [{ settings: [{ setting: "missing", value: [{ column: "x", word: "-999" }] }] }],
    });
    expect(columnOf(cells, { missing: [{ column: "x", word: "-999" }] })).toMatchObject({ missing: 4, warnings: [] });
    expect(columnOf(range(40, (i) => (i % 10 === 0 ? 99 : 60 + i))).warnings).toEqual([]);
  });
});

describe("words that may be missing or a class", () => {
  const labels = (word: string, share: number, rows = 60) =>
    range(rows, (i) => (i < share * rows ? word : ["AF", "AS", "EU"][i % 3]!));
  const classesOf = (
    target: readonly string[],
    x: readonly (string | number)[],
    options: Partial<PrepareOptions> = {},
  ) => prepare(tableOf({ x, target }), { target: "target", validation: 0, ...options });

  it("as common as others they are a class, and it is said", () => {
    const { preprocessing, warnings } = classesOf(labels("NA", 0.25), y(60));
    expect(classNames(preprocessing.targets[0]!)).toEqual(["AF", "AS", "EU", "NA"]);
    expect(warnings).toMatchObject([{ settings: [{ setting: "missing", value: [{ column: "target", word: "NA" }] }] }]);
  });
  it("rare, or a mark for missing numbers elsewhere, they are missing: counted, with the setting", () => {
    for (const { preprocessing, warnings, notes } of [
      classesOf(labels("NA", 0.02), y(60)),
      classesOf(
        labels("NA", 0.25),
        range(60, (i) => (i % 7 ? i : "NA")),
      ),
    ]) {
      expect(classNames(preprocessing.targets[0]!)).toEqual(["AF", "AS", "EU"]);
      const settings = warnings.flatMap((warning) => warning.settings);
      expect(notes.join().includes("left out") || settings.some(({ setting }) => setting === "values")).toBe(true);
    }
  });
  it("are what the user says, then in new rows too", () => {
    const said = { values: [{ column: "target", word: "NA" }] } as const;
    const { preprocessing } = classesOf(
      labels("NA", 0.1),
      range(60, (i) => (i % 7 ? i : "NA")),
      said,
    );
    expect(classNames(preprocessing.targets[0]!)).toContain("NA");
    const again = parsePreprocessing(JSON.parse(JSON.stringify(preprocessing)));
    const { rows } = transform(again, tableOf({ x: [1, 2, 3], target: ["NA", "EU", ""] }), { target: "required" });
    expect(rows).toBe(2);
  });
});

describe("one label in several spellings", () => {
  it("is one class: case, blanks, Unicode forms, and yes for y and 1", () => {
    const target = ["Yes", "yes", "YES", "y", "1", "No", "no ", "n", "0", "NO", "Yes", "No"];
    const { preprocessing, train } = prepare(tableOf({ x: y(12), target }), { target: "target", validation: 0 });
    expect(classNames(preprocessing.targets[0]!)).toEqual(["No", "Yes"]);
    const again = parsePreprocessing(JSON.parse(JSON.stringify(preprocessing)));
    const table = tableOf({ x: [1, 2, 3], target: ["TRUE", "f", "Y"] });
    expect([...transform(again, table, { target: "required" }).y!]).toEqual([1, 0, 1]);
    expect(train.rows).toBe(12);
    const cafes = range(12, (i) => ["café", "cafe\u0301 ", "Café", "bar"][i % 4]!);
    expect(columnOf(cafes)).toMatchObject({ type: "category", reason: expect.stringContaining("2 categories") });
  });
});

describe("columns that are no features", () => {
  it("row numbers in the file's order are left out with a warning; a year, a time and a price are not", () => {
    const rows = range(30, (i) => i + 1);
    expect(columnOf(rows)).toMatchObject({ role: "left out", warnings: [{ settings: [{ setting: "columnTypes" }] }] });
    expect(columnOf(rows, { columnTypes: { x: "number" } })).toMatchObject({ role: "feature", warnings: [] });
    expect(columnOf(rows, {}, "day")).toMatchObject({ role: "feature" });
    expect(columnOf(range(30, (i) => 1990 + i))).toMatchObject({ role: "feature" });
    expect(columnOf(range(30, (i) => 17 * i + 1))).toMatchObject({ role: "feature" });
    for (const name of ["Unnamed: 0", "__index_level_0__"])
      expect(
        columnOf(
          range(30, (i) => 2 * i + 10),
          {},
          name,
        ),
      ).toMatchObject({ role: "left out" });
  });
  it("many categories that repeat are kept; texts that hardly do are named with the setting", () => {
    expect(columnOf(range(400, (i) => `state ${i % 50}`))).toMatchObject({ type: "category", role: "feature" });
    expect(columnOf(range(60, (i) => `town ${i % 45}`))).toMatchObject({
      ...{ type: "text", role: "left out" },
      warnings: [{ settings: [{ setting: "columnTypes", value: { x: "category" } }] }],
    });
  });
});

describe("dates, times and durations", () => {
  it.each([
    ["date", range(20, (i) => `3/${i + 1}/21`)],
    ["date", range(20, (i) => `${i + 1}-Mar-21`)],
    ["date", range(20, (i) => `202103${String(i + 1).padStart(2, "0")}`)],
    ["date", range(20, (i) => `2021-W${i + 10}`)],
    ["date", range(20, (i) => `Mon, ${i + 1} Mar 2021 10:00:00 +0100`)],
    ["time", range(20, (i) => `${i}:45`)],
    ["time", range(20, (i) => `${(i % 12) + 1}:45 ${i % 2 ? "AM" : "pm"}`)],
    ["duration", range(20, (i) => `${i}h ${i + 5}m`)],
    ["duration", range(20, (i) => `${i + 20}:30:00`)],
  ])("%s: %j", (type, cells) => {
    expect(columnOf(cells)).toMatchObject({ type, role: "feature", warnings: [] });
  });
  it("seconds since 1970, by name and range", () => {
    const cells = range(20, (i) => 1_600_000_000 + i * 5000);
    expect(columnOf(cells, {}, "created_at")).toMatchObject({ type: "date" });
    expect(columnOf(cells, {}, "price")).toMatchObject({ type: "number" });
    expect(columnOf(cells, { columnTypes: { x: "date" } })).toMatchObject({ type: "date" });
  });
  it("3/4/2021 in doubt is said", () => {
    const cells = ["5/1/2021", "3/4/2021", "6/2/2021", "2/9/2021"];
    expect(columnOf(cells)).toMatchObject({ warnings: [{ settings: [{ setting: "dateOrder", value: "day-first" }] }] });
  });
});

it("an odd cell in new rows is an error, or missing and counted", () => {
  const { preprocessing } = prepare(tableOf({ x: range(20, (i) => `${i},5`), y: y(20) }), { target: "y" });
  const rows = tableOf({ x: ["3,5", "3.5.1", "lots"] });
  expect(() => transform(preprocessing, rows)).toThrow(/decimal comma.*"3.5.1"/);
  const { x, notes } = transform(preprocessing, rows, { oddCells: "missing" });
  expect(notes.join()).toContain("2 cells do not hold a number");
  expect(x[1]).toBe(0);
});

it("a table in any notation reads back to the same features", async () => {
  const write: Readonly<Record<string, (value: number) => string>> = {
    plain: (value) => String(value),
    comma: (value) => String(value).replace(".", ","),
    grouped: (value) => `${Math.trunc(value).toLocaleString("en")}${(value % 1).toFixed(2).replace(/^-?0/, "")}`,
    "grouped by points": (value) =>
      `${Math.trunc(value).toLocaleString("de")}${(value % 1).toFixed(2).replace(/^-?0/, "").replace(".", ",")}`,
    currency: (value) => `${value < 0 ? "-" : ""}€ ${Math.abs(value)}`,
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(write)),
      // Quarters, so that a fraction has two digits at most; at least one of them is no whole number.
      fc.array(fc.integer({ min: -4_000_000, max: 4_000_000 }), { minLength: 12, maxLength: 30 }),
      async (name, quarters) => {
        const values = [...quarters.map((n) => n / 4), 0.25, 1000.25, -7.5];
        const text = (of: (value: number) => string) =>
          `x;other;y\n${values.map((value, i) => `${of(value)};${i % 3};${i % 5}`).join("\n")}\n`;
        const features = async (source: string) => {
          const table = await parseDelimited(source, { source: "table.csv", delimiter: ";" });
          return prepare(table, { target: "y", task: "regression", validation: 0, standardize: false }).train.x;
        };
        expect(await features(text(write[name]!))).toEqual(await features(text(write.plain!)));
      },
    ),
    { numRuns: 60 },
  );
});
