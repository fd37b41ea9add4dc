// Imports only point to the left, in the order in which data flows through the folders; Node's modules stay at the edge.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const order = [
  ...["ir", "ops", "trace", "grad", "plan", "backends", "run", "nn", "optim", "data", "observe", "train", "runs"],
  ...["explain", "diagnose", "interop", "demo", "cli"],
];
/** Folders that use the package as its users do: they may import the entry, src/index.ts. */
const mayImportEntry = ["demo", "cli"];
/** What may import modules of Node; everything else runs in browsers too, and asks for them by ir/node.ts. */
const usesNode = (file: string): boolean => file.startsWith("cli/");

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Imports and re-exports of a module's text. */
function importsOf(file: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  // A type of a module leaves nothing behind in the code.
  const values = code.replace(/\btypeof import\(/g, "typeof (");
  const fixed = code.matchAll(/^\s*(import|export)\s+(type\s+)?(?:[^'"`;]*?\bfrom\s+)?["']([^"']+)["']/gm);
  const dynamic = values.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  return [
    ...[...fixed].map((m) => ({ from: file, specifier: m[3]!, typeOnly: m[2] !== undefined })),
    ...[...dynamic].map((m) => ({ from: file, specifier: m[1]!, typeOnly: false })),
  ];
}

const folderOf = (file: string): string | undefined =>
  file.includes("/") ? file.slice(0, file.indexOf("/")) : undefined;

/** What is wrong with an import, or undefined. */
function offence({ from, specifier, typeOnly }: Import): string | undefined {
  if (specifier.startsWith("node:")) {
    return typeOnly || usesNode(from) ? undefined : "imports a module of Node, which bundlers for pages would follow";
  }
  if (!specifier.startsWith(".")) return undefined;
  const target = posix.normalize(posix.join(posix.dirname(from), specifier));
  const own = folderOf(from);
  const other = folderOf(target);
  if (own === undefined || own === other) return undefined;
  if (target.startsWith("..")) return "leads out of src/";
  if (other === undefined) {
    return target === "index.ts" && mayImportEntry.includes(own) ? undefined : "imports the entry, which imports it";
  }
  if (!order.includes(own)) return `is in src/${own}/, which has no place in the order`;
  if (!order.includes(other)) return `imports from src/${other}/, which has no place in the order`;
  return order.indexOf(other) < order.indexOf(own) ? undefined : `${other} stands to the right of ${own}`;
}

const offences = (files: readonly (readonly [file: string, text: string])[]): string[] =>
  files.flatMap(([file, text]) =>
    importsOf(file, text).flatMap((one) => {
      const what = offence(one);
      return what === undefined ? [] : [`src/${file} → ${one.specifier}: ${what}`];
    }),
  );

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  // Tests and their test-….ts, which are no part of the package, may use all of it. The machine's sources are
  // AssemblyScript, another language with its own modules.
  .filter((file) => /\.ts$/.test(file) && !/\.(test|generated)\.ts$|\/test-[^/]*$|wasm\/machine\//.test(file));

it("src/ imports to the left only, and Node's modules only at the edge", () => {
  expect(files.length).toBeGreaterThan(60);
  expect(offences(files.map((file) => [file, readFileSync(`${root}/${file}`, "utf8")]))).toEqual([]);
});

describe("the scan", () => {
  it("finds what is wrong", () => {
    const found = offences([
      ["ops/a.ts", 'import { x } from "../plan/plan.ts";\nimport type { Y } from "../ir/op.ts";'],
      ["ir/b.ts", 'import {\n  one,\n  two,\n} from "../trace/tensor.ts";\nexport * from "./c.ts";'],
      ["grad/c.ts", 'export { Tensor } from "../index.ts";'],
      ["cli/d.ts", 'import { Tensor } from "../index.ts";\nimport fs from "node:fs";'],
      [
        "data/e.ts",
        'import fs from "node:fs";\nimport type { Stats } from "node:fs";\nawait import("node:path");\ntype M = typeof import("node:os");',
      ],
      ["train/f.ts", 'const { g } = await import("../cli/main.ts");'],
      ["new/g.ts", 'import "../ir/op.ts";'],
      ["ir/h.ts", '// import "../cli/main.ts";\n/* import "../run/x.ts"; */ const s = "from";'],
      ["ir/i.ts", 'import "../../bench/x.ts";'],
    ]);
    expect(found).toMatchInlineSnapshot(`
      [
        "src/ops/a.ts → ../plan/plan.ts: plan stands to the right of ops",
        "src/ir/b.ts → ../trace/tensor.ts: trace stands to the right of ir",
        "src/grad/c.ts → ../index.ts: imports the entry, which imports it",
        "src/data/e.ts → node:fs: imports a module of Node, which bundlers for pages would follow",
        "src/data/e.ts → node:path: imports a module of Node, which bundlers for pages would follow",
        "src/train/f.ts → ../cli/main.ts: cli stands to the right of train",
        "src/new/g.ts → ../ir/op.ts: is in src/new/, which has no place in the order",
        "src/ir/i.ts → ../../bench/x.ts: leads out of src/",
      ]
    `);
  });
});
