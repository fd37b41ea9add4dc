// What goes into a column comes out of it, whatever its form; and what is asked of all cells is what each one says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNumber } from "./cells.ts";
import { type Cell, Cells, CellsWriter } from "./column-cells.ts";
import { form, scanNumber, scannedForm, scannedValue, scanText, writtenNumber } from "./written-number.ts";

const numeric = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.tuple(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 40 })).map(([value, d]) => value.toFixed(d)),
  fc.tuple(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 40 })).map(([value, d]) => value.toExponential(d)),
  fc
    .tuple(fc.double({ noNaN: true, min: -1e4, max: 1e4 }), fc.integer({ min: 0, max: 20 }))
    .map(([value, d]) => value.toExponential(d).replace(/([+-])(\d)$/, "$10$2")),
  fc.stringMatching(/^-?\d{1,20}(\.\d{0,25})?(e[+-]?\d{1,3})?$/),
  fc.stringMatching(/^-?0\.\d{15,17}$/),
  fc.constantFrom(
    "007",
    "-0",
    "-0.0",
    "0",
    "0.0",
    "1.",
    ".5",
    "+1",
    "1e5",
    "1e+05",
    "1E-05",
    "9007199254740993",
    "1e400",
  ),
);
const cell: fc.Arbitrary<Cell> = fc.oneof(
  numeric,
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, "", "NA", "yes"),
);

describe("a written number", () => {
  it("is read as Number reads it, and written again with the same characters", () => {
    fc.assert(
      fc.property(numeric, (text) => {
        if (!scanText(text)) return;
        expect(scannedValue[0]).toBe(Number(text));
        expect(writtenNumber(scannedValue[0]!, scannedForm[0]!)).toBe(text);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(["12", "-3.50", "0.3745401188473625", "0.9507143064099162", "1.000000000000000000e+00", "5.80836e-02"])(
    "%s is kept as a number",
    (text) => {
      expect(scanText(text)).toBe(true);
      expect(scannedForm[0]).toBeLessThan(form.number);
    },
  );

  it("ends where its characters do", () => {
    expect(scanNumber(new TextEncoder().encode("a,-1.25;"), 2)).toBe(7);
    expect(scannedValue[0]).toBe(-1.25);
  });
});

describe("cells", () => {
  it("come out as they went in, and of several columns one after the other", () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell), { minLength: 1, maxLength: 4 }), (parts) => {
        const all = parts.flat();
        expect([...Cells.from(all)]).toEqual(all);
        expect([...Cells.join(parts.map(Cells.from))]).toEqual(all);
        expect([...Cells.from(all).slice(1, 3)]).toEqual(all.slice(1, 3));
        expect(Cells.from(all).at(all.length)).toBeUndefined();
      }),
    );
  });

  it("are told apart in the order of their first rows", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Cell>("a", "1", 1, "1.0", null, "", true, "b")), (all) => {
        const { cells, counts, firstRows, of } = Cells.from(all).distinct();
        expect(cells).toEqual([...new Set(all)]);
        expect([...firstRows]).toEqual(cells.map((one) => all.indexOf(one)));
        expect([...counts]).toEqual(cells.map((one) => all.filter((each) => each === one).length));
        expect(Array.from(of, (index) => cells[index])).toEqual(all);
      }),
    );
  });

  it("give their numbers, and are found and counted", () => {
    fc.assert(
      fc.property(fc.array(cell), (all) => {
        const cells = Cells.from(all);
        for (const numbers of [cells.numbers(parseNumber), cells.map(parseNumber)])
          expect([...numbers]).toEqual(all.map((one) => parseNumber(one)));
        const isLarge = (one: Cell) => parseNumber(one) > 1;
        expect(cells.count(isLarge)).toBe(all.filter(isLarge).length);
        const isWord = (one: Cell) => typeof one === "string" && !cells.words.includes(one);
        const words = all.filter((one) => one === null || cells.words.includes(one)).length;
        expect(cells.countWords(() => true)).toBe(words);
        expect(cells.count(isWord)).toBe(0);
        expect(cells.findRow(isLarge)).toBe(all.findIndex(isLarge));
      }),
    );
  });

  it("many that differ, in blocks and joined; a row that was not written has none", () => {
    const writer = new CellsWriter();
    const texts = Array.from({ length: 30_000 }, (_, row) => (row % 3 === 0 ? null : `text ${row >> 1}`));
    const parts: Cells[] = [];
    for (let from = 0; from < texts.length; from += 10_000) {
      for (let row = 0; row < 10_000; row++) if (row % 3 !== 9) writer.write(row, texts[from + row]!);
      parts.push(writer.take(10_000));
    }
    expect([...Cells.join(parts)]).toEqual(texts);
    expect([...writer.take(2)]).toEqual([null, null]);
  });
});
