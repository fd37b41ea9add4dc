// What is taken out of the page: the program, the command line and the run folder come to the weights that it shows.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeModel, decodeSafetensors, type SafetensorsFile } from "chainrule/train";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chainrule } from "../../../src/cli/test-command.ts";
import type { Recipe } from "../recipe/recipe.ts";
import { LabTraining } from "../training/lab-training.ts";
import { commandOf } from "./command.ts";
import { literal } from "./literal.ts";
import { programOf, weightsName } from "./program.ts";
import { runFolder } from "./run-folder.ts";
import { sourceOf } from "./source.ts";
import { weightsOf } from "./weights.ts";
import { zipOf } from "./zip.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chainrule-out-"));
const before = process.cwd();
const tsc = join(root, "node_modules/typescript/bin/tsc");

beforeAll(() => {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/chainrule"), "junction");
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const xor: Recipe = {
  data: { kind: "set", name: "xor", options: { extra: ["x1·x2"] } },
  settings: { hidden: [4, 3], activation: "tanh", learningRate: 0.03, schedule: "constant", epochs: 6, seed: 3 },
  interventions: [],
};
const interventions = [
  { after: 20, rate: 0.1 },
  { after: 33, element: "layers.0.weight[1,2]", value: 0.75 },
];
const neuron: Recipe = { data: { kind: "set", name: "neuron", options: {} }, settings: {}, interventions: [] };

const tensors = (bytes: Uint8Array): SafetensorsFile["tensors"] => decodeSafetensors(bytes).tensors;

it.each<[string, Recipe, number]>([
  ["a table", xor, 45],
  ["a table with changes by hand", { ...xor, interventions }, 45],
  ["a lesson", neuron, 10],
  ["a lesson with changes by hand", { ...neuron, interventions: [{ after: 3, rate: 2 }] }, 10],
])("the program of %s saves the weights of the page, bit for bit", async (_, recipe, step) => {
  const training = await LabTraining.open(recipe);
  await training.seek(step);
  const source = await sourceOf(recipe);
  if (source) writeFileSync(source.name, source.bytes);
  const shapes = await training.held((held) => (name: string) => held.read(`parameters.${name}`).shape);
  const program = programOf({ recipe, step, file: source?.name, shapeOf: shapes });
  expect(program.split("\n").length).toBeGreaterThanOrEqual(15);
  expect(program.split("\n").length).toBeLessThanOrEqual(31);
  writeFileSync("program.mts", program);
  const options = "--strict --noUncheckedIndexedAccess --target es2023 --module nodenext --skipLibCheck --types".split(
    " ",
  );
  execFileSync(process.execPath, [tsc, ...options, "", "program.mts"]);
  execFileSync(process.execPath, ["program.mjs"], { cwd: folder });
  const saved = new Uint8Array(readFileSync(weightsName(recipe)));
  expect(saved).toEqual(await weightsOf(training, recipe));
  expect(decodeModel(saved).kind).toBe(source ? "table" : "network");
  await training.dispose();
});

async function unzipped(recipe: Recipe, step: number): Promise<string> {
  const run = await runFolder(recipe, step);
  for (const [path, bytes] of Object.entries(unzipSync(zipOf(run)))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return run.name;
}

it("the command line of a training at its end comes to the weights of its run folder", async () => {
  const training = await LabTraining.open(xor);
  const { stepsPerEpoch, epochs, validationRows } = training.describe();
  await training.dispose();
  const step = epochs * stepsPerEpoch;
  const run = await unzipped(xor, step);
  const { line } = commandOf(xor, "xor.csv", { step, stepsPerEpoch, epochs, validationRows, isEnded: true });
  expect(line).toBe(
    "npx chainrule train xor.csv --target class --hidden 4,3 --activation tanh --lr 0.03 --schedule constant --epochs 6 --seed 3 --deterministic",
  );
  expect((await chainrule(`${line!.replace("npx chainrule ", "")} --out repeated`)).code).toBe(0);
  expect(tensors(readFileSync("repeated/model.safetensors"))).toEqual(
    tensors(readFileSync(`${run}/model.safetensors`)),
  );
  expect(readFileSync("repeated/model.json", "utf8")).toBe(readFileSync(`${run}/model.json`, "utf8"));
  const types = (dir: string) =>
    readFileSync(`${dir}/events.jsonl`, "utf8")
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { type: string; seconds?: number })
      .filter(({ type }) => type !== "progress")
      .map(({ seconds: _, ...event }) => event);
  expect(types("repeated").slice(1, -1)).toEqual(types(run).slice(1, -1));
});

it("at the end of an epoch the command line stops there; elsewhere it says that it goes on, and what it cannot have", async () => {
  const place = { step: 20, stepsPerEpoch: 10, epochs: 6, validationRows: 0, isEnded: false };
  expect(commandOf(xor, "xor.csv", place)).toEqual({ line: expect.stringContaining("--epochs 2 "), notes: [] });
  const between = commandOf({ ...xor, interventions }, "xor.csv", { ...place, step: 25, validationRows: 80 });
  expect(between.line).toContain("--epochs 6 ");
  expect(between.notes).toEqual([
    "The command line cannot change numbers on the way: it trains without the one change made by hand. The TypeScript has them.",
    "It trains to the end, 6 epochs of 10 steps; the page is at step 25.",
    expect.stringContaining("rows for validation"),
  ]);
  expect(commandOf(neuron, undefined, place).line).toBeUndefined();
});

it("the run folder is read by diagnose, and gone on with by train --resume", async () => {
  const run = await unzipped({ ...xor, settings: { ...xor.settings, learningRate: 1e-6, epochs: 40 } }, 77);
  const diagnosed = await chainrule(`diagnose ${run}`);
  expect(diagnosed.code).toBe(0);
  expect(diagnosed.stdout).toContain("learning rate too low");
  const resumed = await chainrule(`train --resume ${run}`);
  expect(resumed.stdout).toContain("Trained 40 epochs");
});

it("the run folder of a training that failed says where it began", async () => {
  const recipe: Recipe = {
    ...xor,
    settings: { ...xor.settings, optimizer: "sgd", activation: "relu", learningRate: 1e30 },
  };
  const run = await unzipped(recipe, 50);
  const diagnosed = await chainrule(`diagnose ${run}`);
  expect(diagnosed.stdout).toContain("severe: non finite");
});

it("literals are what they say", () => {
  const value = { a: [1, -0.5, 'x"y'], "b c": { d: true }, e: undefined, f: Array.from({ length: 60 }, (_, i) => i) };
  const read: unknown = new Function(`return ${literal(value)}`)();
  expect(read).toEqual({ a: value.a, "b c": value["b c"], f: value.f });
});
