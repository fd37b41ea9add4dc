// Pipes, devices and folders where files are expected: given by the user they are read once; named in a run they are refused unopened.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { openRun } from "../runs/index.ts";
import { folderPerFile } from "../runs/test-folder.ts";
import { chainrule } from "./test-command.ts";

const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${(r * 7) % 40}`);
const table = `a,b,y\n${rows.join("\n")}\n`;
const quick = ["--target", "y", "--backend", "reference", "--hidden", "4", "--epochs", "2", "--batch", "8"];
const pipe = (name: string) => execFileSync("mkfifo", [name]);
/** Writes the table into a pipe, from outside of this process, whose opening would wait. */
const feed = (name: string) => spawn("sh", ["-c", `cat table.csv > ${name}`]);

describe.skipIf(process.platform === "win32")("what is no file", () => {
  folderPerFile();
  let manifest: Readonly<Record<string, object>>;
  beforeAll(async () => {
    await writeFile("table.csv", table);
    expect((await chainrule(["train", "table.csv", ...quick, "--out", "run"])).code).toBe(0);
    manifest = JSON.parse(await readFile("run/run.json", "utf8"));
  });

  it("given by the user, is read once, and recorded with the hash of what came", async () => {
    pipe("given");
    feed("given");
    const trained = await chainrule(["train", "given", ...quick, "--out", "piped"]);
    expect(trained.code, trained.stderr).toBe(0);
    const sha256 = createHash("sha256").update(table).digest("hex");
    expect((await openRun("piped")).manifest.data).toEqual({ file: "given", sha256 });
    for (const command of [
      "check piped",
      "explain run piped --row 2 --weight layers.0.bias[0]",
      "train --resume piped --epochs 4",
    ])
      expect((await chainrule(command.split(" "))).said, command).toContain(
        'The run "piped" cannot be repeated: its data, given, is a pipe and no file: what came through it is not kept. Train on it as a file.',
      );
  });

  it("cannot be read in blocks, nor hold the rows for validation", async () => {
    pipe("once");
    expect((await chainrule(["train", "once", ...quick, "--stream"])).said).toContain(
      "once cannot be read in blocks (--stream): its rows are needed more than once.",
    );
    expect((await chainrule(["train", "table.csv", ...quick, "--validation-data", "once"])).said).toContain(
      "once can be read but once. Save them in a file.",
    );
  });

  it.each([
    ["/dev/zero", "a device"],
    ["pipe", "a pipe"],
    ["folder", "a folder"],
  ])("named in run.json, %s is refused", async (file, what) => {
    if (file === "pipe") pipe(file);
    if (file === "folder") await mkdir(file);
    const put = (change: object) => writeFile("run/run.json", JSON.stringify({ ...manifest, ...change }));
    const said = `${file}, is ${what} and no file`;
    const origin = { file, sha256: "0".repeat(64) };
    for (const change of [
      { data: origin },
      { data: { ...manifest.data, further: [origin] } },
      { data: { ...manifest.data, validation: origin } },
      { settings: { ...manifest.settings, validationData: [file] } },
      { data: origin, settings: { ...manifest.settings, stream: true } },
    ]) {
      await put(change);
      const isStream = "settings" in change && "stream" in change.settings;
      const others = ["check run", "explain run run --row 2 --weight layers.0.bias[0]"];
      for (const command of ["train --resume run --epochs 4", ...(isStream ? [] : others)])
        expect((await chainrule(command.split(" "))).said, `${command}, ${JSON.stringify(change)}`).toContain(said);
    }
    await writeFile("run/run.json", JSON.stringify(manifest));
  });

  it("in a run folder, is refused", async () => {
    await writeFile("run/run.json", JSON.stringify({ ...manifest, status: "interrupted" }));
    for (const file of ["run.json", "events.jsonl", "model.json", "model.safetensors", "checkpoints/index.json"]) {
      execFileSync("cp", ["-r", "run", "other"]);
      execFileSync("rm", [`other/${file}`]);
      pipe(`other/${file}`);
      const commands = ["diagnose other", "predict other table.csv", "train --resume other --epochs 4"];
      const all: string[] = [];
      for (const command of commands) all.push((await chainrule(command.split(" "))).said);
      expect(all.join(" ")).toContain(
        `The file ${file} of the run "other" is not usable: it is a pipe, and must be a file.`,
      );
      execFileSync("rm", ["-r", "other"]);
    }
  });
});
