// Values and gradients of single ops against PyTorch's, in float64 on the reference and in float32 on the machine.
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import {
  ChainruleError,
  compile,
  concat,
  randomKey,
  type Tensor,
  type TypedArray,
  tensor,
  vjp,
  where,
} from "../src/index.ts";
import { applyTraining, batchNorm, initialize, type Layer, layerNorm, losses } from "../src/nn/index.ts";

interface Figures {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface GoldenCase {
  readonly op: string;
  // biome-ignore lint/suspicious/noExplicitAny: settings of any op, as the file has them
  readonly args: any;
  readonly inputs: Readonly<Record<string, Figures>>;
  readonly ints: Readonly<Record<string, Figures>>;
  readonly output: Figures;
  readonly upstream: Figures;
  readonly grads: Readonly<Record<string, Figures>>;
}

const cases: readonly GoldenCase[] = JSON.parse(readFileSync(new URL("golden/ops.json", import.meta.url), "utf8"));

const float = ({ shape, data }: Figures): Tensor => tensor(Float64Array.from(data), { shape });
const int = ({ shape, data }: Figures): Tensor => tensor(Int32Array.from(data), { shape });

type Inputs = Readonly<Record<string, Tensor>>;
type Compute = (inputs: Inputs, golden: GoldenCase) => Tensor;
const unary =
  (f: (x: Tensor) => Tensor): Compute =>
  ({ x }) =>
    f(x!);
const binary =
  (f: (x: Tensor, y: Tensor) => Tensor): Compute =>
  ({ x, y }) =>
    f(x!, y!);
const along =
  (f: (x: Tensor, axis: number) => Tensor): Compute =>
  ({ x }, { args }) =>
    f(x!, args.axis);

/** A layer with given parameters, in training. */
const layer = (definition: Layer, weight: Tensor, bias: Tensor, x: Tensor): Tensor => {
  const { buffers } = initialize(definition);
  return applyTraining(definition, { parameters: { weight, bias }, buffers }, x, randomKey(0)).y;
};

const table: Readonly<Record<string, Compute>> = {
  exp: unary((x) => x.exp()),
  tanh: unary((x) => x.tanh()),
  sigmoid: unary((x) => x.sigmoid()),
  relu: unary((x) => x.relu()),
  gelu: unary((x) => x.gelu()),
  gelu_tanh: unary((x) => x.geluTanh()),
  softplus: unary((x) => x.softplus()),
  silu: unary((x) => x.silu()),
  sin: unary((x) => x.sin()),
  cos: unary((x) => x.cos()),
  elu: unary((x) => x.elu()),
  leaky_relu: unary((x) => x.leakyRelu()),
  abs: unary((x) => x.abs()),
  neg: unary((x) => x.neg()),
  square: unary((x) => x.square()),
  erf: unary((x) => x.erf()),
  log: unary((x) => x.log()),
  sqrt: unary((x) => x.sqrt()),
  rsqrt: unary((x) => x.rsqrt()),
  reciprocal: unary((x) => x.reciprocal()),
  add: binary((x, y) => x.add(y)),
  sub: binary((x, y) => x.sub(y)),
  mul: binary((x, y) => x.mul(y)),
  div: binary((x, y) => x.div(y)),
  maximum: binary((x, y) => x.maximum(y)),
  minimum: binary((x, y) => x.minimum(y)),
  pow: ({ x }, { args }) => x!.pow(args.exponent),
  matmul: binary((x, y) => x.matmul(y)),
  sum: along((x, axis) => x.sum(axis)),
  mean: along((x, axis) => x.mean(axis)),
  max: along((x, axis) => x.max(axis)),
  logsumexp: along((x, axis) => x.logsumexp(axis)),
  var: ({ x }, { args }) => x!.var(args.axis, { correction: args.correction }),
  softmax: along((x, axis) => x.softmax(axis)),
  log_softmax: along((x, axis) => x.logSoftmax(axis)),
  transpose: ({ x }, { args }) => x!.transpose(args.permutation),
  reshape: ({ x }, { args }) => x!.reshape(args.shape),
  slice: ({ x }, { args }) => x!.slice(args.start, args.stop),
  pad: ({ x }, { args }) => x!.pad(args.before, args.after, args.value),
  concat: ({ x, y }, { args }) => concat([x!, y!], args.axis),
  embedding: ({ w }, { ints }) => w!.gather(int(ints.indices!)),
  where: ({ x, y }, { ints }) => where(int(ints.condition!).cast("bool"), x!, y!),
  conv2d: ({ x, w, bias }, { args }) => x!.conv2d(w!, args).add(bias!.reshape([-1, 1, 1])),
  max_pool2d: ({ x }, { args }) => x!.maxPool2d(args.kernel, args),
  avg_pool2d: ({ x }, { args }) => x!.avgPool2d(args.kernel, args),
  layer_norm: ({ x, g, bias }, { args }) => layer(layerNorm(x!.shape.at(-1)!, { epsilon: args.eps }), g!, bias!, x!),
  batch_norm: ({ x, g, bias }, { args }) => layer(batchNorm(x!.shape[1]!, { epsilon: args.eps }), g!, bias!, x!),
  causal_attention: ({ q, k, v }, { args }) => {
    const n = q!.shape.at(-2)!;
    const place = tensor(Int32Array.from({ length: n }, (_, i) => i));
    const hidden = place.greater(place.reshape([n, 1]));
    return where(hidden, -Infinity, q!.matmul(k!.transpose([0, 2, 1])).mul(args.scale))
      .softmax()
      .matmul(v!);
  },
  cross_entropy: ({ x }, { ints }) => losses.crossEntropy(x!, int(ints.labels!)),
  bce_with_logits: ({ x }, { ints }) => losses.binaryCrossEntropy(x!, int(ints.targets!).cast("float64")),
  mse: ({ x }, { args }) => losses.mse(x!, float(args.targets)),
  sse_half: ({ x }, { args }) => losses.halfSumOfSquares(x!, float(args.targets)),
  huber: ({ x }, { args }) => losses.huber(x!, float(args.targets)),
};

/** Every |actual − expected| ≤ tolerance · |expected|, or of a twentieth of the largest figure. */
function expectClose(actual: TypedArray, expected: readonly number[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const floor = Math.max(...expected.map(Math.abs)) / 20;
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value) / Math.max(Math.abs(value), floor, 1e-300);
    if (!(error <= tolerance)) expect.fail(`${what}[${i}] is ${actual[i]}, not ${value}: a relative error of ${error}`);
  });
}

/** Value and gradients of every input, by name. */
function differentiated(golden: GoldenCase) {
  return (inputs: Inputs, upstream: Tensor): { value: Tensor; grads: Inputs } => {
    const { value, pullback } = vjp((x: Inputs) => table[golden.op]!(x, golden), inputs);
    return { value, grads: pullback(upstream)[0] };
  };
}

function compare(golden: GoldenCase, run: ReturnType<typeof differentiated>, tolerance: number): void {
  const inputs = Object.fromEntries(Object.entries(golden.inputs).map(([name, figures]) => [name, float(figures)]));
  const { value, grads } = run(inputs, float(golden.upstream));
  expect(value.shape).toEqual(golden.output.shape);
  expectClose(value.data, golden.output.data, tolerance, "value");
  expect(Object.keys(golden.grads)).toEqual(Object.keys(golden.inputs));
  for (const [name, figures] of Object.entries(golden.grads)) {
    expect(grads[name]!.shape).toEqual(figures.shape);
    expectClose(grads[name]!.data, figures.data, tolerance, `gradient by ${name}`);
  }
}

const title = ({ op, args, inputs }: GoldenCase): string => {
  const shapes = Object.values(inputs).map(({ shape }) => `[${shape}]`);
  const { targets: _, layout: __, ...shown } = args;
  return `${op} ${shapes.join(", ")} ${JSON.stringify(shown)}`;
};

it("has a computation for every op of the file", () => {
  expect(cases.length).toBe(91);
  expect(cases.filter(({ op }) => table[op] === undefined).map(({ op }) => op)).toEqual([]);
  const used = new Set(cases.map(({ op }) => op));
  expect(Object.keys(table).filter((op) => !used.has(op))).toEqual([]);
});

describe("the reference agrees with PyTorch to 1e-9", () => {
  it.each(cases.map((golden, i) => [`${i} ${title(golden)}`, golden] as const))("%s", (_, golden) => {
    compare(golden, differentiated(golden), 1e-9);
  });
});

describe("the machine agrees with PyTorch to 2e-5", () => {
  const skips = new Map<string, string>();
  it.each(cases.map((golden, i) => [`${i} ${title(golden)}`, golden] as const))("%s", (_, golden) => {
    const compiled = compile(differentiated(golden));
    try {
      compare(golden, compiled, 2e-5);
    } catch (error) {
      if (!(error instanceof ChainruleError) || error.code !== "UNSUPPORTED_BY_BACKEND") throw error;
      skips.set(golden.op, error.message);
    }
  });
  afterAll(() => {
    for (const [op, reason] of skips) console.log(`skipped on wasm: ${op}: ${reason}`);
  });
});
