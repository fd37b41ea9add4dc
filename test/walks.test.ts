// The walks of ARCHITECTURE.md ("Add a thing"), applied block by block to a copy of the project: it compiles, builds and passes its checks.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A block of a walk: a whole file, or lines before or after the first line that holds `anchor`. */
interface Block {
  readonly file: string;
  readonly side: "before" | "after" | undefined;
  readonly anchor: string | undefined;
  readonly code: string;
}

const chapter = /^## Add a thing\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(
  readFileSync(join(root, "ARCHITECTURE.md"), "utf8"),
)![1]!;

/** Walks by the anchor of their heading. */
const walks = new Map(
  [...chapter.matchAll(/^### (.+)\n([\s\S]*?)(?=^### |$(?![\s\S]))/gm)].map(([, title, body]) => [
    title!.toLowerCase().replaceAll(" ", "-"),
    [...body!.matchAll(/^```\w+ excerpt (\S+)(?: (before|after)="(.+)")?\n([\s\S]*?)^```$/gm)].map(
      ([, file, side, anchor, code]) => ({ file, side, anchor, code }) as Block,
    ),
  ]),
);

/** What the tests' own tables ask for, once the walks are done. */
const tests: readonly Block[] = [
  {
    file: "src/nn/losses/losses.test.ts",
    side: "before",
    anchor: "mae: { targets: t,",
    code: `logCosh: {
      targets: t,
      loss: mean(y.map((v, i) => Math.log(Math.cosh(v - t[i]!)))),
      gradient: y.map((v, i) => Math.tanh(v - t[i]!) / 4),
    },`,
  },
  { file: "src/nn/parse.test.ts", side: "after", anchor: "leaf: fc.oneof(", code: "fc.constant(prelu(width))," },
  { file: "src/nn/parse.test.ts", side: "before", anchor: "maxPool2d,", code: "prelu," },
  {
    file: "src/nn/layers.test.ts",
    side: "before",
    anchor: "describe(",
    code: `it("prelu keeps a share of what is below 0", () => {
      const layer = sequential(prelu(2));
      expect(Array.from(apply(layer, initialize(layer), tensor([[-4, 3]])).data)).toEqual([-1, 3]);
    });
    `,
  },
  { file: "src/nn/layers.test.ts", side: "before", anchor: "batchNorm,", code: "prelu," },
  {
    file: "src/optim/optimizers.test.ts",
    side: "after",
    anchor: "const candidates",
    code: "lion: optimizers.lion({ learningRate: 0.01 }),",
  },
  {
    file: "src/optim/optimizers.test.ts",
    side: "after",
    anchor: "const within",
    code: "lion: 0.3, // its momentum carries it round the goal",
  },
  {
    file: "src/diagnose/detectors.test.ts",
    side: "after",
    anchor: "const cases:",
    code: `"idle-feature": [
      [curve(60).map((row, i) => ({ ...row, idle: (i % 2) * 1e-8 })), { standardize: false }],
      [curve(60), { standardize: false }],
    ],`,
  },
  {
    file: "src/data/formats/formats.test.ts",
    side: "after",
    anchor: "const samples",
    code: `ARFF: {
      content: async () => bytes("@relation r\\n@attribute a numeric\\n@attribute b {x,y}\\n@data\\n1,x\\n2,y\\n"),
      told: "ARFF",
    },`,
  },
  {
    file: "src/cli/train-flags.test.ts",
    side: "after",
    anchor: "learningRate: double(",
    code: "momentum: fc.double({ min: 0, max: 0.9, noNaN: true }),",
  },
  {
    file: "src/cli/train-flags.test.ts",
    side: "before",
    anchor: "describe(",
    code: `it("momentum is that of the optimizer", () => {
      const of = (given: Settings) => resolve({ task: "regression", train: { rows: 9 } }, { ...given, optimizer: "sgd" }).optimizer;
      expect([of({ momentum: 0.5 }), of(parse("--target y --momentum 0.5"))]).toMatchObject([{ momentum: 0.5 }, { momentum: 0.5 }]);
    });
    `,
  },
];

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "chainrule-walks-"));
  for (const name of [
    "src",
    "lab",
    "scripts",
    "package.json",
    "tsconfig.json",
    "tsconfig.build.json",
    "vitest.config.ts",
    "docs",
  ])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  // Packages are shared; what the build keeps beside them is the copy's own.
  mkdirSync(join(copy, "node_modules"));
  for (const name of readdirSync(join(root, "node_modules")))
    if (name !== ".cache") symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name), "junction");
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function applyBlock({ file, side, anchor, code }: Block): void {
  const path = join(copy, file);
  if (anchor === undefined) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
    return;
  }
  const lines = readFileSync(path, "utf8").split("\n");
  const at = lines.findIndex((line) => line.includes(anchor));
  if (at < 0) throw new Error(`ARCHITECTURE.md names a line of ${file} that is not there: ${anchor}`);
  lines.splice(side === "after" ? at + 1 : at, 0, code);
  writeFileSync(path, lines.join("\n"));
}

/** Runs a script of a package with arguments in the copy; its output. */
function node(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
  return { status, output: stdout + stderr };
}
/** Each time but the first only what has changed, and what depends on it. */
const compile = () =>
  node("node_modules/typescript/bin/tsc", "--noEmit", "-p", ".", "--incremental", "--tsBuildInfoFile", "tsbuildinfo");

it("the table counts the source files of every walk", () => {
  const table = [...chapter.matchAll(/^\| \[[^\]]+\]\(#([^)]+)\).*\| (\d+) \|$/gm)].map(
    ([, walk, count]) => [walk!, Number(count)] as const,
  );
  const counted = [...walks].map(([walk, blocks]) => [walk, new Set(blocks.map(({ file }) => file)).size]);
  expect(table).toEqual(counted);
});

it("the compiler names what lacks a new thing; then all of it compiles, is built, and is checked", () => {
  const blocks = [...walks.values()].flat();
  const named = (output: string) =>
    [...new Set([...output.matchAll(/^(\S+?)\(\d+,\d+\): error/gm)].map(([, file]) => file!))].sort();
  const isName = ({ file }: Block) => file === "src/ir/graph.ts";
  for (const block of blocks.filter(isName)) applyBlock(block);
  expect(named(compile().output)).toEqual([
    "src/backends/reference/kernels.ts",
    "src/backends/wasm/encode.ts",
    "src/backends/wasm/steps.ts",
    "src/interop/typescript/pieces.generated.ts",
    "src/ops/cases.ts",
    "src/ops/index.ts",
    "src/ops/notations.ts",
  ]);
  for (const block of blocks) if (!isName(block)) applyBlock(block);
  // What npm run build runs.
  for (const words of [["scripts/source-pieces.mjs"], ["scripts/build.mjs", "--wasm-only"]]) {
    const built = node(...words);
    expect(built.status, built.output).toBe(0);
  }
  expect(named(compile().output)).toEqual([
    "src/cli/train-flags.test.ts",
    "src/diagnose/detectors.test.ts",
    "src/nn/losses/losses.test.ts",
  ]);
  for (const block of tests) applyBlock(block);
  expect(compile()).toEqual({ status: 0, output: "" });
  const things = ["softsign", "cumsum", "logCosh", "prelu", "lion", "idle-feature", "momentum", "ARFF", "events"];
  const run = node(
    "node_modules/vitest/vitest.mjs",
    ...["run", "--maxWorkers=1", "--reporter=json", "--outputFile=results.json"],
    ...["-t", things.join("|")],
    ...[
      "src/ops",
      "src/grad/ops.test.ts",
      "src/backends/conformance",
      "src/nn",
      "src/optim",
      "src/diagnose/detectors",
      "src/cli/commands",
      "src/cli/train-flags",
      "src/data/formats",
    ],
  );
  const { testResults } = JSON.parse(readFileSync(join(copy, "results.json"), "utf8")) as {
    testResults: { assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  expect(results.filter(({ status }) => status === "failed")).toEqual([]);
  expect(run.status, run.output).toBe(0);
  const passed = results.filter(({ status }) => status === "passed").map(({ fullName }) => fullName);
  for (const thing of things)
    expect(
      passed.filter((name) => name.includes(thing)),
      thing,
    ).not.toEqual([]);
}, 600_000);
