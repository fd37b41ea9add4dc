// Encoded rows in a run's folder: whole or not there, of the data that they are said to be of, and refused in words where there is no room.
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { rowFiles } from "./row-files.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "chainrule-rows-"));
});
afterEach(() => rm(dir, { recursive: true }));

const about = { columns: ["a"], sizes: [2, 1] };
async function written(key = "one"): Promise<void> {
  const writer = await rowFiles(dir, key).store.create(8);
  await writer.write(4, Uint8Array.of(5, 6, 7));
  await writer.write(0, Uint8Array.of(1, 2, 3, 4));
  await (await writer.finish(about)).close();
}

it("are there once they are finished, with what is said of them, and gone when they are taken away", async () => {
  expect(await rowFiles(dir, "one").open()).toBeUndefined();
  await written();
  const stored = (await rowFiles(dir, "one").open())!;
  expect(stored.about).toEqual(about);
  expect([...(await stored.read(2, 5))]).toEqual([3, 4, 5, 6, 7]);
  // Room that nothing was written to.
  expect([...(await stored.read(7, 1))]).toEqual([0]);
  await stored.close();
  await rowFiles(dir, "one").remove();
  expect(await readdir(dir)).toEqual([]);
});

it("of other data, or cut off, are none", async () => {
  await written();
  expect(await rowFiles(dir, "two").open()).toBeUndefined();
  const file = await open(join(dir, "rows", "rows.bin"), "r+");
  await file.truncate(7);
  await file.close();
  expect(await rowFiles(dir, "one").open()).toBeUndefined();
  await writeFile(join(dir, "rows", "index.json"), "{");
  expect(await rowFiles(dir, "one").open()).toBeUndefined();
});

it("of whose index anything was changed are none", async () => {
  await written();
  const file = join(dir, "rows", "index.json");
  const index = await readFile(file, "utf8");
  await writeFile(file, index.replace('"sizes":[2,1]', '"sizes":[2,2]'));
  expect(await rowFiles(dir, "one").open()).toBeUndefined();
  await writeFile(file, index);
  const stored = (await rowFiles(dir, "one").open())!;
  await stored.discard();
  expect(await readdir(dir)).toEqual([]);
});

it("that were cut off while they were written are none, and do not stand in the way", async () => {
  const writer = await rowFiles(dir, "one").store.create(8);
  await writer.write(0, Uint8Array.of(1));
  expect(await rowFiles(dir, "one").open()).toBeUndefined();
  await written();
  const stored = (await rowFiles(dir, "one").open())!;
  await stored.close();
  await writer.discard();
});

it("that have no room are refused before they are written: how many bytes they take, and how many are free", async () => {
  const { store } = rowFiles(dir, "one");
  await expect(store.create(2 ** 60)).rejects.toThrow(
    /cannot hold the encoded rows of the table \(ENOSPC\): they take 1,?1?\d*.* until the training ends, and .* are free\. Make room there, or put the run on another disk\./,
  );
});
