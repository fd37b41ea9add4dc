// The lines of a file that grows: torn ones, long ones, and files that are cut, replaced or gone.
import { appendFile, mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { crc32 } from "../../ir/crc32.ts";
import { lastLines } from "../../runs/listed-run.ts";
import { folderPerTest } from "../../runs/test-folder.ts";
import { EventLines, longestLine, type Mark } from "./event-lines.ts";

folderPerTest();
beforeEach(() => mkdir("run"));

const file = "run/events.jsonl";
const reader = (mark: Mark = { after: 0 }) => new EventLines("run", mark);

/** Numbered lines, and "reset". */
async function take(lines: EventLines): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of lines.more())
    if (piece === "reset") all.push(piece);
    else for (const [i, line] of piece.lines.entries()) all.push(`${piece.first + i} ${line}`);
  return all;
}

describe("lines of a file", () => {
  it("come once each, and a torn last one when it is whole", async () => {
    const lines = reader();
    expect(await take(lines)).toEqual([]);
    await writeFile(file, "a\nbé\nto");
    expect(await take(lines)).toEqual(["1 a", "2 bé"]);
    expect(await take(lines)).toEqual([]);
    await appendFile(file, "rn");
    expect(await take(lines)).toEqual([]);
    await appendFile(file, "\nd\n\ne\n");
    expect(await take(lines)).toEqual(["3 torn", "4 d", "5 ", "6 e"]);
  });

  it("go on after any of them", async () => {
    await writeFile(file, "a\nb\nc\n");
    for (const [after, rest] of [
      [0, ["1 a", "2 b", "3 c"]],
      [2, ["3 c"]],
      [3, []],
    ] as const) {
      const lines = reader({ after });
      expect(await take(lines)).toEqual(rest);
      await appendFile(file, "d\n");
      expect(await take(lines)).toEqual(["4 d"]);
      await truncate(file, 6);
    }
  });

  it("may be longer than what is read at a time", async () => {
    const long = "x".repeat(700_000);
    const all = [long, "b", `${long}y`, "d"];
    await writeFile(file, `${all.join("\n")}\n`);
    expect(await take(reader())).toEqual(all.map((line, i) => `${i + 1} ${line}`));
    expect(await take(reader({ after: 3 }))).toEqual(["4 d"]);
  });

  it("come to an end though more are written all the while", async () => {
    await writeFile(file, "a\nb\n");
    const all: string[] = [];
    const lines = reader();
    for await (const piece of lines.more()) {
      if (piece !== "reset") all.push(...piece.lines);
      await appendFile(file, "more\n");
    }
    expect(all).toEqual(["a", "b"]);
    expect(await take(lines)).toEqual(["3 more"]);
  });

  it("may be very many", async () => {
    const all = Array.from({ length: 200_000 }, (_, i) => `${i}`);
    await writeFile(file, `${all.join("\n")}\n`);
    expect((await take(reader({ after: 199_998 }))).join()).toBe("199999 199998,200000 199999");
  });

  it("have a longest one", async () => {
    await writeFile(file, Buffer.alloc(longestLine + 2 ** 18 + 1, "x"));
    await expect(take(reader())).rejects.toThrow("a line after line 0 has more than 16 MB");
  });

  it("come anew where the file was cut, whatever was written to it since", async () => {
    const lines = reader();
    await writeFile(file, "a\nb\nc\n");
    await take(lines);
    await truncate(file, 4);
    expect(await take(lines)).toEqual(["reset", "1 a", "2 b"]);
    await truncate(file, 2);
    await appendFile(file, "other\nlines\n");
    expect(await take(lines)).toEqual(["reset", "1 a", "2 other", "3 lines"]);
  });

  it("come anew where another file stands in its place, and go on where it is the same", async () => {
    const lines = reader();
    await writeFile(file, "a\nb\n");
    await take(lines);
    await rm(file);
    await writeFile(file, "a\nb\nc\n");
    expect(await take(lines)).toEqual(["3 c"]);
    await rm(file);
    expect(await take(lines)).toEqual(["reset"]);
    expect(await take(lines)).toEqual([]);
    await writeFile(file, "x\n");
    expect(await take(lines)).toEqual(["1 x"]);
  });

  it("come anew where the reader has others", async () => {
    await writeFile(file, "a\nb\nc\n");
    expect(await take(reader({ after: 5 }))).toEqual(["reset", "1 a", "2 b", "3 c"]);
    const crc = crc32(new TextEncoder().encode("b"));
    expect(await take(reader({ after: 2, crc }))).toEqual(["3 c"]);
    const other = reader({ after: 2, crc: crc + 1 });
    expect(await take(other)).toEqual(["reset", "1 a", "2 b", "3 c"]);
    await appendFile(file, "d\n");
    expect(await take(other)).toEqual(["4 d"]);
    await rm(file);
    expect(await take(reader({ after: 2, crc }))).toEqual(["reset"]);
  });

  it("are of a file in the folder", async () => {
    await writeFile("elsewhere", "a\n");
    await symlink("../elsewhere", file);
    await expect(take(reader())).rejects.toThrow("a link that leads out of the run folder");
    await expect(lastLines("run", 100)).rejects.toThrow("a link that leads out of the run folder");
  });
});

describe("the last lines", () => {
  it("are whole", async () => {
    expect(await lastLines("run", 10)).toBe("");
    await writeFile(file, "first\nsecond\nthi");
    expect(await lastLines("run", 100)).toBe("first\nsecond\nthi");
    expect(await lastLines("run", 13)).toBe("second\nthi");
    expect(await lastLines("run", 3)).toBe("");
  });
});
