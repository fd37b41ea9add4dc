// Numbers as people write them: every notation reads back the value that was written; what is no number is none.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DecimalMark, decimalMarks, inferNotation, parseWritten } from "./number-notation.ts";

/** `value` with thousands parted by `group`, three digits each, and `digits` behind the decimal mark. */
function write(value: number, decimal: DecimalMark, group: string, digits: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, group);
  return `${value < 0 ? "-" : ""}${grouped}${fraction === undefined ? "" : decimal + fraction}`;
}

const groups: Readonly<Record<DecimalMark, readonly string[]>> = {
  ".": ["", ",", " ", "\u00A0", "\u202F", "'", "’", "_"],
  ",": ["", ".", " ", "\u00A0", "\u202F", "'", "’"],
};

describe("a column written in any notation", () => {
  const wrap: Readonly<Record<string, (text: string) => string>> = {
    plain: (text) => text,
    "currency before": (text) => (text.startsWith("-") ? `-$${text.slice(1)}` : `$${text}`),
    "currency code after": (text) => `${text} EUR`,
    percent: (text) => `${text}%`,
    "percent apart": (text) => `${text} %`,
    unit: (text) => `${text} km/h`,
    "Unicode minus": (text) => text.replace("-", "\u2212"),
    brackets: (text) => (text.startsWith("-") ? `(${text.slice(1)})` : text),
    "minus behind": (text) => (text.startsWith("-") ? `${text.slice(1)}-` : text),
    blanks: (text) => ` ${text}\t`,
  };
  const notations = decimalMarks.flatMap((decimal) => groups[decimal].map((group) => [decimal, group] as const));

  it.each(Object.keys(wrap))("reads back its values: %s", (name) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...notations),
        // Two digits: a fraction is told from thousands.
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 }),
        ([decimal, group], values) => {
          const rounded = values.map((value) => Number(value.toFixed(2)) + 0);
          const texts = rounded.map((value) => wrap[name]!(write(value, decimal, group, 2)));
          const found = inferNotation(texts);
          expect(found?.notation.decimal).toBe(decimal);
          expect(found?.ambiguous).toBeUndefined();
          expect(texts.map((text) => parseWritten(text, found!.notation) + 0)).toEqual(rounded);
        },
      ),
    );
  });
});

describe("the decimal mark", () => {
  it.each([
    [["54,3", "980", "12,25"], ","],
    [["1.250,5", "980"], ","],
    [["1.250.000", "3"], ","],
    [["1,250.5", "980"], "."],
    [["0,875", "1,250"], ","],
    [["1.250", "0.5"], "."],
    [["1 250", "980"], "."],
    [["1,23,456", "12,34,567.5"], "."],
    [["3", "4"], "."],
  ] as const)("of %j is %s", (texts, decimal) => {
    expect(inferNotation(texts)).toMatchObject({ notation: { decimal, unit: "" }, ambiguous: undefined });
  });

  it("is asked about where both fit: thousands, unless it is said otherwise", () => {
    const texts = ["980", "1,250"];
    expect(inferNotation(texts)).toMatchObject({ notation: { decimal: "." }, ambiguous: "1,250" });
    expect(parseWritten("1,250", { decimal: ".", unit: "" })).toBe(1250);
    expect(inferNotation(texts, ",")).toMatchObject({ notation: { decimal: "," }, ambiguous: undefined });
    expect(parseWritten("1,250", { decimal: ",", unit: "" })).toBe(1.25);
  });

  it("that was said is kept to: a column that does not fit it holds no numbers", () => {
    expect(inferNotation(["54,3", "1,25"], ".")).toBeUndefined();
    expect(inferNotation(["3", "4"], ",")).toMatchObject({ notation: { unit: "" } });
  });
});

describe("what stands beside the digits", () => {
  it.each([
    [["$212,300", "$9.50"], "$", [212300, 9.5]],
    [["$1,100", "$2,100"], "$", [1100, 2100]],
    [["€ 1.100", "€ 2.100"], "€", [1100, 2100]],
    [["$3.459", "$3.299"], "$", [3.459, 3.299]],
    [["US$ 3", "US$ -4"], "US$", [3, -4]],
    [["12 km", "7km"], "km", [12, 7]],
    [["3 m²", "4.5 m²"], "m²", [3, 4.5]],
    [[" $ 1,200.50 ", " $ (80.00)", " $ -   "], "$", [1200.5, -80, 0]],
    [["CHF 250.-", "CHF 1'200.--", "CHF 12.50"], "CHF", [250, 1200, 12.5]],
    [["Rs.1,23,456/-", "Rs.980/-"], "Rs.", [123456, 980]],
    [["€110.5M", "€565K", "€0"], "€", [110.5e6, 565e3, 0]],
    [["1.2M €", "980K €"], "€", [1.2e6, 980e3]],
    [["1.1K", "3M", "950", "2.5b"], "", [1100, 3e6, 950, 2.5e9]],
    [["19M", "8.7k"], "", [19e6, 8700]],
    [["5 Lakh", "1.2 Cr"], "", [5e5, 1.2e7]],
    [["1,5 Mio.", "2 Mrd."], "", [1.5e6, 2e9]],
    [["12K", "7K"], "K", [12, 7]],
    [["12 m", "7"], undefined, []],
    [["12 m", "7 k", "3 kg"], undefined, []],
    [["8 / 10", "10 / 10"], "/ 10", [8, 10]],
    [["8 / 10", "3 / 5"], undefined, []],
    [["3/4", "1/4"], undefined, []],
    [["90+", "89"], "", [90, 89]],
    [["~50", "45"], "", [50, 45]],
    [["'123", "45"], "", [123, 45]],
    [["1.5D+03", "2.25D-01"], "", [1500, 0.225]],
    [["1D2", "3D4"], undefined, []],
    [["１２３", "４．５"], "", [123, 4.5]],
    [["١٢٣", "٤٫٥"], "", [123, 4.5]],
    [["S", "M", "L"], undefined, []],
    [["5 %", "(2) %"], undefined, []],
    [["12 km", "7 mi"], undefined, []],
    [["12 km", "7"], undefined, []],
    [["A1", "A2"], undefined, []],
    [["1-2", "3-4"], undefined, []],
    [["1st", "2nd"], undefined, []],
    [["192.168.0.1", "10.0.0.1"], undefined, []],
    [["Infinity", "1"], undefined, []],
    [["0x10", "1"], undefined, []],
    [["12:30", "1"], undefined, []],
    [["1,2,3", "4"], undefined, []],
    [["", "4"], undefined, []],
  ] as const)("of %j is %j", (texts, unit, values) => {
    const found = inferNotation(texts);
    expect(found?.notation.unit).toBe(unit);
    if (found) expect(texts.map((text) => parseWritten(text, found.notation))).toEqual(values);
  });

  it("an exponent is part of the number", () => {
    const found = inferNotation(["1e5", "2.5E-3"])!;
    expect(found.notation.unit).toBe("");
    expect(parseWritten("1e5", found.notation)).toBe(1e5);
    expect(inferNotation(["1,5e3", "2"])).toMatchObject({ notation: { decimal: "," } });
  });

  it("bounds are read as the number they name, and are counted; bounds alone are none", () => {
    const found = inferNotation(["<1.0", "2.5", "> 500"])!;
    expect(found.bounds).toEqual(["<1.0", "> 500"]);
    expect(parseWritten("<1.0", found.notation)).toBe(1);
    expect(inferNotation(["<18", ">65"])).toBeUndefined();
  });
});
