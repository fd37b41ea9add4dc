// The documentation stays true: examples run and print what they show, links lead somewhere, generated pages are current.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { commands } from "../src/cli/commands/index.ts";
import { chainrule } from "../src/cli/test-command.ts";
import { detectors } from "../src/diagnose/detectors.ts";
import { onnxFamilies } from "../src/nn/onnx/table.ts";
import { ops } from "../src/ops/index.ts";
import { notations } from "../src/ops/notations.ts";
import { runSchema } from "../src/runs/schema.ts";

interface Example {
  /** "README.md:12" */
  readonly place: string;
  readonly code: string;
  readonly printed?: string;
}
interface Result {
  readonly printed: string;
  readonly wrong: readonly string[];
}
interface DocsScript {
  readonly entries: Readonly<Record<string, string>>;
  pages(): string[];
  examplesOf(page: string, text: string): Example[];
  runExamples(examples: readonly Example[], modules: Readonly<Record<string, object>>): Promise<Result[]>;
  filled(text: string, results: readonly Result[]): string;
  opsPage(table: typeof ops, written: typeof notations): string;
  withHelp(text: string, printedBy: (words: readonly string[]) => Promise<string>): Promise<string>;
  schemaFile(schema: object): string;
  withDetectors(text: string, list: typeof detectors): string;
  withOnnx(text: string, families: typeof onnxFamilies): string;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const docs: DocsScript = await import(`${root}/scripts/docs.mjs`);
const modules: Record<string, object> = {};
for (const [name, file] of Object.entries(docs.entries)) modules[name] = await import(`${root}/src/${file}.ts`);

const pages = docs.pages();

describe("the examples of the pages", () => {
  const results = new Map<string, Result[]>();
  beforeAll(async () => {
    const examples = pages.flatMap((page) => docs.examplesOf(page, read(page)));
    const all = await docs.runExamples(examples, modules);
    examples.forEach(({ place }, i) => {
      const page = place.slice(0, place.lastIndexOf(":"));
      results.set(page, [...(results.get(page) ?? []), all[i]!]);
    });
  });

  it.each(pages)("%s", (page) => {
    const own = results.get(page) ?? [];
    expect(own.flatMap(({ wrong }) => wrong)).toEqual([]);
    // If this fails: npm run build && node scripts/docs.mjs
    expect(read(page)).toBe(docs.filled(read(page), own));
  });

  it("README.md and ARCHITECTURE.md have some", () => {
    expect(results.get("README.md")?.length).toBeGreaterThanOrEqual(2);
    expect(results.get("ARCHITECTURE.md")?.length).toBeGreaterThanOrEqual(3);
  });
});

describe("the runner", () => {
  it("accepts what is right and finds what is wrong", async () => {
    const right = [
      'import { type Tensor, grad, tensor } from "chainrule";',
      "const f = (x: Tensor) => x.pow(3).sum();",
      "grad(f)(tensor(2)).item(); // 12: 3x²",
      "tensor([1, 2]).mul(2) // [2, 4]",
      "const third = tensor(1).div(3); // 0.333",
      'console.log("a", tensor([1, 2])); // a tensor([1, 2])',
    ].join("\n");
    const wrong = {
      'import { tensor } from "chainrule";\ntensor([1, 2]); // [1, 3]': "gives tensor([1, 2])",
      'import { tensor } from "chainrule";\ntensor(1).div(3); // 0.334': "gives tensor(0.333333)",
      'const n: number = "1";': "not assignable",
      'throw new Error("no");': "Error: no",
      'import { tensr } from "chainrule";\ntensr;': "tensr",
      'console.log("a"); // b': "gives a",
    };
    const examples = [right, ...Object.keys(wrong)].map((code) => ({ place: "page:1", code }));
    const [first, ...others] = await docs.runExamples(examples, modules);
    expect(first).toEqual({ printed: "a tensor([1, 2])\n", wrong: [] });
    others.forEach((result, i) => {
      expect(result.wrong.join("\n")).toContain(Object.values(wrong)[i]);
    });
  });
});

describe("the examples of the source's comments", () => {
  /** Names that an example may use without saying what they are. */
  const given: Readonly<Record<string, string>> = {
    step: "const step = tensor(Int32Array.of(0)).reshape([]);",
    w: "const w = tensor([[1, 2]]);",
    dw: "const dw = tensor([[0.1, 0.2]]);",
    x: "const x = tensor([[0], [1]]);",
    y: "const y = tensor([[1], [3]]);",
    model: "const model = dense(1, 1);",
  };

  const examples = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !file.includes("wasm/machine/") && !file.endsWith(".test.ts"))
    .sort()
    .flatMap((file) => {
      const text = read(`src/${file}`);
      return [...text.matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm)].map((match) => ({
        file,
        place: `src/${file}:${text.slice(0, match.index).split("\n").length + 1}`,
        code: match[1]!.replace(/^ *\* ?/gm, ""),
      }));
    });

  /** The example with what it takes for granted in front, on its first line, so that lines keep their numbers. */
  function withImports(code: string, own: string, known: Readonly<Record<string, object>>): string {
    const uses = (name: string, text: string) => new RegExp(`(?<![.\\w])${name}\\b(?! *:)`).test(text);
    const declares = (name: string) => new RegExp(`\\b(?:const|let) (?:${name}\\b|[[{][^=]*\\b${name}\\b)`).test(code);
    const definitions = Object.keys(given)
      .filter((name) => uses(name, code) && !declares(name))
      .map((name) => given[name]!);
    const text = [...definitions, code].join(" ");
    const taken = new Set<string>();
    const imports = [own, ...Object.keys(docs.entries)].flatMap((from) => {
      const names = Object.keys(known[from]!).filter((name) => uses(name, text) && !declares(name) && !taken.has(name));
      for (const name of names) taken.add(name);
      return names.length === 0 ? [] : [`import { ${names.join(", ")} } from "${from}";`];
    });
    // A comment in braces names what is there; it is no value.
    return [...imports, text.replace(/ \/\/ \{.*$/gm, "")].join(" ");
  }

  it(`all ${examples.length} run`, async () => {
    expect(examples.length).toBeGreaterThan(10);
    const known: Record<string, object> = { ...modules };
    const whole: Example[] = [];
    for (const { file, place, code } of examples) {
      const own = `chainrule/src/${file.replace(/\.ts$/, "")}`;
      known[own] = await import(`${root}/src/${file}`);
      whole.push({ place, code: withImports(code, own, known) });
    }
    const results = await docs.runExamples(whole, known);
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  });
});

it("docs/ops.md lists the table of ops as it is", () => {
  // If this fails: npm run build && node scripts/docs.mjs
  expect(read("docs/ops.md")).toBe(docs.opsPage(ops, notations));
});

it("docs/events.schema.json is made from the checks", () => {
  // If this fails: npm run build && node scripts/docs.mjs
  expect(read("docs/events.schema.json")).toBe(docs.schemaFile(runSchema()));
});

it("docs/diagnose.md lists the detectors as they are", () => {
  const page = read("docs/diagnose.md");
  // If this fails: npm run build && node scripts/docs.mjs
  expect(docs.withDetectors(page, detectors)).toBe(page);
  for (const { kind } of detectors) expect(page).toContain(`\`${kind}\``);
});

it("docs/onnx.md lists the operators as they are", () => {
  const page = read("docs/onnx.md");
  // If this fails: npm run build && node scripts/docs.mjs
  expect(docs.withOnnx(page, onnxFamilies)).toBe(page);
  expect(page).toContain("LayerNormalization");
});

it("docs/cli.md shows the help of every command as it is", async () => {
  const page = read("docs/cli.md");
  // If this fails: npm run build && node scripts/docs.mjs
  expect(page).toBe(await docs.withHelp(page, async (words) => (await chainrule(words)).stdout));
  const names = commands.flatMap((one) => [
    one.name,
    ...("commands" in one ? one.commands.map(({ name }) => `${one.name} ${name}`) : []),
  ]);
  for (const name of names) expect(page).toContain(`\n$ chainrule ${name} --help\n`);
});

it("docs/decisions/README.md lists every decision", () => {
  const listed = read("docs/decisions/README.md");
  const decisions = pages.filter((page) => /^docs\/decisions\/\d/.test(page));
  expect(decisions.filter((page) => !listed.includes(`(${page.slice("docs/decisions/".length)})`))).toEqual([]);
});

describe("links lead somewhere", () => {
  /** A heading's address on the page, as GitHub makes it. */
  const anchorsOf = (text: string): string[] =>
    [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
      match[1]!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );

  it.each(pages)("%s", (page) => {
    const text = read(page).replace(/^```[\s\S]*?^```$/gm, "");
    const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1]!)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file, anchor] = link.split("#") as [string, string?];
        const target = file === "" ? page : join(dirname(page), file);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
      });
    expect(dead).toEqual([]);
  });
});
