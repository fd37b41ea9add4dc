// Rows that are many, in blocks: the same text as of the whole, in bounded memory.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { readTable } from "../data/index.ts";
import { folderPerFile } from "../runs/test-folder.ts";
import { chainrule } from "./test-command.ts";

// Files are large from 2 MiB on here, and read in blocks of a fourth.
vi.mock("./large-files.ts", async (importOriginal) => ({
  ...(await importOriginal<typeof import("./large-files.ts")>()),
  largeFiles: { training: 2 ** 28, once: 2 ** 21 },
  blocksOfOnce: { blockRows: 8192, blockBytes: 2 ** 19 },
}));

folderPerFile();
beforeAll(async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${(i * 7) % 20},${i % 3 === 0 ? "yes" : "no"}`);
  await writeFile("train.csv", `x,z,y\n${rows.join("\n")}\n`);
  const quick = ["--backend", "reference", "--hidden", "2", "--epochs", "1"];
  expect(await chainrule(["train", "train.csv", "--target", "y", ...quick, "--out", "run"])).toMatchObject({ code: 0 });
});

/** A file of 3 MiB and more, which is read in blocks, and the lines of its rows. */
async function largeFile(name: string, head: string, line: (row: number) => string): Promise<number> {
  const file = createWriteStream(name);
  file.write(head);
  let rows = 0;
  for (let bytes = 0; bytes < 3 * 2 ** 20; ) {
    let text = "";
    for (let i = 0; i < 1000; i++) text += line(rows++);
    bytes += text.length;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return rows;
}

const padding = "some words that make the line longer, of which nothing is learnt".repeat(6);

describe("a file that is read in blocks", () => {
  it("CSV: predicted row by row as a small one is, with notes on all of it", async () => {
    const line = (row: number) =>
      `${row},${row % 2000 === 7 ? "" : (row * 7) % 20}.50,"${padding}",${row % 3 === 0 ? "yes" : "no"}\n`;
    const rows = await largeFile("large.csv", "x,z,words,y\n", line);
    const { code, stderr } = await chainrule(["predict", "run", "large.csv", "--out", "all.csv"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [head, ...lines] = (await readFile("all.csv", "utf8")).trimEnd().split("\n");
    expect(head).toBe("x,z,words,y,prediction,probability_no,probability_yes");
    expect(lines.length).toBe(rows);
    expect(lines[rows - 1]!.startsWith(line(rows - 1).trimEnd())).toBe(true);
    await writeFile("small.csv", `x,z,words,y\n${line(rows - 1)}`);
    const small = await chainrule(["predict", "run", "small.csv"]);
    expect(small.stdout.trimEnd().split("\n")[1]).toBe(lines[rows - 1]);

    expect(await chainrule(["predict", "run", "large.csv", "--out", "all.parquet"])).toMatchObject({ code: 0 });
    const table = await readTable("all.parquet");
    const columns = table.columns.map(({ name }) => name);
    expect([table.rows, columns]).toEqual([rows, head!.split(",")]);
    const last = table.columns.map(({ cells }) => cells.at(rows - 1));
    expect(last.map(String)).toEqual(
      lines[rows - 1]!.replace(/\.50,/, ".5,")
        .replaceAll('"', "")
        .split(/,(?! of)/),
    );
    // Row numbers are no column of the model: they stay text.
    expect(last.map((cell) => typeof cell)).toEqual([
      "string",
      "number",
      "string",
      "string",
      "string",
      "number",
      "number",
    ]);

    const whole = await chainrule(["evaluate", "run", "large.csv", "--json"]);
    expect(JSON.parse(whole.stdout)).toMatchObject({ rows });

    await appendFile("large.csv", Buffer.from("1,2,caf\u00e9,no\n", "latin1"));
    expect(await chainrule(["predict", "run", "large.csv", "--out", "all.csv"])).toMatchObject({ code: 0 });
    expect((await readFile("all.csv", "utf8")).trimEnd().split("\n").at(-1)).toMatch(/^1,2,caf\u00e9,no,/);
  });

  it("of standard input and of a pipe, as from a file", async () => {
    await largeFile("long.csv", "x,z,words,y\n", (row) => `${row % 99},${row % 20},"${padding}",yes\n`);
    const content = await readFile("long.csv");
    const pieces = Array.from({ length: 64 }, (_, i) =>
      content.subarray(Math.floor((i * content.length) / 64), Math.floor(((i + 1) * content.length) / 64)),
    );
    const own = await chainrule(["evaluate", "run", "long.csv", "--json"]);
    const piped = await chainrule(["evaluate", "run", "-", "--json"], { stdin: pieces });
    expect(JSON.parse(piped.stdout)).toEqual({ ...JSON.parse(own.stdout), data: "-" });
    const words = (text: string) => text.replace(/standard input|long\.csv/g, "it").replace(/ +/g, " ");
    expect(words(piped.stderr)).toBe(words(own.stderr));
    await chainrule(["predict", "run", "long.csv", "--out", "own.csv"]);
    await chainrule(["predict", "run", "-", "--out", "piped.csv"], { stdin: pieces });
    expect((await readFile("piped.csv")).equals(await readFile("own.csv"))).toBe(true);
  });

  it.each([
    ["in blocks", ""],
    ["whole, since it is no UTF-8", "1,2,caf\u00e9,yes\n"],
  ])("of standard input is named so in errors, %s", async (_, first) => {
    const rows = await largeFile("body.csv", "", (row) => `${row},${row % 20},"${padding}",yes\n`);
    const stdin = [Buffer.from(`x,z,words,y\n${first}`, "latin1"), await readFile("body.csv"), Buffer.from("1,2\n")];
    const { said } = await chainrule(["evaluate", "run", "-"], { stdin });
    const row = rows + (first === "" ? 2 : 3);
    expect(said).toContain(`error: standard input, row ${row} has 2 cells; the header has 4.`);
  });

  it("JSON lines: columns of all rows are there, and come out as JSON lines", async () => {
    const line = (row: number) =>
      `${JSON.stringify({ x: row, z: row % 20, words: padding, ...(row > 6000 && { late: "so" }) })}\n`;
    const rows = await largeFile("large.jsonl", "", line);
    const { code, stderr } = await chainrule(["predict", "run", "large.jsonl", "--out", "all.jsonl"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const lines = (await readFile("all.jsonl", "utf8")).trimEnd().split("\n");
    expect(lines.length).toBe(rows);
    expect(JSON.parse(lines[0]!)).toEqual({
      ...{ x: 0, z: 0, words: padding, late: null, prediction: expect.any(String) },
      ...{ probability_no: expect.any(Number), probability_yes: expect.any(Number) },
    });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ x: rows - 1, late: "so" });
  });
});

it("bytes of no format that is read in blocks never come to disk, however many they are", async () => {
  const place = process.env.TMPDIR;
  await mkdir("temporary");
  process.env.TMPDIR = resolve("temporary");
  const mebibyte = new Uint8Array(2 ** 20);
  const { code, said } = await chainrule(["predict", "run", "-"], { stdin: new Array(3).fill(mebibyte) });
  if (place === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = place;
  expect(code).toBe(1);
  expect(said).toContain("standard input is no text file");
  expect(await readdir("temporary")).toEqual([]);
});

it("- is stdout, and names that end in .jsonl ask for JSON lines", async () => {
  const plain = await chainrule(["predict", "run", "train.csv"]);
  expect(await chainrule(["predict", "run", "train.csv", "--out", "-"])).toEqual(plain);
  await chainrule(["predict", "run", "train.csv", "--out", "few.jsonl"]);
  const [first] = (await readFile("few.jsonl", "utf8")).split("\n");
  expect(Object.keys(JSON.parse(first!))).toEqual(["x", "z", "y", "prediction", "probability_no", "probability_yes"]);
});
