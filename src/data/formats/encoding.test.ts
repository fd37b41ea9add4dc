// Every encoding with a mark and without, whole and in blocks: the same table.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readTable } from "../read.ts";
import { openTable } from "../stream.ts";
import type { Table } from "../table.ts";
import { type Encoding, encodingOf } from "./encoding.ts";

const folder = mkdtempSync(join(tmpdir(), "chainrule-encoding-"));
afterAll(() => rmSync(folder, { recursive: true }));

function bytesOf(text: string, encoding: Encoding): Buffer {
  if (encoding === "utf-8" || encoding === "windows-1252")
    return Buffer.from(text, encoding === "utf-8" ? "utf8" : "latin1");
  if (encoding.startsWith("utf-16")) {
    const bytes = Buffer.from(text, "utf16le");
    return encoding === "utf-16le" ? bytes : bytes.swap16();
  }
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  const bytes = Buffer.alloc(4 * points.length);
  for (const [i, point] of points.entries())
    if (encoding === "utf-32le") bytes.writeUInt32LE(point, 4 * i);
    else bytes.writeUInt32BE(point, 4 * i);
  return bytes;
}

const contents = (tables: readonly Table[]) => ({
  columns: tables[0]!.columns.map(({ name }, c) => [name, tables.flatMap(({ columns }) => [...columns[c]!.cells])]),
  rowNumbers: tables.flatMap(({ rowNumbers }) => [...rowNumbers]),
});

async function inBlocks(path: string, blockRows: number, blockBytes: number): Promise<Table[]> {
  const stream = await openTable(path, { blockRows, blockBytes });
  const tables = [stream.head];
  for await (const table of stream.rest()) tables.push(table);
  return tables;
}

const wide = ["utf-16le", "utf-16be", "utf-32le", "utf-32be"] as const;

/** Scripts whose upper bytes are 0, 4, 6, 0x30 and 0x4e to 0x9f, and beyond 16 bits. */
const words = [
  "plain",
  "Grüße",
  "привет",
  "Ελλάδα",
  "سلام",
  "日本語",
  "中文字符",
  "한국어",
  "ひらがな",
  "👍",
  "Ā",
  "Ѐ",
  "",
];

describe("a table", () => {
  const scripts = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 });

  it.each([
    ["csv", (row: readonly string[]) => row.join()],
    ["tsv", (row: readonly string[]) => row.join("\t")],
    ["jsonl", ([text, n, y]: readonly string[]) => JSON.stringify({ text, n, y })],
  ] as const)(
    "of %s is the same in every encoding, with a mark and without, whole and in blocks",
    async (ending, line) => {
      const path = join(folder, `table.${ending}`);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(scripts, fc.integer({ min: 0, max: 999 })), { minLength: 3, maxLength: 30 }),
          fc.constantFrom("\n", "\r\n"),
          fc.constantFrom("utf-8", ...wide),
          fc.boolean(),
          fc.integer({ min: 1, max: 12 }),
          fc.integer({ min: 1, max: 200 }),
          async (rows, newline, encoding, isMarked, blockRows, blockBytes) => {
            const header = ending === "jsonl" ? [] : [["text", "n", "y"]];
            const all = [...header, ...rows.map(([text, n], r) => [text.join(" "), String(n), String(r)])];
            const text = all.map((row) => line(row) + newline).join("");
            writeFileSync(path, bytesOf(text, "utf-8"));
            const expected = contents([await readTable(path)]);
            writeFileSync(path, bytesOf(`${isMarked ? "\ufeff" : ""}${text}`, encoding));
            expect(contents([await readTable(path)])).toEqual(expected);
            expect(contents(await inBlocks(path, blockRows, blockBytes))).toEqual(expected);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  it("in one encoding with pieces that cut its characters", async () => {
    const path = join(folder, "cut.csv");
    const text = `a,b\n${Array.from({ length: 3000 }, (_, r) => `${words[r % 12]} 👍,${r}\n`).join("")}`;
    writeFileSync(path, text);
    const expected = contents([await readTable(path)]);
    for (const encoding of wide) {
      writeFileSync(path, bytesOf(text, encoding));
      for (const bytes of [100, 777, 8191]) expect(contents(await inBlocks(path, 1000, bytes))).toEqual(expected);
    }
  });

  it("of Windows-1252 is the same in blocks where what comes before is ASCII, and is said", async () => {
    const path = join(folder, "latin.csv");
    const text = (from: number) =>
      `a,b\n${Array.from({ length: 900 }, (_, r) => `${r > from ? "é" : "e"},${r}\n`).join("")}`;
    for (const from of [-1, 300, 899]) {
      writeFileSync(path, bytesOf(text(from), "windows-1252"));
      const whole = await readTable(path);
      expect(contents(await inBlocks(path, 100, 700))).toEqual(contents([whole]));
    }
    writeFileSync(path, bytesOf(text(-1), "windows-1252"));
    const note = `${path} is not UTF-8, and is read as Windows-1252 (Latin-1). If letters such as é come out wrong, save it as UTF-8.`;
    expect((await readTable(path)).notes).toContain(note);
    expect((await openTable(path)).head.notes).toContain(note);
    // Past a megabyte, which is looked at before.
    const long = Array.from({ length: 200_000 }, (_, r) => `${r === 0 ? "é" : "e"},${r}\n`).join("");
    writeFileSync(path, Buffer.concat([Buffer.from(`a,b\n${long}`), Buffer.from([0xe9, 0x2c, 0x31, 0x0a])]));
    await expect(inBlocks(path, 50_000, 2 ** 20)).rejects.toThrow(
      /latin.csv is not UTF-8 from line \d+ on, as it is before/,
    );
  });
});

describe("an encoding", () => {
  it("is UTF-8 where a zero stands in a text by mistake", () => {
    const text = `a,b\n${"1,plain text\n".repeat(20)}`;
    for (let at = 0; at < text.length; at += 7)
      expect(encodingOf(Buffer.from(`${text.slice(0, at)}\0${text.slice(at)}`))).toBe("utf-8");
    expect(encodingOf(Buffer.from(`${"日本語,".repeat(9)}\0`))).toBe("utf-8");
  });

  it("is told of short texts", () => {
    for (const encoding of wide)
      for (const text of ["a", "1,2\n", "{}", "я\n"])
        expect([encoding, encodingOf(bytesOf(text, encoding))]).toEqual([encoding, encoding]);
    expect(encodingOf(Buffer.from(""))).toBe("utf-8");
    expect(encodingOf(Buffer.from([0]))).toBe("utf-8");
  });

  it("that bytes are none of is said, whole and in blocks", async () => {
    const path = join(folder, "odd.csv");
    for (const bytes of [
      bytesOf("\ufeffa,b\n1,2\n", "utf-16le").subarray(0, -1),
      Buffer.from([0xff, 0xfe, 0, 0, 0, 0, 0, 1]),
    ]) {
      writeFileSync(path, bytes);
      const said = {
        code: "MALFORMED_DATA",
        message: expect.stringContaining("is not text in UTF-8, UTF-16, UTF-32 or Windows-1252."),
      };
      await expect(readTable(path)).rejects.toMatchObject(said);
      await expect(inBlocks(path, 9, 99)).rejects.toMatchObject(said);
    }
  });
});
