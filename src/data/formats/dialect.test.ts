// Dialects: delimiters by the rows, preambles, comments, and first rows that are data.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf, delimiters, inferDialect } from "./dialect.ts";

const plain = { preamble: 0, comment: "", hasHeader: true };

describe("the delimiter", () => {
  it.each([
    ["a,b\n1,2\n3,4\n", ","],
    ["a;b\n1;2\n3;4\n", ";"],
    ["a\tb\n1\t2\n3\t4\n", "\t"],
    ['a|b|c\n"x"|2|3\n"y"|4|5\n', "|"],
    ["a b c\n1 2 3\n4 5 6\n", " "],
    ["  a    b\n 1.5  2.25\n13.25  4\n", " "],
    ["flaeche;miete\n63,3;781,24\n46,0;638,61\n", ";"],
    ["Width (cm, outer);Height (cm, outer);Grade\n9.32;8.18;A\n6.53;7.99;B\n5,98;5.92;A\n", ";"],
    ['name,place\n"Smith; John","Rome; Italy"\n"Ott; Eva","Bern; CH"\n', ","],
    ["first name,last name\nAnna Maria,Ott\nEva,Von Hohen Berg\n", ","],
    ["text\nhello there, you\nbye\n", ","],
    ["one\n1\n2\n", ","],
    ["class,sex,survived\n1st class,man,yes\n2nd class,woman,no\n1st class,woman,yes\n", ","],
    ["length width\n1,5 2,25\n2,5 3,75\n", " "],
    ["day,at\n1 May,07:45\n2 May,08:15\n", ","],
  ] as const)("of %j is %j", (text, delimiter) => {
    expect(inferDialect(text)).toEqual({ ...plain, delimiter });
  });

  it("is the one that was said, or that a sep= line says", () => {
    expect(inferDialect("a,b\n1,2\n", { delimiter: ";" }).delimiter).toBe(";");
    expect(inferDialect("sep=;\na;b,c\n1;2\n3;4\n")).toEqual({ ...plain, delimiter: ";", preamble: 1 });
  });
});

describe("what stands before the table", () => {
  it("lines of another width are a preamble", () => {
    expect(inferDialect("Report of May\nby us, all of us\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n")).toEqual({
      ...{ delimiter: ",", preamble: 3, comment: "", hasHeader: true },
    });
  });
  it("comments are passed over wherever they are", () => {
    expect(inferDialect("# made by us\na,b\n1,2\n# half way\n3,4\n")).toMatchObject({ delimiter: ",", comment: "#" });
    expect(inferDialect("#id,b\n#1,2\n#3,4\n")).toMatchObject({ comment: "" });
  });

  it.each([
    // A name of its own, and rows that begin with the mark.
    ["#id,b\n1,2\n3,4\n", { comment: "", preamble: 0 }],
    ["#tag,b\n#1,2\nx,4\n", { comment: "", preamble: 0 }],
    ["%,b\n1,2\n3,4\n", { comment: "", preamble: 0 }],
    // NumPy's savetxt, VCF, gnuplot.
    ["# x y\n1 2.5\n3 4\n5 6\n", { comment: "#", preamble: 0, isHeaderComment: true }],
    ["##v=4\n#CHROM\tPOS\n1\t20\n2\t30\n1\t40\n", { comment: "#", preamble: 1, isHeaderComment: true }],
    ["# run 5\n# t, v\n1,2.5\n3,4\n5,6\n", { comment: "#", preamble: 1, isHeaderComment: true }],
  ])("of %j one names the columns", (text, dialect) => {
    expect(inferDialect(text)).toMatchObject({ ...dialect, hasHeader: true });
  });

  it.each(["# made by us, for you", "#made by us,for you"])("%j is no header above one", (comment) => {
    const dialect = inferDialect(`${comment}\na,b\n1,2\n3,4\n`);
    expect(dialect).toEqual({ ...plain, delimiter: ",", comment: "#", preamble: 1 });
  });
});

describe("the first row", () => {
  it.each([
    ["4.6,3.7,setosa\n4.4,3.4,setosa\n4.6,3.1,virginica\n4.5,3.5,setosa\n", false],
    ["4.6,3.7\n4.4,3.4\n4.6,3.1\n", false],
    ["5.1;3,5\n4.4;3,4\n4.6;3,1\n", false],
    ["red,yes\nblue,no\nred,no\nblue,yes\n", false],
    ["a,b,kind\n4.4,3.4,setosa\n4.6,3.1,virginica\n", true],
    ["country,2019,2020,2021\nA,1.5,2,3\nB,2,3,4\nC,1,2,3\n", true],
    ["0,1,2\n4.4,3.4,1\n4.6,3.1,2\n", true],
    ["name,city\nAnn,Rome\nBob,Bern\n", true],
    ["x\n1\n2\n3\n", true],
    ["a,b\n1,2\n", true],
    [",a,b\nr1,2,3\nr2,4,5\nr3,5,6\n", true],
  ])("of %j names the columns: %s", (text, hasHeader) => {
    expect(inferDialect(text).hasHeader).toBe(hasHeader);
  });
  it("is what was said", () => {
    expect(inferDialect("a,b\n1,2\n3,4\n", { hasHeader: false }).hasHeader).toBe(false);
  });
});

describe("cells", () => {
  it.each([
    ['a,"b, c",d', ",", ["a", "b, c", "d"]],
    ['a, "b, c" ,d', ",", ["a", "b, c ", "d"]],
    ['"say ""hi""",x', ",", ['say "hi"', "x"]],
    ["a,,", ",", ["a", "", ""]],
    ["  a   b ", " ", ["a", "b"]],
    ['x "y z"', " ", ["x", "y z"]],
  ] as const)("of %j", (line, delimiter, cells) => {
    expect(cellsOf(line, delimiter)).toEqual(cells);
  });

  it("a table that was written with any delimiter and quotes is read apart by it", () => {
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    const cell = fc.oneof(
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((value) => value.toFixed(2)),
      fc.string({ unit: fc.constantFrom(...'ab,;|\t x"') }).map((text) => quoted(`w${text}`)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...delimiters),
        fc
          .integer({ min: 2, max: 5 })
          .chain((width) =>
            fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 3, maxLength: 12 }),
          ),
        (delimiter, rows) => {
          const header = ["number", ...rows[0]!.map((_, c) => `name${c}`)];
          const text = [header, ...rows.map((row, i) => [i + 0.5, ...row])]
            .map((row) => row.join(delimiter))
            .join("\n");
          expect(inferDialect(text)).toEqual({ ...plain, delimiter });
        },
      ),
    );
  });

  it("never fails on any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void inferDialect(text)));
    expect(inferDialect("").delimiter).toBe(",");
  });
});
