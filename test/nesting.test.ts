// What is nested without end, or in a circle, is refused in words; no recursion follows it until the stack is full.
import { expect, it } from "vitest";
import { parsePreprocessing, prepare, tableFromRows } from "../src/data/index.ts";
import { compile, grad, type Tensor, tensor } from "../src/index.ts";
import { parseJson } from "../src/ir/json.ts";
import { activation, apply, dense, initialize, type Layer, residual, sequential } from "../src/nn/index.ts";
import { sgd } from "../src/optim/index.ts";
import { openRun } from "../src/runs/index.ts";
import { decodeModel, encodeModel, train } from "../src/train/index.ts";

const depth = 100_000;
const deepText = "[".repeat(depth) + "]".repeat(depth);
const deep = JSON.parse(deepText);
const circle: Record<string, unknown> = {};
circle.again = circle;
const x = tensor([[1, 2]]);

/** dense, relu, dense, relu …, each wrapped around what is there: one level per layer. */
function nested(levels: number, wrap: (inner: Layer) => Layer): Layer {
  let model: Layer = dense(2, 2);
  for (let i = 0; i < levels; i++) model = wrap(model);
  return model;
}

async function codeOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return "nothing is thrown";
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return `${code}: ${message}`;
  }
}

const runWith = (file: string, text: string) => () => {
  const manifest = {
    format: 1,
    name: "run",
    backend: "wasm",
    chainrule: "0",
    node: "24",
    created: "",
    status: "finished",
  };
  const data = { file: "x.csv", sha256: "0".repeat(64) };
  const files = new Map([["run.json", JSON.stringify({ ...manifest, seed: 0, data, settings: {} })]]);
  files.set(file, text);
  return openRun(new Map([...files].map(([name, one]) => [name, new TextEncoder().encode(one)]))).then((run) =>
    run.events(),
  );
};

it.each<[string, () => unknown]>([
  ["numbers", () => tensor(deep)],
  ["an operand", () => tensor(1).add(deep)],
  ["an operand in a circle", () => tensor(1).add(circle as never)],
  ["an argument", () => grad(({ v }: { v: Tensor }) => v.sum())({ v: x, deep } as never)],
  ["an argument in a circle", () => compile(({ v }: { v: Tensor }) => v)({ v: x, circle } as never)],
  ["a sequence of sequences", () => initialize(nested(depth, (inner) => sequential(inner)))],
  ["residuals within residuals", () => apply(nested(depth, residual), { parameters: {}, buffers: {} }, x)],
  [
    "a model to be trained",
    () => {
      const model = nested(depth, residual);
      return train({ model, data: { x, y: x }, loss: "mse", optimizer: sgd(), epochs: 1 }).result();
    },
  ],
  ["a preprocessing", () => parsePreprocessing({ version: deep })],
  ["a column of a preprocessing", () => parsePreprocessing({ ...preprocessing(), columns: [deep] })],
  ["a run.json", runWith("run.json", `{"format": 1, "name": ${deepText}}`)],
  ["an event", runWith("events.jsonl", `{"type": "start", "x": ${deepText}}\n`)],
])("%s", async (_, run) => {
  expect(await codeOf(run)).toMatch(/^(INVALID|MALFORMED)_[A-Z]+: ./);
});

const preprocessing = () =>
  prepare(
    tableFromRows(
      [1, 2, 3, 4].map((a) => ({ a, y: a * a })),
      { source: "rows" },
    ),
    { target: "y" },
  ).preprocessing;

it("says how deep it may be", async () => {
  const fail = (must: string) => new Error(`must be ${must}`);
  expect(() => parseJson(deepText, fail)).toThrow("must be JSON, nested at most 1,000 deep");
  expect(() => parseJson("[", fail)).toThrow("must be JSON");
  const shallow = `${"[".repeat(1000)}${"]".repeat(1000)}`;
  expect(parseJson(shallow, fail)).toEqual(JSON.parse(shallow));
  expect(await codeOf(() => tensor(deep))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: tensor: arrays may be nested at most 64 deep, one level per dimension; these are deeper."`,
  );
  expect(await codeOf(() => grad((v: Tensor) => v.sum())(deep))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: Arguments and results of a traced function may be nested at most 1,000 deep; got more at 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.…"`,
  );
  expect(await codeOf(() => initialize(nested(401, residual)))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: Layers may be nested at most 400 deep, and this model's are deeper. Give one sequential(…) all layers that follow each other."`,
  );
  expect(await codeOf(runWith("events.jsonl", `{"type": "start", "x": ${deepText}}\n`))).toMatchInlineSnapshot(
    `"INVALID_RUN: The file events.jsonl of the run "run" is not usable: line 1 must be JSON, nested at most 1,000 deep. Restore the file, or train again."`,
  );
});

it("a network of 150 layers, each wrapped around those before it, is trained, saved and loaded", async () => {
  const model = nested(150, (inner) => sequential(inner, activation("tanh")));
  const { variables } = await train({ model, data: { x, y: x }, loss: "mse", optimizer: sgd(), epochs: 1 }).result();
  const again = decodeModel(encodeModel({ model, variables }));
  expect((again.predict(x as never) as Tensor).shape).toEqual([1, 2]);
});
