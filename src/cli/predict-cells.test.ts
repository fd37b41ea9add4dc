// What goes in comes out: predict writes the cells of any table as they were read.
import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import Papa from "papaparse";
import { beforeAll, describe, expect, it } from "vitest";
import { folderPerFile } from "../runs/test-folder.ts";
import { chainrule } from "./test-command.ts";

folderPerFile();
beforeAll(async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i},${(i * 7) % 20}`);
  await writeFile("train.csv", `x,y\n${rows.join("\n")}\n`);
  const quick = ["--backend", "reference", "--hidden", "2", "--epochs", "1"];
  expect(await chainrule(["train", "train.csv", "--target", "y", ...quick, "--out", "run"])).toMatchObject({ code: 0 });
});

/** Columns by their names, as predict writes those of a file; without its own. */
async function predicted(file: string, content: string | Uint8Array, flags: readonly string[] = []) {
  await writeFile(file, content);
  const { code, stdout, stderr } = await chainrule(["predict", "run", file, ...flags]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const { data, errors } = Papa.parse<string[]>(stdout, { delimiter: ",", newline: "\n" });
  expect(errors).toEqual([]);
  const [names, ...rows] = data.slice(0, -1);
  const columns = new Map(names!.map((name, c) => [name, rows.map((row) => row[c]!)]));
  expect(columns.delete("prediction")).toBe(true);
  return columns;
}

const duckdb = await import("@duckdb/node-api").catch(() => {
  console.warn("src/cli/predict-cells.test.ts does without Parquet: @duckdb/node-api is not installed");
});

const digits = (from: number, to: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.stringMatching(new RegExp(`^\\d{${from},${to}}$`)))
    .map((all) => all.join(""));
/** Numbers as JSON may have them: long, with zeros at their ends, beyond float64. */
const numbers = fc.oneof(
  fc.integer().map(String),
  digits(0, 20),
  fc
    .tuple(fc.constantFrom("-", ""), digits(0, 12), fc.stringMatching(/^\d{1,20}$/))
    .map(([s, a, b]) => `${s}${a}.${b}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? "-0" : String(value))),
  fc.tuple(digits(0, 3), fc.integer({ min: -450, max: 450 })).map(([a, e]) => `${a}e${e}`),
  fc.constantFrom(
    "0",
    "-0",
    "-0.0",
    "1.50",
    "1e400",
    "-1e400",
    "1e-400",
    "9223372036854775807",
    "18446744073709551615",
  ),
);
const texts = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom(
    "",
    " ",
    " a ",
    '"',
    '""',
    'say "so"',
    "a,b",
    "a;b\tc|d",
    "two\nlines",
    "two\r\nlines",
    "old\rmac",
    "\n",
  ),
  fc.constantFrom(
    "null",
    "NaN",
    "NA",
    "-",
    "true",
    "001",
    "2021-04-03",
    "3/4/21",
    "#1",
    "# no comment",
    "%",
    "//",
    "=1+1",
  ),
  fc.constantFrom("\u00a0", "\ufeff", "\u2028", "é", "e\u0301", "😀", "\u0000", "\u0001", "'", "\\", "\\n"),
);

describe("text with delimiters: the same text in every cell, after quotes are taken off", () => {
  const tables = fc
    .record({
      delimiter: fc.constantFrom("comma", "semicolon", "tab", "pipe", "blank"),
      newline: fc.constantFrom("\n", "\r\n", "\r"),
      quotesAll: fc.boolean(),
      width: fc.integer({ min: 1, max: 3 }),
      rows: fc.integer({ min: 1, max: 6 }),
    })
    .chain((dialect) =>
      fc.record({
        dialect: fc.constant(dialect),
        names: fc.uniqueArray(
          fc.oneof(
            fc.stringMatching(/^[a-z#%][a-z #%"]{0,6}[a-z]$/),
            fc.constantFrom("#id", "# id", "%", "//", "a,b", "two\nlines"),
          ),
          { minLength: dialect.width, maxLength: dialect.width },
        ),
        cells: fc.array(fc.array(fc.oneof(texts, numbers), { minLength: dialect.width, maxLength: dialect.width }), {
          minLength: dialect.rows,
          maxLength: dialect.rows,
        }),
      }),
    );
  const marks = { comma: ",", semicolon: ";", tab: "\t", pipe: "|", blank: " " } as const;

  it.each([["first"], ["last"]])("x stands %s", async (at) => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ dialect, names, cells }) => {
        const { delimiter, newline, quotesAll } = dialect;
        const mark = marks[delimiter];
        const field = (cell: string) =>
          quotesAll ||
          cell === "" ||
          cell.includes(mark) ||
          /["\r\n]|^\s|\s$|\s.*\s|^(#|%|\/\/)(\s|$)/.test(cell) ||
          (mark === " " && /\s/.test(cell))
            ? `"${cell.replaceAll('"', '""')}"`
            : cell;
        const line = (x: string, row: readonly string[]) =>
          (at === "first" ? [x, ...row] : [...row, x]).map(field).join(mark) + newline;
        const text = [line("x", names), ...cells.map((row, r) => line(String(r), row))].join("");
        const found = await predicted("table.csv", text, ["--delimiter", delimiter, "--header"]);
        expect(Object.fromEntries(found)).toEqual(
          Object.fromEntries([
            ["x", cells.map((_, r) => String(r))],
            ...names.map((name, c) => [name, cells.map((row) => row[c])]),
          ]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("JSON: texts as they are, numbers of the same value to the last digit, NaN as NaN, null as an empty cell", () => {
  interface Value {
    readonly json: string;
    readonly cell: string;
  }
  const values: fc.Arbitrary<Value> = fc.oneof(
    texts.map((text) => ({ json: JSON.stringify(text), cell: text })),
    numbers.map((json) => ({ json, cell: json })),
    fc.constantFrom("true", "false", "NaN", "Infinity", "-Infinity").map((json) => ({ json, cell: json })),
    fc.constant({ json: "null", cell: "" }),
    fc
      .array(
        fc.oneof(
          numbers,
          fc.string().map((text) => JSON.stringify(text)),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((all) => ({
        json: `[${all.join(", ")}]`,
        cell: `[${all.join(",")}]`,
      })),
  );
  /** The value of a number, as digits and a power of ten; other cells, and lists of them, as they are. */
  const exactValue = (cell: string): string =>
    cell.replace(/^-?\d[\d.]*(e[-+]?\d+)?$|(?<=[[,])-?\d[\d.]*(e[-+]?\d+)?(?=[\],])/gi, (text) => {
      const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d*))?(?:e(.*))?$/i.exec(text)!;
      const all = `${whole}${fraction}`.replace(/^0+(?=\d)/, "");
      const short = all.replace(/(?<=\d)0+$/, "");
      return short === "0"
        ? `${sign}0`
        : `${sign}${short}e${Number(exponent) - fraction.length + all.length - short.length}`;
    });
  const tables = fc.integer({ min: 1, max: 3 }).chain((width) =>
    fc.record({
      names: fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }), {
        minLength: width,
        maxLength: width,
        selector: (name) => name.trim(),
      }),
      rows: fc.array(fc.array(values, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
    }),
  );
  const forms: Readonly<Record<string, (names: readonly string[], rows: readonly (readonly string[])[]) => string>> = {
    "in an array": (names, rows) => `[${rows.map((row) => object(names, row)).join(",\n")}]`,
    "one a line": (names, rows) => rows.map((row) => `${object(names, row)}\n`).join(""),
    nested: (names, rows) =>
      `[${rows.map((row) => `{"x": ${row[0]}, "in": ${object(names.slice(1), row.slice(1))}}`).join(",")}]`,
    "as columns": (names, rows) =>
      object(
        names,
        names.map((_, c) => `[${rows.map((row) => row[c]).join(",")}]`),
      ),
  };
  const object = (names: readonly string[], cells: readonly string[]) =>
    `{${names.map((name, c) => `${JSON.stringify(name)}: ${cells[c]}`).join(", ")}}`;

  it.each(Object.entries(forms))("rows %s", async (form, write) => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ names, rows }) => {
        fc.pre(!names.some((name) => ["x", "prediction"].includes(name) || name.trim() !== name || name.includes(".")));
        const text = write(
          ["x", ...names],
          rows.map((row, r) => [String(r), ...row.map(({ json }) => json)]),
        );
        const found = await predicted(form === "one a line" ? "table.jsonl" : "table.json", text);
        expect(found.get("x")).toEqual(rows.map((_, r) => String(r)));
        for (const [c, name] of names.entries()) {
          const cells = found.get(form === "nested" ? `in.${name}` : name);
          expect(cells?.map(exactValue)).toEqual(rows.map((row) => exactValue(row[c]!.cell)));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("Parquet: as exact as its types, NULL as an empty cell", () => {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const days = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  const types: Readonly<Record<string, fc.Arbitrary<string>>> = {
    BIGINT: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    UBIGINT: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    "DECIMAL(38,9)": fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 28n }), fc.stringMatching(/^\d{9}$/))
      .map((all) => all.join(".")),
    DOUBLE: fc.double({ noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? "-0" : String(value))),
    // DuckDB takes no \0 in a query, and hyparquet takes a byte order mark off.
    VARCHAR: texts.filter((text) => !/^\ufeff|\0/.test(text)),
    BOOLEAN: fc.boolean().map(String),
    DATE: days.map((day) => day.toISOString().slice(0, 10)),
    TIME: fc.nat(86_399).map((second) => new Date(second * 1000).toISOString().slice(11, 19)),
    TIMESTAMP: days.map((day) => day.toISOString().slice(0, 19)),
  };
  const tables = fc.array(fc.record(types, { noNullPrototype: true, requiredKeys: [] }), {
    minLength: 1,
    maxLength: 5,
  });

  it.skipIf(duckdb === undefined)("of any type that DuckDB writes", async () => {
    const connection = await duckdb!.DuckDBConnection.create();
    await fc.assert(
      fc.asyncProperty(tables, async (rows) => {
        const cell = (type: string, text: string | undefined) =>
          text === undefined ? "NULL" : `${quoted(text)}::${type}`;
        const selected = rows.map((row, r) =>
          [`${r} as x`, ...Object.keys(types).map((type) => `${cell(type, row[type])} as "${type}"`)].join(", "),
        );
        await connection.run(`copy (${selected.map((one) => `select ${one}`).join(" union all ")}) to 'table.parquet'`);
        const found = await predicted("table.parquet", await readFile("table.parquet"));
        for (const type of Object.keys(types)) expect(found.get(type)).toEqual(rows.map((row) => row[type] ?? ""));
      }),
      { numRuns: 25 },
    );
  });
});
