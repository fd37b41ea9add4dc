// Every program in examples/ runs with Node against a fresh build of the package, prints its figures, and type-checks.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examples as listed } from "../src/cli/demo/lesson4.ts";
import { prepare, tableFromRows } from "../src/data/index.ts";
import { dense, initialize, sequential } from "../src/nn/index.ts";
import { decodeModel, encodeModel } from "../src/train/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "chainrule-examples-"));
const tsc = (...args: string[]) =>
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...args], {
    cwd: root,
    encoding: "utf8",
  });

beforeAll(() => {
  tsc("-p", "tsconfig.build.json", "--outDir", join(folder, "dist"));
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What each program must print. */
const figures: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  "01-one-neuron": [
    "y = 0.5174928576663897",
    "E = 0.05040085733458521",
    "Δw = -0.003963803079006882, -0.011891409237020647",
  ],
  "02-hidden-layer": [
    "y = 0.48497343084992534",
    /ΔW₂ = \[0\.00804047\d*,0\.00555918\d*\]/,
    /ΔW₁ = \[\[0\.00017700554\d*,-0\.0005111785\d*\],\[0\.0000354011\d*,-0\.0001022357\d*\],\[-0\.0000708022\d*,0\.0002044714\d*\]\]/,
  ],
  "03-vanishing": [/layers\.20 +\d\.\de-1 {2}━{30,}\n/, /layers\.0 +\d\.\de-7 {2}━{5,12}\n/, /loss: 0\.69/],
  "04-train-xor": [/0 {2}0 {4}0\.0/, /0 {2}1 {4}0\.9/, /1 {2}0 {4}0\.9/, /1 {2}1 {4}0\.0/],
  "05-second-derivatives": [
    " 0  0.5000  0.2500  0.0000",
    /∂²E\/∂w² = \[\[0\.00059573563878\d*,0\.0017872069163\d*\],\[0\.0017872069163\d*,0\.00536162074904\d*\]\]/,
    "∂²E/∂w² · (1, 0) = tensor([0.000595736, 0.00178721])",
  ],
  "06-penguins": [
    "Species              category  target",
    /best so far, epoch \d+: \{\s+loss: 0\.0\d*,\s+accuracy: (1|0\.9)/,
    /the first penguin: Adelie (?:9\d|100)\.\d %/,
  ],
  "07-characters": [
    "230 pieces of 32 letters, 109497 parameters",
    /epoch 1: loss \d\.\d{3}, perplexity \d+\.\d\n/,
    /\n\nShall I [\s\S]{300}\n$/,
  ],
  "08-serve": [],
};
/** It does not end by itself, and has a test of its own. */
const serving = "08-serve";

const people = Array.from({ length: 40 }, (_, i) => ({ size: i % 7, kind: i % 7 > 3 ? "big" : "small" }));

/** What is given to a program that trains for a minute: a shorter training. */
const shorter: Readonly<Record<string, readonly string[]>> = { "07-characters": ["1", "40"] };

const programs = readdirSync(join(root, "examples"))
  .filter((file) => file.endsWith(".mjs"))
  .map((file) => file.replace(".mjs", ""));

it("are the ones that the demo and examples/README.md list", () => {
  expect(programs).toEqual(Object.keys(figures));
  expect(listed.map(([file]) => file)).toEqual(programs);
  const readme = readFileSync(join(root, "examples/README.md"), "utf8");
  for (const program of programs) expect(readme).toContain(`[${program}.mjs](${program}.mjs)`);
});

describe("node examples/…", () => {
  it.each(programs.filter((program) => program !== serving))("%s", (program) => {
    const command = [`examples/${program}.mjs`, ...(shorter[program] ?? [])];
    const printed = execFileSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
    for (const figure of figures[program]!) expect(printed).toMatch(figure);
  });
});

it("08-serve answers rows over HTTP as predict does, and says what is wrong with others", async () => {
  const preprocessing = prepare(tableFromRows(people, { source: "people" }), { target: "kind" }).preprocessing;
  const model = sequential(dense(preprocessing.features.length, 2));
  const bytes = encodeModel({ model, variables: initialize(model, 1), loss: "crossEntropy", preprocessing });
  writeFileSync(join(folder, "model.safetensors"), bytes);
  const child = spawn(process.execPath, ["examples/08-serve.mjs"], { cwd: folder });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const [, port] = /port: (\d+)/.exec(String(line))!;
    const ask = async (body: string) => {
      const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body });
      return [response.status, await response.json()];
    };
    const rows = people.slice(0, 3);
    const loaded = decodeModel(bytes);
    expect(await ask(JSON.stringify(rows))).toEqual([200, loaded.kind === "table" && loaded.predict(rows)]);
    for (const [body, words] of [
      ['[{"size":"large"}]', /column "size": a number is needed/],
      ["[7]", /must be an object/],
      ["{", /./],
    ] as const)
      expect(await ask(body)).toEqual([400, { error: expect.stringMatching(words) }]);
  } finally {
    child.kill();
  }
});

it("have no type errors", () => {
  expect(tsc("--noEmit", "-p", "examples")).toBe("");
});
