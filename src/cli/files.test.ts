// Tables in several files, by patterns and from standard input, through the commands that read them.
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerFile } from "../runs/test-folder.ts";
import { filesOf } from "./files.ts";
import { chainrule } from "./test-command.ts";

folderPerFile();
beforeAll(async () => {
  const rows = (from: number) =>
    Array.from({ length: 20 }, (_, i) => `${(from + i * 7) % 40},${i % 3},${(from + i * 7) % 40}`);
  await writeFile("part-1.csv", `a,b,y\n${rows(0).join("\n")}\n`);
  await writeFile("part-2.csv", `a,b,y\n${rows(3).join("\n")}\n`);
  await writeFile("part-3.csv", `a;b;y\n${rows(5).join("\n").replaceAll(",", ";")}\n`);
  await writeFile("other.json", '[{"a": 1, "b": 2, "y": 1}, {"a": 5, "b": 1, "y": 5}]');
});

const quick = ["--target", "y", "--backend", "reference", "--hidden", "4", "--epochs", "2", "--batch", "8"];
const hash = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
const recorded = async (file: string) => ({ file, sha256: await hash(file) });

describe("several files", () => {
  it("are one table, and the run finds them again", async () => {
    const trained = await chainrule(["train", "part-*.csv", "other.json", ...quick, "--out", "run", "--json"]);
    expect(trained.code).toBe(0);
    expect(JSON.parse(trained.stdout).rows).toBe(62);
    expect(trained.said).toContain("npx chainrule evaluate run 'part-*.csv' other.json");
    const { manifest } = await openRun("run");
    expect(manifest.name).toBe("part-1");
    expect(manifest.data).toEqual({
      ...(await recorded("part-1.csv")),
      further: await Promise.all(["part-2.csv", "part-3.csv", "other.json"].map(recorded)),
    });
    for (const command of ["check run --row 24", "explain run run --row 24 --weight layers.0.bias[0]", "diagnose run"])
      expect(await chainrule(command.split(" "))).toMatchObject({ code: 0 });
  });

  it("a change in any of them is noticed", async () => {
    const text = await readFile("part-2.csv");
    await writeFile("part-2.csv", `${text}1,2,3\n`);
    const { said } = await chainrule(["check", "run"]);
    await writeFile("part-2.csv", text);
    expect(said).toContain("its data, part-2.csv, has changed since");
  });

  it("evaluate and predict take them", async () => {
    const evaluated = await chainrule(["evaluate", "run", "part-1.csv", "part-[23].csv", "--json"]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ rows: 60, data: ["part-1.csv", "part-[23].csv"] });
    expect(evaluated.said).toContain("3 files");
    const predicted = await chainrule(["predict", "run", "part-1.csv", "other.json"]);
    expect(predicted.stdout.trimEnd().split("\n")).toHaveLength(1 + 22);
    const over = await chainrule(["predict", "run", "part-*.csv", "--out", "part-2.csv"]);
    expect(over).toMatchObject({
      code: 2,
      said: expect.stringContaining("--out would overwrite the data, part-2.csv"),
    });
  });

  it("for validation, too", async () => {
    const words = ["train", "part-1.csv", ...quick, "--out", "validated", "--validation-data", "part-[23].csv"];
    expect(await chainrule([...words, "--validation-data", "other.json"])).toMatchObject({ code: 0 });
    const { manifest } = await openRun("validated");
    expect(manifest.data.validation?.further).toEqual([await recorded("part-3.csv"), await recorded("other.json")]);
    expect(manifest.settings).toMatchObject({ validationData: ["part-2.csv", "part-3.csv", "other.json"] });
    expect(await chainrule(["check", "validated"])).toMatchObject({ code: 0 });
  });

  it("in blocks, all have the same columns", async () => {
    const words = ["train", "part-*.csv", ...quick, "--stream", "--out"];
    const trained = await chainrule([...words, "stream", "--json"]);
    expect(JSON.parse(trained.stdout)).toMatchObject({ rows: 60 });
    await writeFile("short.csv", "a,b\n1,2\n3,4\n");
    const { code, said } = await chainrule(["train", "part-1.csv", "short.csv", ...quick, "--stream"]);
    expect(code).toBe(1);
    expect(said).toContain('short.csv lacks 1 column that part-1.csv has: "y".');
  });
});

describe("patterns", () => {
  it("stand for files in the order of their names, each once", async () => {
    expect(await filesOf(["part-3.csv", "part-*.csv", "*.json"])).toEqual([
      ...["part-3.csv", "part-1.csv", "part-2.csv", "other.json"],
    ]);
    const absolute = join(process.cwd(), "part-1.csv").replaceAll("\\", "/");
    expect(await filesOf([absolute.replace("part-1", "part-?")])).toContain(absolute);
  });

  it("a file of that very name comes first", async () => {
    await writeFile("odd[1].csv", "a,b,y\n1,2,3\n");
    expect(await filesOf(["odd[1].csv"])).toEqual(["odd[1].csv"]);
    await rm("odd[1].csv");
  });

  it("that match nothing are named", async () => {
    const { code, said } = await chainrule(["train", "data/*.csv", ...quick]);
    expect({ code, said }).toMatchInlineSnapshot(`
      {
        "code": 1,
        "said": "error: data/*.csv matches no file. Check the pattern and the folder you are in. ",
      }
    `);
  });
});

describe("standard input", () => {
  it("is told by its content: text, JSON, and compressed", async () => {
    const csv = await readFile("part-3.csv");
    for (const [i, content] of [csv, gzipSync(csv), await readFile("other.json")].entries()) {
      const out = `stdin-${i}`;
      const trained = await chainrule(["train", "-", ...quick, "--out", out, "--json"], {
        stdin: [content.subarray(0, 9), content.subarray(9)],
      });
      expect(trained.code).toBe(0);
      expect(JSON.parse(trained.stdout).rows).toBe(i === 2 ? 2 : 20);
      const { manifest } = await openRun(out);
      expect(manifest).toMatchObject({
        name: "stdin",
        data: { file: "-", sha256: createHash("sha256").update(content).digest("hex") },
      });
    }
  });

  it("stands among files, and is new rows too", async () => {
    const csv = await readFile("part-3.csv");
    const evaluated = await chainrule(["evaluate", "run", "part-1.csv", "-", "--json"], { stdin: [csv] });
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ rows: 40 });
    const predicted = await chainrule(["predict", "run", "-"], { stdin: [csv] });
    expect(predicted.stdout).toMatch(/^a,b,y,prediction\n/);
  });

  it("what a run cannot find again is said", async () => {
    const { code, said } = await chainrule(["check", "stdin-0"]);
    expect({ code, said }).toMatchInlineSnapshot(`
      {
        "code": 1,
        "said": "error: The run "stdin-0" cannot be repeated: its table came from standard input, which is not kept. Train on it as a file. ",
      }
    `);
  });

  it("is not read in blocks, nor for validation", async () => {
    for (const flags of [["--stream"], ["--validation-data", "-"]]) {
      const { code, said } = await chainrule([
        "train",
        flags[0] === "--stream" ? "-" : "part-1.csv",
        ...quick,
        ...flags,
      ]);
      expect({ code, said }).toMatchSnapshot();
    }
  });

  it("without a table is said so", async () => {
    const { code, said } = await chainrule(["train", "-", ...quick]);
    expect({ code, said }).toMatchInlineSnapshot(`
      {
        "code": 1,
        "said": "error: standard input is empty. It needs a header row and at least one row under it. ",
      }
    `);
  });
});
