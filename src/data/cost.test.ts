// What a small file can cost: what once grew with the square of the file, or without an end, ends here or is refused.
import { describe, expect, it } from "vitest";
import { inferNotation } from "./number-notation.ts";
import { prepare } from "./prepare.ts";
import { parseTable } from "./read.ts";
import { fromRows, repeat } from "./test-tables.ts";

const read = (text: string, source: string) => parseTable(new TextEncoder().encode(text), { source });

describe("names of columns", () => {
  it("of which 50,000 are the same are numbered in one pass", async () => {
    const names = repeat(50_000, () => "a");
    const table = await read(`${names.join()}\n${names.map(() => 1).join()}`, "same.csv");
    expect(table.columns.at(-1)!.name).toBe("a (50000)");
    expect(table.notes.slice(19)).toEqual([
      'Two columns are named "a"; column 21 is called "a (21)".',
      "49,979 more columns without a name of their own got one in the same way.",
    ]);
  });

  it("that are taken are passed over", async () => {
    const table = await read("a,a (3),a,a,,column 5\n1,2,3,4,5,6", "taken.csv");
    expect(table.columns.map(({ name }) => name)).toEqual(["a", "a (3)", "a (2)", "a (4)", "column 5 (2)", "column 5"]);
  });
});

describe("JSON with keys that differ from row to row", () => {
  const keys = repeat(20_000, (r) => `k${r}`);
  const wide = { code: "OUT_OF_MEMORY" };

  it.each([
    ["an object a line", "keys.jsonl", keys.map((key) => `{"${key}":1}`).join("\n")],
    ["an array", "keys.json", `[${keys.map((key) => `{"${key}":1}`)}]`],
    ["of the form split", "split.json", JSON.stringify({ columns: keys, data: keys.map(() => []) })],
    [
      "of the form columns",
      "columns.json",
      `{"z":{${keys.map((_, r) => `"${r}":1`)}},${keys.map((key) => `"${key}":{"0":1}`)}}`,
    ],
  ])("%s, is refused before memory is taken", async (_, source, text) => {
    await expect(read(text, source)).rejects.toMatchObject(wide);
  });

  it("says what to do", async () => {
    await expect(read(keys.map((key) => `{"${key}":1}`).join("\n"), "keys.jsonl")).rejects.toThrow(
      'keys.jsonl holds 248.9 kB, and would be a table of at least 20,000 rows and 1,678 columns, nearly all of it empty or the same. Give all rows the same keys: what differs from row to row is a value, as in {"key": "k17", "value": 1}.',
    );
  });

  it("is read where it is small", async () => {
    const table = await read(
      keys
        .slice(0, 500)
        .map((key) => `{"${key}":1}`)
        .join("\n"),
      "few.jsonl",
    );
    expect([table.rows, table.columns.length]).toEqual([500, 500]);
  });
});

it("JSON that is cut off in a long text ends", async () => {
  for (const part of ["a", "\\n", "a\\n", '\\"', '"'])
    await expect(read(`[{"id": 12345678901234567, "b": "${part.repeat(1001)}`, "cut.json")).rejects.toMatchObject({
      code: "MALFORMED_DATA",
    });
});

it("long cells of what numbers are made of are texts", () => {
  const parts = ["1", " ", "x", ".", ",", "1,", "1 ", "'", "µ", "\u00a0", "/1", "e", "-", "1:", "T", "(", "%"];
  const cells = ["", "1", "$", "-"].flatMap((before) =>
    parts.flatMap((part) => ["", "1", "!", "$"].map((after) => `${before}${part.repeat(200_000)}${after}`)),
  );
  for (const cell of cells) expect(inferNotation([cell])).toBeUndefined();
  const texts = cells.slice(0, 40);
  const table = fromRows(texts.map((text, r) => ({ text, x: (r * 7) % 11, y: r % 2 })));
  expect(prepare(table, { target: "y" }).columns[0]).toMatchObject({ type: "text", role: "left out" });
});

it("a few bytes that would become gigabytes are refused", async () => {
  // Blocks of zstd that repeat one byte 128 kB long: 4 bytes each.
  const block = [0x02, 0x00, 0x10, 0x41];
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
  const blocks = Uint8Array.from({ length: 40_000 }, (_, i) => block[i % 4]!);
  const bomb = new Uint8Array([...head, ...blocks]);
  await expect(parseTable(bomb, { source: "bomb.csv.zst" })).rejects.toMatchObject({
    code: "OUT_OF_MEMORY",
    message:
      "bomb.csv.zst becomes more than 1.1 GB when it is decompressed. Decompress it, and name what comes of it: a file is read in blocks.",
  });
});
