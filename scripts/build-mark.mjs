// Tells whether the machine that stands in src/backends/wasm was built from the sources that stand there now.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const wasm = join(root, "src/backends/wasm");
const machine = join(wasm, "machine");
const isSource = (name) => /\.(ts|mjs)$/.test(name) && !/\.(generated|test)\.ts$/.test(name);
/** The machine, what a thread runs, and the scripts that make everything else. */
const entries = [
  ...readdirSync(machine)
    .filter(isSource)
    .map((name) => join(machine, name)),
  join(wasm, "thread.ts"),
  ...["build.mjs", "machine-source.mjs", "fused-sites.mjs", "order-functions.mjs"].map((name) =>
    join(root, "scripts", name),
  ),
];
const generated = ["machine", "tables", "thread", "thread.browser"].map((name) => join(wasm, `${name}.generated.ts`));
const imports = /^(?:import|export) (?!type )(?:[^;"]* from )?"(\.[^"]+\.m?[jt]s)"/gm;

/** All files of this package from which the build makes the machine. */
export function inputs() {
  const files = [...entries];
  // Grows while it is walked.
  for (const file of files) {
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(imports)) {
      const target = join(dirname(file), specifier);
      if (isSource(target) && !files.includes(target)) files.push(target);
    }
  }
  return files.map((file) => relative(root, file)).sort();
}

/** Of the names and the contents of all inputs: a line of machine.generated.ts. */
export function mark() {
  const hash = createHash("sha256");
  for (const name of inputs())
    hash.update(`${name}\0${readFileSync(join(root, name), "utf8").replaceAll("\r\n", "\n")}\0`);
  return `// Mark of its sources: ${hash.digest("hex")}`;
}

/** Throws where the machine is missing, or older than its sources. Vitest calls it before any test. */
export default function requireBuild() {
  const isBuilt = generated.every((file) => existsSync(file));
  if (isBuilt && readFileSync(generated[0], "utf8").split("\n", 9).includes(mark())) return;
  throw new Error(
    `The WebAssembly machine ${isBuilt ? "was built from other sources than those in src/backends/wasm and scripts" : "is not built yet"}. Build it: npm run build`,
  );
}
