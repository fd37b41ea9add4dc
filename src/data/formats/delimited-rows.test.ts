// Rows of a text that comes in pieces: the same wherever it is cut, and as Papa Parse reads them.
import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import type { Cell } from "../column-cells.ts";
import { DelimitedRows } from "./delimited-rows.ts";
import { type Dialect, endsInReturn } from "./dialect.ts";

const csv: Dialect = { delimiter: ",", preamble: 0, comment: "", hasHeader: true };

/** Rows with their numbers, of a text in pieces of so many characters; or the error's code. */
function rowsOf(text: string, dialect: Dialect = csv, piece = text.length + 1, blockRows = 1000) {
  const rows = new DelimitedRows("x.csv", dialect, endsInReturn(text), blockRows);
  const found: { names: readonly string[]; rows: [number, ...(Cell | undefined)[]][] } = { names: [], rows: [] };
  const take = () => {
    const { names, cells, rowNumbers } = rows.take();
    found.names = names;
    for (let r = 0; r < rowNumbers.length; r++) found.rows.push([rowNumbers[r]!, ...cells.map((own) => own.at(r))]);
  };
  try {
    const characters = [...text];
    for (let from = 0; from === 0 || from < characters.length; from += piece) {
      const bytes = new TextEncoder().encode(characters.slice(from, from + piece).join(""));
      rows.add(bytes, from + piece >= characters.length);
      while (rows.read()) take();
    }
    take();
    return found;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

const texts = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(",", "\n", '"', '""', "\r\n", " ", "\t") },
      fc.constantFrom("a", "1", "-2.50", "é", "👍", "\u3000", "a long text", "#", "1e5", ";", "\r", "\0"),
    ),
    { maxLength: 40 },
  )
  .map((parts) => `a,b\n${parts.join("")}`);

describe("rows of a text", () => {
  it("are the same wherever it is cut", () => {
    const dialects = fc.constantFrom<Dialect>(
      csv,
      { ...csv, comment: "#" },
      { ...csv, delimiter: " " },
      { ...csv, delimiter: "\t", hasHeader: false },
    );
    fc.assert(
      fc.property(texts, dialects, fc.nat(8), fc.integer({ min: 1, max: 3 }), (text, dialect, piece, blockRows) => {
        expect(rowsOf(text, dialect, piece + 1, blockRows)).toEqual(rowsOf(text, dialect));
      }),
      { numRuns: 1000 },
    );
  });

  it("are those that Papa Parse reads, where that takes the text for well-formed", () => {
    fc.assert(
      fc.property(texts, (text) => {
        if (/\r(?!\n)| "|\t"/.test(text)) return;
        const even = text.replaceAll("\r\n", "\n");
        const { data, errors } = Papa.parse<string[]>(even, { delimiter: ",", newline: "\n" });
        const lines = data.filter((row) => row.length > 1 || row[0]!.trim() !== "");
        const isSound = !errors.some(({ type }) => type === "Quotes") && lines.every(({ length }) => length === 2);
        if (!isSound) return;
        expect(rowsOf(even)).toMatchObject({ rows: lines.slice(1).map((row) => [expect.any(Number), ...row]) });
      }),
      { numRuns: 3000 },
    );
  });

  it("a cell of very many quotes, in pieces", () => {
    const quotes = '""'.repeat(2 ** 21);
    const text = `a,b\n1,"${quotes}"\n2,x\n`;
    expect(rowsOf(text, csv, 2 ** 16)).toEqual({
      names: ["a", "b"],
      rows: [
        [2, "1", '"'.repeat(2 ** 21)],
        [3, "2", "x"],
      ],
    });
  });

  it("a quote that is not closed, and a row of another width, are named by their line", () => {
    expect(rowsOf('a,b\n1,"x\n2,3\n', csv, 3)).toBe("MALFORMED_DATA");
    expect(rowsOf("a,b\n1,2,3,4\n", csv, 3)).toBe("RAGGED_ROW");
  });
});
