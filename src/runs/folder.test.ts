// Files of a run in a folder: written in parts, replaced in one step, hashed.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mapFiles } from "./files.ts";
import { folderFiles, removeTemporary } from "./folder.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "chainrule-folder-"));
});
afterEach(() => rm(dir, { recursive: true }));

it.each([
  ["small", 1000],
  ["large, whose hash has a thread of its own", 5_000_000],
])("a %s file of several parts is what a map holds, with the same hash", async (_, size) => {
  const parts = [new Uint8Array(3).fill(7), new Uint8Array(0), Uint8Array.from({ length: size }, (_, i) => i % 251)];
  const map = new Map<string, Uint8Array>();
  for (const files of [folderFiles(dir), mapFiles(map, "a map")]) {
    await files.write("checkpoints/one", [new Uint8Array(9)]);
    await files.write("checkpoints/one", parts);
    const whole = Buffer.concat(parts);
    expect(await files.sha256("checkpoints/one")).toBe(createHash("sha256").update(whole).digest("hex"));
    expect(whole.equals((await files.read("checkpoints/one"))!)).toBe(true);
  }
  expect(await readdir(join(dir, "checkpoints"))).toEqual(["one"]);
  expect(Buffer.from(map.get("checkpoints/one")!).equals(await readFile(join(dir, "checkpoints/one")))).toBe(true);
});

it("what a crash left half written is taken away, and nothing else", async () => {
  await mkdir(join(dir, "checkpoints"));
  const kept = [".notes.tmp", "checkpoints", "run.json", join("checkpoints", "index.json")];
  for (const name of kept.filter((name) => name !== "checkpoints")) await writeFile(join(dir, name), "");
  await writeFile(join(dir, ".run.json.0123456789ab.tmp"), "");
  await writeFile(join(dir, "checkpoints", ".step-3.safetensors.0123456789ab.tmp"), "");
  await removeTemporary(dir);
  expect((await readdir(dir, { recursive: true })).sort()).toEqual(kept.sort());
});
