// The package as a user gets it: packed, installed into an empty project without install scripts, imported, type-checked, trained with.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findBlas } from "../src/backends/blas/find.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const npm = (args: string[], cwd: string) =>
  execFileSync("npm", args, { cwd, encoding: "utf8", shell: process.platform === "win32" });
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "chainrule-package-"));
  const [packed] = JSON.parse(npm(["pack", "--json", "--ignore-scripts", "--pack-destination", project], root)) as [
    { filename: string },
  ];
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  // Install scripts are off, as they are in npm 12 where they are not allowed one by one.
  npm(
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", join(project, packed.filename)],
    project,
  );
}, 180_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

const program = `
import { grad, tensor, type Tensor } from "chainrule";
import { checkGradients } from "chainrule/check";
import { prepare, tableFromRows } from "chainrule/data";
import { lesson2 } from "chainrule/demo";
import { diagnose, type VerdictKind } from "chainrule/diagnose";
import { explain } from "chainrule/explain";
import { exporters } from "chainrule/interop";
import { sizeOf } from "chainrule/ir";
import { activation, apply, dense, sequential } from "chainrule/nn";
import { chainOf, ledgerOf, type LedgerRow } from "chainrule/observe";
import { adam } from "chainrule/optim";
import { openRun } from "chainrule/runs";
import { decodeModel, encodeModel, loadModel, saveModel, type TrainEvent, train, trainTable } from "chainrule/train";

const gradient: Tensor = grad((x: Tensor) => x.pow(3).sum())(tensor(2));
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([[0], [1], [1], [0]]);
const model = sequential(dense(2, 8), activation("tanh"), dense(8, 1));
const training = train({ model, data: { x, y }, loss: "binaryCrossEntropy", optimizer: adam({ learningRate: 0.05 }), epochs: 300 });
for await (const event of training) if (event.type === "epoch") event.layers satisfies readonly { gradientRms: number }[] | undefined;
const { variables } = await training.result();
const rows = Array.from({ length: 60 }, (_, i) => ({ size: i % 7, kind: i % 7 > 3 ? "big" : "small" }));
const table = trainTable(prepare(tableFromRows(rows, { source: "rows" }), { target: "kind" }));
const events: TrainEvent[] = [];
for await (const event of table) events.push(event);
const { metrics } = await table.result();
await saveModel("kinds.safetensors", (await table.result()).trained);
const loaded = await loadModel("kinds.safetensors");
const exported = await exporters.chainrule.write((await table.result()).trained, "kinds");
const network = decodeModel(encodeModel({ model, variables }));
const kinds: VerdictKind[] = diagnose(events).verdicts.map(({ kind }) => kind);
const ledger: LedgerRow[] = ledgerOf(chainOf(model), [{ rms: 2, size: 8 }, { rms: 1, size: 8 }, { rms: 8, size: 1 }], () => 1);
console.log(JSON.stringify({
  gradient: gradient.item(),
  agrees: checkGradients((x) => x.pow(3), [tensor(2)]).passed,
  xor: Array.from(apply(model, variables, x).sigmoid().data, Math.round),
  accuracy: metrics.train["accuracy"],
  kinds,
  product: ledger.at(-1)!.product,
  slope: explain(({ w }) => w.square().sum(), { w: x }).of("w[2,0]").gradient,
  size: sizeOf([2, 3]),
  z: lesson2().z.toFixed(12),
  exported: decodeModel(exported as Uint8Array).kind,
  loaded: loaded.kind === "table" && loaded.predict([{ size: 6 }, { size: 1 }]).map(({ prediction }) => prediction),
  network: network.kind === "network" && Array.from(network.predict(x).sigmoid().data, Math.round),
  noRun: await openRun(new Map(), "dropped").catch(({ code }: { code: string }) => code),
}));
`;

it("imports, type-checks and trains outside of the repository", () => {
  writeFileSync(join(project, "main.ts"), program);
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "es2022",
        module: "nodenext",
        strict: true,
        skipLibCheck: false,
        types: [],
        lib: ["es2023", "dom"],
        outDir: "out",
      },
      include: ["main.ts"],
    }),
  );
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project], {
      encoding: "utf8",
    });
  } catch (error) {
    expect.fail((error as { stdout: string }).stdout);
  }
  const output = execFileSync(process.execPath, ["out/main.js"], { cwd: project, encoding: "utf8" });
  expect(JSON.parse(output)).toEqual({
    gradient: 12,
    agrees: true,
    xor: [0, 1, 1, 0],
    accuracy: 1,
    kinds: expect.any(Array),
    product: Math.sqrt(0.5),
    slope: 2,
    size: 6,
    z: "-0.060124382231",
    exported: "table",
    loaded: ["big", "small"],
    network: [0, 1, 1, 0],
    noRun: "INVALID_RUN",
  });
});

it("installs the command", () => {
  const output = execFileSync(
    process.execPath,
    [join(project, "node_modules/chainrule/dist/cli/main.js"), "--version"],
    {
      encoding: "utf8",
    },
  );
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  expect(output.trim()).toBe(version);
});

/** What a loader on the thread of hooks counts, said when the process ends. */
const counted = `
import { writeFileSync } from "node:fs";
let modules = 0;
export async function load(url, context, next) {
  if (url.startsWith("file:")) writeFileSync("modules.txt", String(++modules));
  return next(url, context);
}`;

it("trains with a command of few modules, as each costs time at every start", () => {
  writeFileSync(join(project, "count.mjs"), counted);
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 7 > 3 ? "big" : "small"}`);
  writeFileSync(join(project, "sizes.csv"), `size,kind\n${rows.join("\n")}\n`);
  const hooks = `data:text/javascript,import { register } from "node:module"; register("./count.mjs", ${JSON.stringify(pathToFileURL(`${project}/`).href)});`;
  const cli = join(project, "node_modules/chainrule/dist/cli/main.js");
  const train = ["train", "sizes.csv", "--target", "kind", "--epochs", "2", "--out", "sizes"];
  execFileSync(process.execPath, ["--import", hooks, cli, ...train], { cwd: project, stdio: "pipe" });
  expect(Number(readFileSync(join(project, "modules.txt"), "utf8"))).toBeLessThan(20);
});

it("has the files that the command reads", () => {
  const cli = join(project, "node_modules/chainrule/dist/cli/main.js");
  const bridge = execFileSync(process.execPath, [cli, "bridge", "pytorch"], { encoding: "utf8" });
  expect(bridge).toBe(readFileSync(join(root, "src/cli/bridge/chainrule.py"), "utf8"));
});

/** Run-time packages that have an install script, and work without it, as the tests below show. */
const withScripts = ["koffi"];

it("needs no install script", () => {
  type Lock = { packages: Record<string, { hasInstallScript?: true }> };
  const { packages } = JSON.parse(readFileSync(join(project, "node_modules/.package-lock.json"), "utf8")) as Lock;
  const names = Object.keys(packages).filter((path) => packages[path]!.hasInstallScript === true);
  expect(names.map((path) => path.replace(/^node_modules\//, ""))).toEqual(withScripts);
});

it("loads libraries by koffi, whose install script did not run", () => {
  const script =
    'const { sizeof, pointer } = require("koffi"); console.log(sizeof(pointer("double")), sizeof("double"));';
  expect(execFileSync(process.execPath, ["-e", script], { cwd: project, encoding: "utf8" })).toBe("8 8\n");
});

const { library, reason } = findBlas();
it.skipIf(library === undefined)(`finds the BLAS of this machine${reason === undefined ? "" : `: ${reason}`}`, () => {
  const command = [join(project, "node_modules/chainrule/dist/cli/main.js"), "info", "--json"];
  const { blas } = JSON.parse(execFileSync(process.execPath, command, { cwd: project, encoding: "utf8" })) as {
    blas: object;
  };
  expect(blas).toMatchObject({ name: library!.name, file: library!.file });
});

it("runs queries by DuckDB, which is not installed with it, and says how to install it", () => {
  const command = [
    join(project, "node_modules/chainrule/dist/cli/main.js"),
    "train",
    "--sql",
    "select 1 as y",
    "--target",
    "y",
  ];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: project, encoding: "utf8" });
  expect({ status, message: stderr.replace(/\s+/g, " ") }).toEqual({
    status: 1,
    message: expect.stringContaining(
      "A query is run by DuckDB, and the package @duckdb/node-api could not be loaded (ERR_MODULE_NOT_FOUND). Install it beside chainrule: npm install @duckdb/node-api",
    ),
  });
});

it.each(["mjs", "ts"])("checks a function beside it, with the Chainrule that the function imports: %s", (ending) => {
  const wrong = ending === "ts" ? 'export const wrong: string = "no gradient";\n' : "";
  const module = `import { tensor } from "chainrule";
${wrong}export const inputs = { w: tensor([0.5, -1]), x: tensor([2, 3]) };
export default ({ w, x }) => w.mul(x).sum().tanh();`;
  writeFileSync(join(project, `loss.${ending}`), module);
  writeFileSync(join(project, `shapes.${ending}`), module.replace("[2, 3]", "[2, 3, 4]"));
  const check = (file: string) =>
    spawnSync(process.execPath, [join(project, "node_modules/chainrule/dist/cli/main.js"), "check", file], {
      cwd: project,
      encoding: "utf8",
    });
  const { status, stdout } = check(`loss.${ending}`);
  expect([status, stdout]).toEqual([0, expect.stringContaining(`loss.${ending}: 2 tensors, 4 numbers, float64`)]);
  // An error of the other copy is told as one of its own, with its place.
  const refused = check(`shapes.${ending}`);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^error: mul/)]);
  expect(refused.stderr).toContain(`shapes.${ending}:`);
});

it("lets a process end whose threads are idle: by itself, when it is told to, and after a training that was left", () => {
  const script = (end: string) => `
    import { tensor } from "chainrule";
    import { dense, sequential } from "chainrule/nn";
    import { sgd } from "chainrule/optim";
    import { train } from "chainrule/train";
    const x = tensor(new Float64Array(256 * 256).fill(0.5), { shape: [256, 256] });
    const data = { x, y: tensor(new Float64Array(256), { shape: [256, 1] }) };
    const model = sequential(dense(256, 256), dense(256, 1));
    const training = train({ model, data, loss: "mse", optimizer: sgd({ learningRate: 0.001 }), batchSize: 256, epochs: 3, threads: 2 });
    for await (const event of training) {
      if (event.type === "start") console.log(event.threads);
      ${end}
    }`;
  const runs = ["", 'if (event.type === "epoch") process.exit(3);', 'if (event.type === "epoch") break;'].map((end) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script(end)], {
      cwd: project,
      encoding: "utf8",
      timeout: 60_000,
    });
    return { status, stdout, stderr };
  });
  const threads = "2\n";
  expect(runs).toEqual([0, 3, 0].map((status) => ({ status, stdout: threads, stderr: "" })));
});

it("keeps the core free of what a browser would have to load", () => {
  const source = readFileSync(join(project, "node_modules/chainrule/dist/index.js"), "utf8");
  const seen = new Set<string>();
  const visit = (file: string, text: string): void => {
    for (const [, specifier] of text.matchAll(/^(?:import|export) (?:[^;"]* from )?"([^"]+)"/gm)) {
      expect(specifier, `${file} imports ${specifier}`).toMatch(/^\.\.?\//);
      const path = join(file, "..", specifier!);
      if (seen.has(path)) continue;
      seen.add(path);
      visit(path, readFileSync(path, "utf8"));
    }
  };
  visit(join(project, "node_modules/chainrule/dist/index.js"), source);
});

it("takes a page at most 72 kB, WebAssembly and all", async () => {
  const { sizeOf }: { sizeOf: (...entries: string[]) => Promise<{ gzip: number }> } = await import(
    `${root}/scripts/size.mjs`
  );
  // Rounded. If this fails: npm run size
  expect((await sizeOf("index.js")).gzip).toBeLessThan(72_000);
});
