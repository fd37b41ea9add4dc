// Keeps the documentation true: runs its examples, fills in what they print, and writes the tables of ops and verdicts from the records, and the
// JSON Schema of run folders from the checks.
//
//   npm run build && node scripts/docs.mjs      rewrites docs/ops.md and every printed result that has changed
//
// test/docs.test.ts calls the same functions and fails where a file would change.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { formatWithOptions, isDeepStrictEqual } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The package's entries, by the names that users import, and their files below src/ or dist/. */
export const entries = {
  chainrule: "index",
  "chainrule/ir": "ir/index",
  "chainrule/nn": "nn/index",
  "chainrule/optim": "optim/index",
  "chainrule/data": "data/index",
  "chainrule/train": "train/index",
  "chainrule/runs": "runs/index",
  "chainrule/mpi": "backends/mpi/index",
  "chainrule/check": "grad/check",
  "chainrule/observe": "observe/index",
  "chainrule/explain": "explain/index",
  "chainrule/diagnose": "diagnose/index",
  "chainrule/interop": "interop/index",
  "chainrule/demo": "demo/index",
};

/** The pages that are checked, as paths from the repository's root. */
export function pages() {
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((file) => `docs/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".md"));
  return ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below.sort()];
}

// --- examples ----------------------------------------------------------------------------------------------------

/**
 * The examples of a page: its ```ts blocks. A ```text block right after one is what it prints. Blocks marked
 * "ts excerpt" are shown and not run.
 */
export function examplesOf(page, text) {
  const found = [];
  for (const match of text.matchAll(/^```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm)) {
    const line = text.slice(0, match.index).split("\n").length + 1;
    found.push({ place: `${page}:${line}`, code: match[1], printed: match[2] });
  }
  return found;
}

/**
 * An example with its checks written in: the value of every line that ends in a comment is handed to `check`.
 * The number of lines stays.
 */
function instrument(code) {
  const checks = [];
  const lines = code.split("\n").map((line) => {
    const match = /^(\S.*?);?\s+\/\/ (.+)$/.exec(line);
    if (match === null) return line;
    const [, statement, expected] = match;
    const id = checks.length;
    const declared = /^(?:const|let)\s+(\w+|\[[^\]]*\])\s*=/.exec(statement)?.[1];
    const printed = /^console\.log\((.*)\)$/.exec(statement)?.[1];
    if (printed !== undefined) {
      checks.push({ expected, line, text: true });
      return `${statement}; check(${id}, ${printed});`;
    }
    if (declared !== undefined) {
      checks.push({ expected, line });
      return `${statement}; check(${id}, ${declared});`;
    }
    if (/^(?:import|export|for|if|else|return|class|function|await|\}|\{|\.)/.test(statement)) return line;
    checks.push({ expected, line });
    return `check(${id}, ${statement});`;
  });
  return { code: lines.join("\n"), checks };
}

/** JavaScript of the examples, compiled by the project's own compiler; `errors` are its complaints about them. */
function compile(codes) {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-docs-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const paths = Object.entries(entries).map(([name, file]) => [name, [join(root, `src/${file}.ts`)]]);
    paths.push(["chainrule/src/*", [join(root, "src/*.ts")]]);
    const config = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        declaration: false,
        outDir: join(folder, "out"),
        rootDir: "/",
        typeRoots: [join(root, "node_modules/@types")],
        paths: Object.fromEntries(paths),
      },
      include: ["*.ts"],
      exclude: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(join(folder, "check.d.ts"), "declare function check(id: number, ...values: unknown[]): void;\n");
    codes.forEach((code, i) => {
      writeFileSync(join(folder, `example-${i}.ts`), code);
    });
    mkdirSync(join(folder, "out"));
    let complaints = "";
    try {
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      execFileSync(process.execPath, [tsc, "-p", folder], { cwd: folder, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      complaints = String(error.stdout);
    }
    const emitted = readdirSync(join(folder, "out"), { recursive: true, encoding: "utf8" });
    return codes.map((_, i) => {
      const file = emitted.find((name) => name.endsWith(`example-${i}.js`));
      return {
        js: file === undefined ? "" : readFileSync(join(folder, "out", file), "utf8"),
        errors: complaints.split("\n").filter((line) => line.includes(`example-${i}.ts`)),
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const AsyncFunction = (async () => {}).constructor;

/** ES module text → body of a function that takes the modules. */
const asBody = (js) =>
  js
    .replace(/^\s*import \{([^}]*)\} from "([^"]+)";$/gm, (_, names, from) => {
      return `const {${names.replace(/\bas\b/g, ":")}} = modules[${JSON.stringify(from)}];`;
    })
    .replace(/^export \{\s*\};$/m, "");

/**
 * Compiles and runs examples: for each what it printed, and the messages of what is wrong with it.
 *
 * @param modules the package's entries by name
 */
export async function runExamples(examples, modules) {
  const instrumented = examples.map(({ code }) => instrument(code));
  const compiled = compile(instrumented.map(({ code }) => code));
  const results = [];
  for (const [i, { place }] of examples.entries()) {
    const { checks } = instrumented[i];
    const wrong = compiled[i].errors.map((error) => `${place}: ${error}`);
    const printed = [];
    const seen = new Set();
    const check = (id, ...values) => {
      seen.add(id);
      const { expected, line, text } = checks[id];
      const actual = text ? formatted(values) : values[0];
      if (text ? actual !== expected : !agrees(actual, expected)) {
        wrong.push(`${place}: ${line.trim()}\n  gives ${text ? actual : formatted([actual])}`);
      }
    };
    const console = { log: (...values) => printed.push(formatted(values)) };
    try {
      await new AsyncFunction("modules", "console", "check", asBody(compiled[i].js))(modules, console, check);
      for (const [id, { line }] of checks.entries()) if (!seen.has(id)) wrong.push(`${place}: not reached: ${line}`);
    } catch (error) {
      wrong.push(`${place}: ${error.stack}`);
    }
    results.push({ printed: printed.map((line) => `${line}\n`).join(""), wrong });
  }
  return results;
}

const formatted = (values) => formatWithOptions({ colors: false }, ...values);

/**
 * Whether a value is what a comment says: `12`, `[2, 4]`, `"text"`, `5, [2, 4]`, or the value's own text. Numbers agree
 * to the digits that are written. What follows a colon is a remark.
 */
function agrees(actual, comment) {
  if (formatted([actual]) === comment) return true;
  const expected = comment.replace(/: .*$/, "");
  const plain = JSON.parse(JSON.stringify(actual) ?? "null");
  for (const text of [expected, `[${expected}]`]) {
    const digits = text.match(/-?\d[\d.]*(?:e[+-]?\d+)?/g) ?? [];
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      continue;
    }
    let at = 0;
    const rounded = (value) => {
      if (Array.isArray(value)) return value.map(rounded);
      if (typeof value !== "number" || at >= digits.length) return value;
      const written = digits[at++].replace(/e.*$/, "").replace(/^-?[0.]*/, "");
      return Number(value.toPrecision(Math.max(1, written.replace(".", "").length)));
    };
    if (isDeepStrictEqual(rounded(plain), parsed) || isDeepStrictEqual(plain, parsed)) return true;
  }
  return false;
}

/** A page with each ```text block after an example set to what the example prints. */
export function filled(text, results) {
  let i = 0;
  return text.replace(/^(```ts\n[\s\S]*?^```\n)(?:(\n```text\n)[\s\S]*?^```\n)?/gm, (_, block, fence) => {
    const { printed } = results[i++];
    return fence === undefined ? block : `${block}${fence}${printed}\`\`\`\n`;
  });
}

/**
 * A page with each block that begins with `$ chainrule … --help` set to what the command prints.
 *
 * @param run of src/cli/program.ts
 */
export async function withHelp(text, printedBy) {
  let page = text;
  for (const [block, args] of text.matchAll(/^```console\n\$ chainrule (.*--help)\n[\s\S]*?^```$/gm)) {
    const printed = await printedBy(args.split(" "));
    page = page.replace(block, () => `\`\`\`console\n$ chainrule ${args}\n${printed.trimEnd()}\n\`\`\``);
  }
  return page;
}

// --- the op table ------------------------------------------------------------------------------------------------

const savesText = { inputs: "inputs", output: "output", both: "inputs and output", nothing: "nothing" };

/** Rows of cells as Markdown, the first one the header, columns padded to one width. */
function markdownTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`);
  return [lines[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.slice(1)];
}

/** docs/events.schema.json. */
export const schemaFile = (schema) => `${JSON.stringify(schema, null, 2)}\n`;

/** docs/ops.md, from the tables of records and of notations. */
export function opsPage(ops, notations) {
  const rows = Object.values(ops).map((record) => {
    const gradient = record.gradient === "none" ? "no gradient" : savesText[record.saves];
    const inputs = record.arity === "any" ? "any" : String(record.arity);
    const kind = "scalar" in record ? "yes" : "";
    return [`\`${record.name}\``, notations[record.name].formula.text.replaceAll("|", "\\|"), inputs, kind, gradient];
  });
  const text = [
    "<!-- Generated by scripts/docs.mjs from src/ops/index.ts: do not edit. -->",
    "",
    "# Ops",
    "",
    `The ${rows.length} ops of the graph, in the order of the table in [src/ops/index.ts](../src/ops/index.ts). Each is one record`,
    "with its formula, its shape rule and its gradient rule; see [ARCHITECTURE.md](../ARCHITECTURE.md#an-elementwise-op).",
    "",
    "*Inputs* counts the operands. *Elementwise* ops broadcast and are fused into chains. *Gradient keeps* says which values",
    "of the forward pass the gradient rule reads: everything else may be overwritten before the backward pass begins.",
    "",
    ...markdownTable([["Op", "Formula", "Inputs", "Elementwise", "Gradient keeps"], ...rows]),
  ].join("\n");
  return `${text}\n`;
}

// --- the table of verdicts ---------------------------------------------------------------------------------------

/** A page with what stands between the marks for detectors set to the list of records. */
export function withDetectors(text, detectors) {
  const rows = detectors.map(({ kind, holds, needsTime }) => [
    `[\`${kind}\`](../src/diagnose/${kind}.ts)`,
    holds,
    needsTime ? "later" : "at once",
  ]);
  const table = markdownTable([["Verdict", "What holds", "Speaks"], ...rows]).join("\n");
  return text.replace(
    /(<!-- detectors: .*? -->\n)[\s\S]*?(<!-- end -->)/,
    (_, begin, end) => `${begin}\n${table}\n\n${end}`,
  );
}

// --- the table of ONNX's operators -------------------------------------------------------------------------------

/** A page with what stands between the marks for operators of ONNX set to the families of records. */
export function withOnnx(text, families) {
  const rows = Object.entries(families).map(([name, family]) => [name, Object.keys(family).sort().join(", ")]);
  const table = markdownTable([["Family", "Operators"], ...rows]).join("\n");
  return text.replace(
    /(<!-- onnx: .*? -->\n)[\s\S]*?(<!-- end -->)/,
    (_, begin, end) => `${begin}\n${table}\n\n${end}`,
  );
}

// --- as a command ------------------------------------------------------------------------------------------------

/** @param folder the built package, dist/ */
async function main(folder) {
  const load = (file) => import(pathToFileURL(join(folder, `${file}.js`)).href);
  const modules = {};
  for (const [name, file] of Object.entries(entries)) modules[name] = await load(file);
  const write = (page, text) => {
    if (existsSync(join(root, page)) && text === readFileSync(join(root, page), "utf8")) return;
    writeFileSync(join(root, page), text);
    console.log(`${page} rewritten`);
  };
  const { ops } = await load("ops/index");
  const { notations } = await load("ops/notations");
  const { detectors } = await load("diagnose/detectors");
  const { onnxFamilies } = await load("nn/onnx/table");
  const { runSchema } = await load("runs/schema");
  const { run } = await load("cli/program");
  const printedBy = async (words) => {
    let printed = "";
    const stream = { write: (piece) => (printed += piece) };
    await run(words, { stdout: stream, stderr: stream });
    return printed;
  };
  write("docs/ops.md", opsPage(ops, notations));
  write("docs/events.schema.json", schemaFile(runSchema()));
  const all = pages().map((page) => ({ page, text: readFileSync(join(root, page), "utf8") }));
  const examples = all.flatMap(({ page, text }) => examplesOf(page, text));
  const results = await runExamples(examples, modules);
  for (const { page, text } of all) {
    const own = results.filter((_, i) => examples[i].place.startsWith(`${page}:`));
    write(page, withOnnx(withDetectors(await withHelp(filled(text, own), printedBy), detectors), onnxFamilies));
  }
  const wrong = results.flatMap((result) => result.wrong);
  for (const message of wrong) console.error(message);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv[2] ?? join(root, "dist"));
}
