// Totals at the end of a table: noticed by their numbers, whatever the language, and never where a row is one of data.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinTables, prepare } from "./index.ts";
import { splitmix32 } from "./random.ts";
import type { Table } from "./table.ts";
import { csv, fromRows } from "./test-tables.ts";

const sales = [
  ["Bonn", 12, 199.5, 16.63],
  ["Köln", 7, 84.25, 12.04],
  ["Ulm", 31, 402.75, 12.99],
  ["Bonn", 5, 61, 12.2],
  ["Köln", 19, 240.1, 12.64],
  ["Ulm", 22, 318.4, 14.47],
] as const;
const header = "town,units,revenue,price";
const lines = sales.map((row) => row.join(","));
const table = (...last: readonly string[]) => csv([header, ...lines, ...last].join("\n"), "sales.csv");
const totals = (of: Table, target = "revenue") =>
  prepare(of, { target, validation: 0 }).warnings.flatMap(({ message, settings, column }) =>
    /looks like|^Totals/.test(message) && settings.length === 0 && column === undefined ? [message] : [],
  );
const rowsNamed = (of: Table, target?: string) => totals(of, target).map((message) => /^Rows? \d+/.exec(message)?.[0]);

describe("a total is noticed", () => {
  it("and named with its row, its columns and what to do", async () => {
    expect(totals(await table("Total,96,1306.00,"))).toMatchInlineSnapshot(`
      [
        "Row 8 of sales.csv looks like a total and not like a row of data: "units", "revenue" are the sums of the 6 rows above. Take it out of sales.csv, or it is used as any other row is.",
      ]
    `);
    expect(totals(await table("Total,96,1306.00,13.495", "Average,16,217.67,13.495"))).toMatchInlineSnapshot(`
      [
        "Row 8 of sales.csv looks like a total and not like a row of data: "units", "revenue" are the sums and "price" is the mean of the 6 rows above. Take it out of sales.csv, or it is used as any other row is.",
        "Row 9 of sales.csv looks like a mean and not like a row of data: "units", "revenue", "price" are the means of the 6 rows above. Take it out of sales.csv, or it is used as any other row is.",
      ]
    `);
  });

  it.each([
    ...[
      "Total",
      "TOTAL:",
      "Grand total",
      "Total 2024",
      "Sum",
      "Summe",
      "Gesamt",
      "Insgesamt",
      "Total général",
      "Somme",
    ],
    ...[
      "Totale",
      "Suma",
      "Razem",
      "Soma",
      "Totaal",
      "Summa",
      "Yhteensä",
      "Celkem",
      "Összesen",
      "Toplam",
      "Итого",
      "ВСЕГО",
    ],
    ...["Сумма", "Σύνολο", "合计", "合計", "总计：", "합계", "المجموع", "Tổng cộng", "Jumlah", "รวม"],
  ])("by one column and the word %s", async (word) => {
    const text = ["town,units,kind", ...sales.map(([town, units], r) => `${town},${units},${"ab"[r % 2]}`)];
    expect(rowsNamed(await csv([...text, `${word},96,a`].join("\n")), "units")).toEqual(["Row 8"]);
    expect(rowsNamed(await csv([...text, `${word},90,a`].join("\n")), "units")).toEqual([]);
  });

  it.each([
    ["no word", ",96,1306,"],
    ["the word of another row", "Ulm,96,1306,"],
    ["a mean beside sums", ",96,1306,13.5"],
    ["sums of what was rounded", ",96,1305.98,"],
    ["rounded sums", ",96,1306,13"],
    ["means", ",16,217.667,13.495"],
  ])("with %s", async (_, last) => {
    expect(rowsNamed(await table(last))).toEqual(["Row 8"]);
  });

  it("above a remark, and with a mean above or below it", async () => {
    expect(rowsNamed(await table("Total,96,1306.00,", "Source: the till,,,"))).toEqual(["Row 8"]);
    expect(rowsNamed(await table("Mean,16,217.67,13.5", "Total,96,1306,"))).toEqual(["Row 8", "Row 9"]);
    expect(rowsNamed(await table(",96,1306,", ",16,217.67,13.5"))).toEqual(["Row 8", "Row 9"]);
  });

  it("where cells are missing, below 0, or written with marks of thousands", async () => {
    const rows = ["a;1.204,50 €;-3", "b;;12", "a;980,00 €;-41", "b;1.100,25 €;-7", "b;77,10 €;", "a;4.000,00 €;-30"];
    expect(rowsNamed(await csv(["k;y;z", ...rows, ";7.361,85 €;-69"].join("\n")), "y")).toEqual(["Row 8"]);
  });

  it("of classes with numbers, whose total would be one more", async () => {
    const rows = sales.map(([town, units, revenue], r) => `${town},${units},${revenue},${r % 2}`);
    expect(rowsNamed(await csv(["town,units,revenue,sold", ...rows, "Total,96,1306,3"].join("\n")), "sold")).toEqual([
      "Row 8",
    ]);
  });

  it("at the end of each of several files", async () => {
    const parts = await Promise.all(
      ["a", "b", "c", "d", "e"].map((name) => csv([header, ...lines, "Total,96,1306,"].join("\n"), `${name}.csv`)),
    );
    expect(totals(joinTables(parts))).toMatchInlineSnapshot(`
      [
        "Row 8 of a.csv looks like a total and not like a row of data: "units", "revenue" are the sums of the 6 rows above. Take it out of a.csv, or it is used as any other row is.",
        "Row 8 of b.csv looks like a total and not like a row of data: "units", "revenue" are the sums of the 6 rows above. Take it out of b.csv, or it is used as any other row is.",
        "Row 8 of c.csv looks like a total and not like a row of data: "units", "revenue" are the sums of the 6 rows above. Take it out of c.csv, or it is used as any other row is.",
        "Totals stand in row 8 of d.csv and row 8 of e.csv, too.",
      ]
    `);
  });

  it("of numbers as programs add them", () => {
    const random = splitmix32(1);
    const rows = Array.from({ length: 5000 }, () => ({ a: random() / 2 ** 32, b: random() / 2 ** 30, y: random() }));
    const sum = (of: "a" | "b" | "y") => rows.reduceRight((all, row) => all + row[of], 0);
    expect(rowsNamed(fromRows([...rows, { a: sum("a"), b: sum("b"), y: sum("y") }]), "y")).toEqual(["Row 5001"]);
  });
});

describe("a row of data is none", () => {
  it.each([
    ["one column that is the sum, without a word", ",96,500,"],
    ["a word without a sum", "Total,40,500.5,12"],
    ["a sum and another number", "Total,96,500,"],
    ["means that many rows could have", "Average,16,,13"],
    ["a last row without numbers", "Total,,,"],
  ])("%s", async (_, last) => {
    expect(totals(await table(last), "units")).toEqual([]);
  });

  it("below few rows, or where sums are no larger than a cell", async () => {
    expect(totals(await csv("k,a,b\nx,10,200\ny,30,400\nx,25,340\nTotal,65,940\n"), "b")).toEqual([]);
    expect(totals(await csv("k,a,b\nx,0,0\ny,0,1\nx,1,0\ny,0,0\nTotal,1,1\n"), "b")).toEqual([]);
    expect(totals(await csv("k,a,b\nx,0,1\ny,1,1\nx,1,0\ny,0,1\nx,2,3\n"), "b")).toEqual([]);
  });

  it("in tables of any numbers", () => {
    const seeds = fc.integer({ min: 1, max: 2 ** 31 });
    const decimals = fc.integer({ min: 0, max: 3 });
    const property = fc.property(
      seeds,
      decimals,
      fc.integer({ min: 5, max: 40 }),
      fc.integer({ min: 2, max: 5 }),
      (seed, d, rows, width) => {
        const random = splitmix32(seed);
        const cell = () => Number((((random() % 1000) - 100) / 10).toFixed(d));
        const all = Array.from({ length: rows }, () => Array.from({ length: width }, cell));
        const named = all.map((row) => Object.fromEntries(row.map((value, c) => [`c${c}`, value])));
        expect(totals(fromRows(named.map((row, r) => ({ ...row, y: r % 3 ? "p" : "q" }))), "y")).toEqual([]);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  it("while its sums below are noticed, rounded to any decimals that the cells have", () => {
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 0, max: 3 }), (seed, d) => {
      const random = splitmix32(seed);
      const all = Array.from({ length: 5 + (random() % 60) }, (_, r) => ({
        a: Number(((100 + (random() % 90_000)) / 100).toFixed(d)),
        b: 5 + (random() % 900),
        y: r % 3 ? "p" : "q",
      }));
      const sum = (of: "a" | "b") => all.reduce((total, row) => total + row[of], 0);
      const last = { a: Number(sum("a").toFixed(d)), b: sum("b"), y: "p" };
      expect(totals(fromRows([...all, last]), "y")).toHaveLength(1);
    });
    fc.assert(property, { numRuns: 200 });
  });
});
