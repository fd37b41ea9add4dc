// train --tensorboard: an event file in the run folder, also where the training goes on.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { beforeEach, expect, it } from "vitest";
import { writeEventFile } from "../interop/tensorboard/event-file.ts";
import { readEventFile, valuesOf } from "../interop/tensorboard/test-event-file.ts";
import { openRun } from "../runs/index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { TensorBoardFile } from "./tensorboard-file.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();
beforeEach(async () => {
  const rows = Array.from({ length: 40 }, (_, r) => `${(r * 7) % 40},${r % 3},${r % 40 < 20 ? "low" : "high"}`);
  await writeFile("table.csv", `a,b,y\n${rows.join("\n")}\n`);
});

const train = (more: string) =>
  chainrule(`train table.csv --target y --backend reference --hidden 4 --batch 8 --out run ${more}`);
const files = async () => (await readdir("run")).filter((name) => name.includes("tfevents")).sort();
const written = async (name: string) => readEventFile(await readFile(`run/${name}`));

it("says what the run's events do, with the times of the clock", async () => {
  const before = Date.now() / 1000;
  expect((await train("--epochs 3 --tensorboard")).code).toBe(0);
  const names = await files();
  expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.chainrule$/)]);
  const own = await written(names[0]!);
  for (const { wallTime } of own) {
    expect(wallTime).toBeGreaterThanOrEqual(before);
    expect(wallTime).toBeLessThanOrEqual(Date.now() / 1000);
  }
  const exported = readEventFile(writeEventFile(await (await openRun("run")).events()));
  expect(own.map((event) => ({ ...event, wallTime: 0 }))).toEqual(exported);
});

it("is not written where nobody asks", async () => {
  await train("--epochs 1");
  expect(await files()).toEqual([]);
});

it("goes on in a file of its own, which replaces later steps", async () => {
  await train("--epochs 2 --tensorboard");
  const [first] = await files();
  expect((await chainrule("train --resume run --epochs 4")).code).toBe(0);
  const [, second] = await files();
  expect(second! > first!).toBe(true);
  const [, restart, ...rest] = await written(second!);
  const epochs = (await (await openRun("run")).events()).filter((event) => event.type === "epoch");
  expect(restart).toMatchObject({ what: { case: "sessionLog" }, step: BigInt(epochs[1]!.step + 1) });
  expect(valuesOf(rest, "epoch").map(({ step }) => step)).toEqual(epochs.slice(2).map(({ step }) => step));
});

it("tells what came before where a run goes on that had none", async () => {
  await train("--epochs 2");
  await chainrule("train --resume run --epochs 3 --tensorboard");
  const [only] = await files();
  expect(valuesOf(await written(only!), "epoch").map(({ value }) => value.value)).toEqual([1, 2, 3]);
});

it("where it cannot be written this is told once, and the training goes on", async () => {
  const notes: string[] = [];
  const file = await TensorBoardFile.make((text) => notes.push(text));
  file.open("nowhere");
  file.add({ type: "failure", step: 1, epoch: 1, loss: Number.NaN, learningRate: 1, lossesBefore: [] });
  file.close();
  expect(notes).toEqual([expect.stringContaining("(ENOENT)")]);
});
