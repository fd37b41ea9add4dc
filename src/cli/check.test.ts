// chainrule check from its arguments to its output: of runs, and of modules of TypeScript and JavaScript.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import * as entry from "../index.ts";
import { folderPerTest } from "../runs/test-folder.ts";
import { ownModules } from "./check-file.ts";
import { chainrule } from "./test-command.ts";

folderPerTest();

/** Numbers as #, so that a picture of the output stays. */
const shape = (text: string) => text.replace(/-?\d+(\.\d+)?(e-\d+)?/g, "#").replace(/ +/g, " ");

const right = `
import { type Tensor, tensor } from "chainrule";
export const inputs = { w: tensor([[0.5], [-1]]), x: tensor([[2, 3], [-1, 0.5], [0.25, 4]]) };
export default ({ w, x }: typeof inputs): Tensor => x.matmul(w).tanh().sum();
`;
/** The rule of tanh, its sign wrong in one operand's place. */
const wrong = `
import { type Tensor, tensor } from "chainrule";
import { defineOp } from "chainrule/check";
process.env.NODE_ENV = "production";
const squash = defineOp({
  name: "squash",
  formula: { text: "y = tanh x", tex: "y = \\\\tanh x" },
  value: (x) => x.tanh(),
  gradient: ({ dy, y }) => [dy.mul(y.square().add(1))],
  samples: [[tensor([0.5])]],
});
export const inputs = { layers: [{ weight: tensor([[0.5], [-1]]) }], x: tensor([[2, 3], [-1, 0.5]]) };
export default ({ layers, x }: typeof inputs): Tensor => squash(x.matmul(layers[0]!.weight)).sum();
`;

it("has a help of 80 columns", async () => {
  const { code, stdout } = await chainrule("check --help");
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

describe("a module", () => {
  const mode = process.env.NODE_ENV;
  afterEach(() => {
    process.env.NODE_ENV = mode;
  });

  it("whose gradients are right passes", async () => {
    await writeFile("loss.ts", right);
    const { code, stdout, stderr } = await chainrule("check loss.ts");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("loss.ts: 2 tensors, 8 numbers, float64\n");
    expect(stdout).toContain("Gradients agree with differences: errors are below ");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    const steps = stdout.match(/^ *\d\.\de-\d +.*$/gm)!;
    expect(steps).toHaveLength(11);
    expect(stdout.match(/•/g)).toHaveLength(4 + 1);
  });

  it("with a wrong op fails, and names op, element and numbers", async () => {
    await writeFile("loss.ts", wrong);
    const { code, stdout, said } = await chainrule("check loss.ts");
    expect(code).toBe(1);
    expect(shape(stdout.slice(stdout.indexOf("wrong rule")))).toMatchInlineSnapshot(`
      "wrong rule: squash (%#), operand # at [#,#]
       its rule gives #
       differences give #

       element gradient differences
       layers.#.weight[#,#] # #
       x[#,#] # #
      "
    `);
    expect(said).toContain(
      "error: loss.ts: gradients must agree with differences; that of layers.0.weight does not, by the rule of squash.",
    );
  });

  it("gives one JSON object as the last line", async () => {
    await writeFile("loss.ts", wrong);
    const { code, stdout } = await chainrule("check loss.ts --json");
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      file: "loss.ts",
      passed: false,
      inputs: [
        { name: "layers.0.weight", shape: [2, 1] },
        { name: "x", shape: [2, 2] },
      ],
      kinks: [],
    });
    expect(answer.disagreements[0]).toMatchObject({
      order: 1,
      input: "layers.0.weight",
      indices: [expect.any(Number), 0],
      analytic: expect.any(Number),
      numeric: expect.any(Number),
      op: { name: "squash", order: 1, operand: 0 },
    });
    expect(answer.checks).toHaveLength(4);
    expect(answer.checks[0].sweep).toHaveLength(11);
  });

  it("on a kink says so, and fails", async () => {
    await writeFile(
      "loss.mjs",
      'import { tensor } from "chainrule";\nexport const inputs = [tensor([1, 0])];\nexport default (x) => x.relu().sum();\n',
    );
    const { code, stdout, said } = await chainrule("check loss.mjs");
    expect(code).toBe(1);
    expect(stdout).toContain("lies on a kink");
    expect(stdout).toContain("  relu (%1): operand 0 at [1] is 0\n");
    expect(said).toContain(
      "nothing is said of its gradients, as the point lies on a kink. Choose inputs a little away from it.",
    );
  });

  it("gets this very Chainrule, of every entry, and may import modules of its own", async () => {
    await mkdir("parts");
    await writeFile(
      "parts/model.ts",
      'import { apply, dense, initialize } from "chainrule/nn";\nimport { Tensor } from "chainrule";\nenum Size { one = 1 }\nexport const model = dense(2, Size.one);\nexport const variables = initialize(model);\nexport { apply, Tensor };\n',
    );
    await writeFile(
      "loss.ts",
      'import { tensor } from "chainrule";\nimport { apply, model, Tensor, variables } from "./parts/model.ts";\nif (!(tensor(1) instanceof Tensor)) throw new Error("two copies");\nexport const inputs = [variables.parameters, tensor([[1, -2]])];\nexport default (parameters: any, x: Tensor) => apply(model, { ...variables, parameters }, x).square().sum();\n',
    );
    const { code, stderr } = await chainrule("check loss.ts");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const own = await ownModules();
    expect((own.chainrule as typeof entry).Tensor).toBe(entry.Tensor);
    const { exports } = JSON.parse(
      await readFile(fileURLToPath(new URL("../../package.json", import.meta.url)), "utf8"),
    );
    const names = Object.keys(exports).filter((name) => !name.endsWith(".json"));
    expect(Object.keys(own).sort()).toEqual(names.map((name) => name.replace(/^\./, "chainrule")).sort());
  });

  it("that is not usable is refused, with what must hold", async () => {
    const files = {
      "empty.ts": "export {};",
      "number.ts": "export default 3;",
      "noInputs.ts": "export default (x: unknown) => x;",
      "wrongInputs.ts": "export const inputs = 3; export default (x: unknown) => x;",
      "noFloats.ts": "export const inputs = { a: 1 }; export default (x: unknown) => x;",
      "throws.ts": '\n\nthrow new TypeError("not today");',
      "throwsLater.ts":
        'import { tensor } from "chainrule";\nexport const inputs = { x: tensor(1) };\nexport default () => {\n  throw new RangeError("not now");\n};',
      "syntax.ts": "export default (x: => x;",
      "missing.ts": 'import "./nowhere.ts";',
      "noTensor.ts":
        'import { tensor } from "chainrule";\nexport const inputs = { x: tensor(1) };\nexport default () => 3;',
      "table.csv": "a,b\n1,2\n",
    };
    const answers: string[] = [];
    for (const [file, text] of Object.entries(files)) {
      await writeFile(file, text);
      const { code, stdout, stderr } = await chainrule(["check", file]);
      expect({ file, code, stdout }).toEqual({ file, code: 1, stdout: "" });
      expect(stderr).not.toContain("mistake in Chainrule");
      answers.push(stderr.replaceAll(process.cwd(), "…").trimEnd());
    }
    answers.push((await chainrule("check nowhere.ts")).stderr.trimEnd());
    expect(answers.join("\n\n")).toMatchSnapshot();
  });
});

describe("a run", () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${(i * 7) % 40},${(i * 11) % 13},${(i * 7) % 40 < 20 ? "low" : "high"}`,
  );
  const train = async (...flags: string[]) => {
    await writeFile("table.csv", `a,b,level\n${rows.join("\n")}\n`);
    const quick = ["--backend", "reference", "--hidden", "4,3", "--epochs", "2", "--batch", "8", "--out", "run"];
    expect((await chainrule(["train", "table.csv", "--target", "level", ...quick, ...flags])).code).toBe(0);
  };

  it("is checked at its saved weights, by all parameters", async () => {
    await train("--activation", "tanh");
    const { code, stdout, stderr } = await chainrule("check run --json --row 3,5,40");
    expect({ code, stderr: shape(stderr).split("\n")[0] }).toEqual({
      code: 0,
      stderr: "run: # tensors, # numbers, float#, the loss of rows #, #, #",
    });
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ run: "run", rows: [3, 5, 40], passed: true, disagreements: [] });
    expect(answer.inputs.map(({ name }: { name: string }) => name)).toEqual([
      "layers.0.weight",
      "layers.0.bias",
      "layers.2.weight",
      "layers.2.bias",
      "layers.4.weight",
      "layers.4.bias",
    ]);
  });

  it("takes the first training rows where none are chosen, and networks with kinks and normalisation", async () => {
    await train("--activation", "relu", "--batch-norm");
    const { code, stdout } = await chainrule("check run --json");
    const answer = JSON.parse(stdout);
    expect({ code, passed: answer.passed, rows: answer.rows.length }).toEqual({ code: 0, passed: true, rows: 8 });
  });

  it("that failed, or has not ended, has no model to check", async () => {
    await writeFile("table.csv", `a,b,level\n${rows.join("\n")}\n`);
    const diverging = [
      "--optimizer",
      "sgd",
      "--lr",
      "1e30",
      "--backend",
      "reference",
      "--hidden",
      "4",
      "--epochs",
      "3",
    ];
    expect((await chainrule(["train", "table.csv", "--target", "level", ...diverging, "--out", "run"])).code).toBe(1);
    const { code, stdout, said } = await chainrule("check run");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(said).toContain('The run "run" has no model: its training failed. chainrule diagnose run says how it went;');
    const manifest = await readFile("run/run.json", "utf8");
    await rm("run/model.safetensors");
    await writeFile("run/run.json", manifest.replace('"status": "failed"', '"status": "running"'));
    expect((await chainrule("check run")).said).toContain("its training still goes on, or was cut off.");
  });

  it("says where rows are not there, and refuses --row for files", async () => {
    await train();
    expect((await chainrule("check run --row 99")).stderr).toContain("has no row 99");
    await writeFile("loss.ts", right);
    expect((await chainrule("check loss.ts --row 1")).code).toBe(2);
  });
});

it("fits narrow terminals", async () => {
  await writeFile("loss.ts", wrong);
  const lines = (await chainrule("check loss.ts", { columns: 60 })).stdout.split("\n");
  expect(lines.length).toBeGreaterThan(20);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  for (const line of lines) expect(line.replace(/\x1b\[\d+m/g, "").length).toBeLessThan(60);
});
