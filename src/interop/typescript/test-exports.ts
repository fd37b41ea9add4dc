// For this folder's tests: tables of every type of column, networks with drawn weights, and exported files compiled and loaded.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PrepareOptions, prepare, tableFromRows } from "../../data/index.ts";
import { initialize } from "../../nn/index.ts";
import type { LossName } from "../../nn/losses/index.ts";
import { tensor } from "../../trace/create.ts";
import { flatten } from "../../trace/tree.ts";
import { outputsPerTarget } from "../../train/answers.ts";
import type { Prediction, Row, TableModel } from "../../train/index.ts";
import { type Perceptron, perceptron } from "../../train/perceptron.ts";
import { generator } from "../../train/test-training.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const places = Array.from({ length: 40 }, (_, i) => `place ${i}`);
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"];

/** Rows with a column of every type and notation, missing cells, and targets of each sort. */
export const mixedRows: readonly Row[] = Array.from({ length: 240 }, (_, r): Row => {
  const [a, b] = [(r * 37) % 101, (r * 53) % 89];
  const hard = (every: number, cell: Row[string]) => (r % every === every - 1 ? null : cell);
  return {
    plain: hard(17, a / 7 - 5),
    text: hard(13, `${(b * 1.5).toFixed(1)}`),
    price: `€${(1000 + b * 91).toLocaleString("de")},50`,
    share: hard(19, `${a} %`),
    fund: b % 3 === 0 ? `$${1 + (a % 9)}.5M` : `$${10 + a}K`,
    kind: hard(11, ["Red", "green", "Blue"][r % 3]!),
    // Many levels of few rows: means of the target.
    place: hard(29, places[(r * r) % 37 < 20 ? r % 3 : (r * 7) % 40]!),
    code: r % 5,
    flag: hard(23, r % 7 < 3 ? "yes" : "no"),
    real: r % 3 === 0,
    day: hard(31, `${1 + (r % 28)} ${months[r % 6]} ${2019 + (r % 3)}`),
    moment: `2021-0${1 + (r % 9)}-1${r % 10}T${String(r % 24).padStart(2, "0")}:30:00Z`,
    compact: 20210101 + (r % 28),
    time: `${String((r * 5) % 24).padStart(2, "0")}:${String((r * 7) % 60).padStart(2, "0")}`,
    lasts: `${1 + (r % 5)}h ${r % 60}m`,
    'odd "name" */': a - b,
    __proto__x: -999 + (r % 40 === 0 ? 0 : 999 + a),
    label: a + (r % 3) * 40 > 90 ? "big" : b > 40 ? "middle" : "small",
    yes: a > b ? "Yes" : "No",
    high: b > 50 ? "high" : "low",
    number: a * 0.3 - b * 0.1 + (r % 3),
    other: b * 2 + (r % 5),
  };
});

const targets = ["label", "yes", "high", "number", "other"];

/** Of the mixed table, prepared with some of its targets and without the others. */
export function preparedFor(target: string | readonly string[], options: Partial<PrepareOptions> = {}) {
  const others = targets.filter((name) => !target.includes(name));
  const types = {
    code: "category",
    __proto__x: "number",
    ...Object.fromEntries(others.map((name) => [name, "ignore"])),
  };
  return prepare(tableFromRows(mixedRows, { source: "rows" }), {
    target,
    columnTypes: types as never,
    ...options,
  }).preprocessing;
}

/** Rows of two numbers, for tests of networks alone. */
export const plainRows: readonly Row[] = Array.from({ length: 60 }, (_, r) => {
  const [a, b] = [(r * 37) % 11, (r * 53) % 7];
  return { a: a / 3, b: b - 2.5, label: a > b ? "up" : "down", count: a + b, y: a * 0.7 - b, z: b * 0.2 };
});

export function plainFor(target: string | readonly string[]) {
  const others = ["label", "count", "y", "z"].filter((name) => !target.includes(name));
  const columnTypes = Object.fromEntries(others.map((name) => [name, "ignore" as const]));
  return prepare(tableFromRows(plainRows, { source: "rows" }), { target, columnTypes }).preprocessing;
}

/** A network with all variables drawn: running statistics and γ, too. */
export function networkFor(
  preprocessing: TableModel["preprocessing"],
  loss: LossName,
  options: Partial<Perceptron> = {},
): TableModel {
  const features = preprocessing.features.length;
  const outputs = preprocessing.targets.length * outputsPerTarget(loss, preprocessing);
  const model = perceptron({
    hidden: [6, 6],
    activation: "relu",
    init: "xavierUniform",
    ...options,
    features,
    outputs,
  });
  const random = generator(7);
  const { leaves, rebuild } = flatten(initialize(model, 3));
  const drawn = leaves.map(({ data, shape }) =>
    tensor(
      Float32Array.from(data, (value) => value * (0.8 + 0.4 * random()) + 0.05 * random()),
      { shape },
    ),
  );
  return { model, loss, preprocessing, variables: rebuild(drawn) as TableModel["variables"] };
}

export interface Exported {
  predict(row: Row): unknown;
  predictAll(rows: readonly Row[]): (Prediction & Readonly<Record<string, Prediction>>)[];
}

/** Compiles files with the strictest settings, and loads them. Throws what the compiler says. */
export function load(folder: string, files: Readonly<Record<string, string>>): Record<string, Exported> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
  const compilerOptions = {
    ...{ target: "es2022", lib: ["es2022"], types: [], module: "commonjs", outDir: "out", rootDir: "." },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, isolatedModules: true },
    ...{
      erasableSyntaxOnly: true,

      noImplicitReturns: true,
      noFallthroughCasesInSwitch: true,
    },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.ts`), text);
  try {
    execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout);
  }
  // Loaded by Node itself, which is faster than by the way of the tests.
  const require = createRequire(join(folder, "package.json"));
  return Object.fromEntries(
    Object.keys(files).map((name) => {
      const path = join(folder, "out", `${name}.js`);
      if (/\brequire\(|\bimport\b/.test(readFileSync(path, "utf8"))) throw new Error(`${name} has imports.`);
      return [name, require(path) as Exported];
    }),
  );
}
