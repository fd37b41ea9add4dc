// The bounds of CONTRIBUTING.md over every file: lengths, first lines, casts, and that no list is spread into a call.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ESTree, parseSync, Visitor } from "rolldown/utils";
import { describe, expect, it } from "vitest";

const longestFile = 400;
const longestFunction = 80;
/** How a comment right above begins that gives the reason of a longer function, or of a list that is spread into a call. */
const reasons = { function: "Long:", spread: "Spread:" };

type Rule = "file" | "first line" | "function" | "cast" | "spread";
interface Fault {
  readonly rule: Rule;
  readonly at: string;
  readonly what: string;
}
type Fn = ESTree.Function | ESTree.ArrowFunctionExpression;

/** Tests, and what is there for tests alone, spread what they wrote down themselves; scripts their own few lines. */
const isShipped = (file: string): boolean => file.startsWith("src/") && !/\.test\.ts$|\/test-[^/]*\.ts$/.test(file);
/** The machine's kernels are AssemblyScript, which the parser does not read; they are long where they are unrolled by hand. */
const isKernel = (file: string): boolean => file.startsWith("src/backends/wasm/machine/");

function faultsOf(file: string, text: string): Fault[] {
  const length = text.split("\n").length - 1;
  const faults: Fault[] = isKernel(file) ? [] : faultsInCode(file, text);
  if (length > longestFile) faults.push({ rule: "file", at: file, what: `${length} lines; at most ${longestFile}` });
  if (!/^(\/\/|\/\*\*|#!)/.test(text))
    faults.push({ rule: "first line", at: file, what: "a comment says what the file is for" });
  return faults;
}

function faultsInCode(file: string, text: string): Fault[] {
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`);
  const lineOf = lines(text);
  const isExplained = (line: number, reason: string): boolean =>
    comments.some(({ value, end }) => value.includes(reason) && line - lineOf(end - 1) <= 1 && line >= lineOf(end - 1));
  const faults: Fault[] = [];
  const add = (rule: Rule, { start }: ESTree.Span, what: string) =>
    faults.push({ rule, at: `${file}:${lineOf(start)}`, what });
  const suites = new Set<unknown>();
  /** Of each function around: its rest parameter, and lines of text in its template literals. */
  const around: { rest: string | undefined; textLines: number }[] = [];
  const enter = ({ params }: Fn): void => {
    const last = params.at(-1);
    const rest = last?.type === "RestElement" && last.argument.type === "Identifier" ? last.argument.name : undefined;
    around.push({ rest, textLines: 0 });
  };
  const leave = (fn: Fn): void => {
    const { textLines } = around.pop()!;
    if (around.length > 0) around.at(-1)!.textLines += textLines;
    const [first, last] = [lineOf(fn.start), lineOf(fn.end - 1)];
    const length = last - first + 1 - textLines;
    if (length > longestFunction && !suites.has(fn) && !isExplained(first, reasons.function))
      add(
        "function",
        fn,
        `${length} lines; at most ${longestFunction}, or a comment right above with the reason: "${reasons.function} …"`,
      );
  };
  const spread = (call: ESTree.CallExpression | ESTree.NewExpression): void => {
    for (const argument of call.arguments) {
      if (argument.type !== "SpreadElement") continue;
      const isFew =
        isLiteral(argument.argument) ||
        around.some(({ rest }) => rest !== undefined && isPartOf(argument.argument, rest));
      if (!isFew && !isExplained(lineOf(argument.start), reasons.spread))
        add(
          "spread",
          argument,
          `${text.slice(argument.start, argument.end)}: loop over it, or a comment right above with what bounds it: "${reasons.spread} …"`,
        );
    }
  };
  new Visitor({
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    "FunctionDeclaration:exit": leave,
    "FunctionExpression:exit": leave,
    "ArrowFunctionExpression:exit": leave,
    TemplateLiteral: ({ start, end }) => {
      if (around.length > 0) around.at(-1)!.textLines += lineOf(end) - lineOf(start);
    },
    CallExpression: (call) => {
      // A suite of tests is a list of functions, not one.
      if (text.slice(call.callee.start, call.callee.end).startsWith("describe"))
        for (const fn of call.arguments) suites.add(fn);
      if (isShipped(file)) spread(call);
    },
    NewExpression: (call) => {
      if (isShipped(file)) spread(call);
    },
    TSAsExpression: ({ expression, start, end }) => {
      if (expression.type === "TSAsExpression" && expression.typeAnnotation.type === "TSUnknownKeyword")
        add("cast", { start, end }, text.slice(start, end));
    },
  }).visit(program);
  return faults;
}

/** 1-based line of a position in the text. */
function lines(text: string): (position: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (position) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** A list written out in the call: `[a, b]`, `[a, b] as const`. */
const isLiteral = (list: ESTree.Expression): boolean =>
  list.type === "TSAsExpression" || list.type === "ParenthesizedExpression"
    ? isLiteral(list.expression)
    : list.type === "ArrayExpression" && list.elements.every((element) => element?.type !== "SpreadElement");

/** What came in as arguments may go out as arguments: `xs`, `xs.slice(1)`. */
const isPartOf = (list: ESTree.Expression, rest: string): boolean =>
  (list.type === "Identifier" && list.name === rest) ||
  (list.type === "CallExpression" &&
    list.callee.type === "MemberExpression" &&
    list.callee.property.type === "Identifier" &&
    list.callee.property.name === "slice" &&
    isPartOf(list.callee.object, rest));

const root = fileURLToPath(new URL("..", import.meta.url));
const files = ["src", "test", "scripts", "bench", "calibration", "examples"]
  .flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  )
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.(ts|mjs)$/.test(file) && !/\.generated\.ts$|\/node_modules\//.test(file));

const texts = (faults: readonly Fault[]) => faults.map(({ rule, at, what }) => `${at} ${rule}: ${what}`);

it("every file keeps within them", () => {
  expect(files.length).toBeGreaterThan(400);
  const faults = files.flatMap((file) => faultsOf(file, readFileSync(`${root}${file}`, "utf8")));
  expect(texts(faults)).toEqual([]);
});

describe("the scan", () => {
  const body = (lines: number) => "  f();\n".repeat(lines - 2);

  it("finds what is over the bounds", () => {
    const found = [
      faultsOf("src/a.ts", `// A.\n${"f();\n".repeat(400)}`),
      faultsOf(
        "src/b.ts",
        `import "./a.ts";\n/** About f. */\nexport function f() {\n${body(81)}}\nconst g = () => {\n${body(81)}};\n`,
      ),
      faultsOf("src/c.ts", "// C.\nconst x = y as unknown as number;\n"),
      faultsOf(
        "src/d.ts",
        "// D.\nlist.push(\n  1,\n  ...xs,\n);\nnew Map(...(xs as never));\nMath.max(...[0, ...xs]);\n",
      ),
    ];
    expect(texts(found.flat())).toMatchInlineSnapshot(`
      [
        "src/a.ts file: 401 lines; at most 400",
        "src/b.ts:3 function: 81 lines; at most 80, or a comment right above with the reason: "Long: …"",
        "src/b.ts:84 function: 81 lines; at most 80, or a comment right above with the reason: "Long: …"",
        "src/b.ts first line: a comment says what the file is for",
        "src/c.ts:2 cast: y as unknown as number",
        "src/d.ts:4 spread: ...xs: loop over it, or a comment right above with what bounds it: "Spread: …"",
        "src/d.ts:6 spread: ...(xs as never): loop over it, or a comment right above with what bounds it: "Spread: …"",
        "src/d.ts:7 spread: ...[0, ...xs]: loop over it, or a comment right above with what bounds it: "Spread: …"",
      ]
    `);
  });

  it("lets pass what is explained, or short by itself", () => {
    const found = [
      faultsOf("src/a.ts", `// A.\n${"f();\n".repeat(399)}`),
      faultsOf("src/b.ts", `/** Long: a table. */\nexport const f = () => {\n${body(90)}};\n`),
      faultsOf("src/c.ts", `// C.\nfunction f() {\n  return \`${"text\n".repeat(90)}\`;\n}\n`),
      faultsOf("src/d.test.ts", `// D.\ndescribe.each([1])("a suite", () => {\n${body(90)}});\nMath.max(...xs);\n`),
      faultsOf(
        "src/e.ts",
        "// E.\nMath.max(...[a, b], ...([c] as const));\nconst f = (...xs) => () => g(...xs, ...xs.slice(1));\n",
      ),
      faultsOf("src/f.ts", "// F.\n// Spread: two by construction.\nf(...xs);\n"),
      faultsOf("src/backends/wasm/machine/g.ts", "// G.\n@inline function f(): void {}\n"),
    ];
    expect(texts(found.flat())).toEqual([]);
  });
});
