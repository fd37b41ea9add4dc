// Tables as programs and offices of many countries export them: the types that a person would give their columns.
import { describe, expect, it } from "vitest";
import { describeColumns, prepare, type Table, tableFromRows } from "./index.ts";
import { parseTable } from "./read.ts";

const repeat = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const lines = (header: string, row: (i: number) => string, count = 60) => [header, ...repeat(count, row)].join("\n");
const two = (n: number) => String(n).padStart(2, "0");
const read = (text: string, source: string): Promise<Table> => parseTable(new TextEncoder().encode(text), { source });
const days = (i: number) => new Date(Date.UTC(2023, 0, 1 + 5 * i));
const german = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(" ");
const french = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(" ");

describe("exports", () => {
  it.each<[name: string, file: string, text: string, types: Readonly<Record<string, string>>]>([
    [
      "a Polish bank: semicolons, blanks in the amounts",
      "konto.csv",
      lines(
        "data;kwota;miasto",
        (i) => `${two(1 + (i % 28))}.03.2023;${1 + i} ${two(i)}5,90 zł;${i % 3 ? "Łódź" : "Kraków"}`,
      ),
      { data: "date", kwota: "number", miasto: "category" },
    ],
    [
      "R's write.table: names of rows, blanks, quotes",
      "iris.txt",
      lines(
        '"Sepal" "Petal" "Species"',
        (i) => `"${i + 1}" ${4 + i / 7} ${i % 9 ? i / 3 : "NA"} "${i % 2 ? "setosa" : "virginica"}"`,
      ),
      { "row name": "identifier", Sepal: "number", Petal: "number", Species: "category" },
    ],
    [
      "Excel's accounting format",
      "ledger.csv",
      lines(
        "amount,dept",
        (i) =>
          `${i % 9 ? `" $ ${i % 4 ? `1,${100 + i}.50` : `(2,${100 + i}.00)`} "` : '" $ -   "'},${i % 2 ? "A" : "B"}`,
      ),
      { amount: "number", dept: "category" },
    ],
    [
      "Swiss amounts",
      "rechnungen.csv",
      lines("Betrag;Kanton", (i) => `${i % 2 ? `1'${200 + i}.-` : `${i}.50`};${i % 3 ? "ZH" : "BE"}`),
      { Betrag: "number", Kanton: "category" },
    ],
    [
      "Indian amounts",
      "in.csv",
      lines("amount,k", (i) => `"Rs.1,${10 + i},${100 + i}/-",${i % 2}`),
      { amount: "number" },
    ],
    [
      "players' values",
      "fifa.csv",
      lines("value,wage", (i) => `€${i + 1}.5M,€${i + 1}${i % 2 ? "K" : ""}`),
      { value: "number", wage: "number" },
    ],
    [
      "apps",
      "apps.csv",
      lines("size,views", (i) => `${i + 1}${i % 2 ? "M" : "k"},${i % 3 ? `${i}.1K` : i}`),
      { size: "number", views: "number" },
    ],
    ["ages up to 90+", "age.csv", lines("age,sick", (i) => `${i % 9 ? 20 + i : "90+"},${i % 2}`), { age: "number" }],
    [
      "scores of a form",
      "quiz.csv",
      lines("score,team", (i) => `${(i * 7) % 11} / 10,${i % 2 ? "A" : "B"}`),
      { score: "number" },
    ],
    [
      "German months",
      "umsatz.csv",
      lines("Tag;Umsatz", (i) => `${days(i).getUTCDate()}. ${german[days(i).getUTCMonth()]} 2023;${i}`),
      { Tag: "date" },
    ],
    [
      "French months",
      "ventes.csv",
      lines("jour;ventes", (i) => `${days(i).getUTCDate()} ${french[days(i).getUTCMonth()]} 2023;${i}`),
      { jour: "date" },
    ],
    [
      "Chinese dates and yuan",
      "cn.csv",
      lines("日期,金额", (i) => `2023年${1 + (i % 12)}月${1 + (i % 28)}日,"¥3,${100 + i}.00"`),
      { 日期: "date", 金额: "number" },
    ],
    [
      "full-width digits",
      "jp.csv",
      lines(
        "値,種",
        (i) => `${String.fromCharCode(0xff11 + (i % 9))}${String.fromCharCode(0xff10 + (i % 7))},${i % 2}`,
      ),
      { 値: "number" },
    ],
    [
      "Fortran's exponents",
      "fort.dat",
      lines("a b", (i) => ` ${i + 1}.5D+0${i % 9}  0.${100 + i}D-01`),
      { a: "number", b: "number" },
    ],
    [
      "days with missing cells, through pandas",
      "days.csv",
      lines("day,v", (i) => `${i % 9 ? `${days(i).toISOString().slice(0, 10).replaceAll("-", "")}.0` : ""},${i % 5}`),
      { day: "date" },
    ],
    [
      "seconds with a fraction",
      "log.csv",
      lines("ts,v", (i) => `${1_683_000_000 + 37 * i}.${100 + i},${i % 5}`),
      { ts: "date" },
    ],
  ])("%s", async (_, file, text, types) => {
    const table = await read(text, file);
    const found = Object.fromEntries(describeColumns(table).map(({ name, type }) => [name, type]));
    expect(found).toMatchObject(types);
    expect(table.rows).toBe(60);
  });
});

describe("what is left out is said, with the setting that changes it", () => {
  const prepared = (x: (i: number) => unknown, name = "x", options = {}) => {
    const rows = repeat(60, (i) => ({ [name]: x(i), other: (i * i) % 11, y: (i * 7) % 13 }));
    const table = tableFromRows(rows, { source: "table.csv" });
    const { columns, warnings } = prepare(table, { target: "y", task: "regression", validation: 0, ...options });
    const { message, settings } = warnings[0] ?? {};
    return { type: columns[0]!.type, message, setting: settings?.[0] };
  };

  it("row numbers in another order than the file's", () => {
    const shuffled = (i: number) => ((i * 7) % 60) + 1;
    expect(prepared(shuffled, "case no")).toEqual({
      type: "identifier",
      message: `"case no" numbers the rows, from 1 to 60 in another order than the file's, and is left out.`,
      setting: { setting: "columnTypes", value: { "case no": "number" }, does: "uses it" },
    });
    expect(prepared(shuffled, "x")).toEqual({
      type: "number",
      message: '"x" has every number from 1 to 60 once, as numbers of rows would, and is used.',
      setting: { setting: "columnTypes", value: { x: "identifier" }, does: "leaves it out" },
    });
    expect(prepared((i) => shuffled(i) + (i === 3 ? 60 : 0)).type).toBe("number");
    expect(prepared(shuffled, "x", { columnTypes: { x: "number" } }).message).toBeUndefined();
  });

  it("free text", () => {
    const text = (i: number) => `The ${i}th guest found the room and the view quite good`;
    expect(prepared(text)).toMatchObject({
      type: "text",
      message: expect.stringContaining('"x" is left out: it holds free text'),
      setting: { value: { x: "text" } },
    });
    expect(prepared(text, "x", { columnTypes: { x: "text" } }).message).toBeUndefined();
  });

  it("amounts in several currencies", () => {
    expect(prepared((i) => `${i % 2 ? "$" : "€"}${i}.50`)).toMatchObject({
      type: "text",
      message: '"x" is left out: it holds numbers in several units ("€", "$"). Bring them to one.',
    });
  });

  it("a word among numbers", () => {
    const income = (i: number) => (i % 6 ? 1000 + i * i : "prefer not to say");
    expect(prepared(income)).toEqual({
      type: "text",
      message: '"x" is left out: it holds numbers, and "prefer not to say" beside them.',
      setting: {
        setting: "missing",
        value: [{ column: "x", word: "prefer not to say" }],
        does: "takes it as missing, and the rest as numbers",
      },
    });
    expect(prepared(income, "x", { missing: [{ column: "x", word: "prefer not to say" }] }).type).toBe("number");
  });

  it("a number among days as yyyymmdd", () => {
    const day = (i: number) => (i % 10 ? 20_230_101 + (i % 28) : 0);
    expect(prepared(day)).toMatchObject({
      type: "number",
      message: '"x" looks like dates written as yyyymmdd, but for 0 in 6 cells: it is taken for numbers.',
      setting: { setting: "missing", value: [{ column: "x", word: "0" }] },
    });
    expect(prepared(day, "x", { missing: [{ column: "x", word: "0" }] }).type).toBe("date");
  });
});
