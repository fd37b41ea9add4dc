// Folders that must not be written: what is said of them, and that runs in them are read all the same.
import { chmodSync } from "node:fs";
import { chmod, chown, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { folderPerFile } from "../runs/test-folder.ts";
import { loadModel } from "../train/index.ts";
import { chainrule } from "./test-command.ts";

const train = (more: string, surroundings?: Parameters<typeof chainrule>[1]) =>
  chainrule(
    `train table.csv --target y --backend reference --hidden 4 --epochs 2 --batch 8 ${more}`.trim(),
    surroundings,
  );

const isRoot = process.geteuid?.() === 0;
const nobody = 65534;

/** As a user to whom permissions mean something: to root they mean nothing. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  if (isRoot) process.seteuid!(nobody);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

describe.skipIf(process.platform === "win32")("a folder that must not be written", () => {
  folderPerFile();
  beforeAll(async () => {
    const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${(r * 7) % 40}`);
    await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
    expect((await train("--out run")).code).toBe(0);
    await mkdir("empty");
    for (const folder of ["empty", "run", "."]) await chmod(folder, 0o555);
    return () => chmod(".", 0o755);
  });

  it.each([
    ["--out new/place", 'The run folder "new/place" could not be made (EACCES); choose another place.'],
    ["", /The run folder "runs.[-\d]+table-1" could not be made \(EACCES\); choose another place\./],
    ["--out empty", 'The run folder "empty" cannot be written (EACCES). Change its permissions'],
    ["--out empty --stream", 'The run folder "empty" cannot be written (EACCES). Change its permissions'],
    ["--out run --resume --epochs 5", 'The run folder "run" cannot be written (EACCES). Change its permissions'],
  ])("train %s says so", async (flags, words) => {
    const { code, said } = await withoutRights(() => train(flags));
    expect(code).toBe(1);
    if (typeof words === "string") expect(said).toContain(`error: ${words}`);
    else expect(said).toMatch(words);
  });

  it("predict --out says so", async () => {
    const answers = await withoutRights(() => chainrule("predict run table.csv --out answers.csv"));
    expect([answers.code, answers.said]).toEqual([
      1,
      "error: answers.csv cannot be written (EACCES). Choose another place for it, or change the permissions of its folder or make room there. ",
    ]);
    expect(await readdir(".")).toEqual(["empty", "run", "table.csv"]);
  });

  it.each([
    "predict run table.csv",
    "evaluate run table.csv",
    "check run",
    "diagnose run",
    "ledger run",
    "explain run run --row 3 --weight layers.0.bias[0]",
    "train --resume run",
  ])("%s reads it", async (words) => {
    expect(await withoutRights(() => chainrule(words))).toMatchObject({ code: 0 });
  });

  it("from some moment of a training on costs no more than its checkpoints: the model is saved elsewhere", async () => {
    await chmod(".", 0o755);
    await mkdir("own");
    if (isRoot) await chown("own", nobody, nobody);
    let isWritable = true;
    const onStderr = (text: string) => {
      if (!isWritable || !text.includes("epoch")) return;
      isWritable = false;
      chmodSync("own/run", 0o555);
    };
    const { code, said } = await withoutRights(() => train("--out own/run --epochs 40 --patience 40", { onStderr }));
    expect(code).toBe(1);
    expect(said).toContain("could not be saved (EACCES");
    const [, path] = /The run folder "own.run" could not be written at the end .* is saved in (\S+):/.exec(said)!;
    expect((await loadModel(path!)).kind).toBe("table");
    await rm(path!);
    await chmod("own/run", 0o755);
    // That of this process, which could not be taken away and goes on.
    await rm("own/run/lock.json");
    expect((await chainrule("train --resume own/run")).code).toBe(0);
  });
});
