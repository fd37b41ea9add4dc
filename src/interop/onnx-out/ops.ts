// The ops of a graph as nodes of ONNX.
import { ChainruleError } from "../../ir/errors.ts";
import type { Node, OpAttributes, OpName } from "../../ir/graph.ts";
import { namesOf } from "../../ir/record-list.ts";
import type { TensorType } from "../../ir/shape.ts";
import type { AnyRowsGraph } from "./any-rows.ts";
import type { AttributeValues, Dimension, GraphWriter } from "./graph-writer.ts";

/** What an op is written from. */
interface Written<N extends OpName> {
  readonly g: GraphWriter;
  readonly inputs: readonly string[];
  readonly attributes: OpAttributes[N];
  readonly shapes: readonly (readonly Dimension[])[];
  readonly types: readonly TensorType[];
  readonly shape: readonly Dimension[];
  readonly type: TensorType;
}
type Writer<N extends OpName> = (of: Written<N>) => string;

/** One node, of the same inputs. */
const same =
  <N extends OpName>(opType: string, attributes?: (own: OpAttributes[N]) => AttributeValues): Writer<N> =>
  ({ g, inputs, attributes: own }) =>
    g.op(opType, inputs, attributes?.(own));

/** A number of the type of the first operand. */
const number = ({ g, types }: Pick<Written<OpName>, "g" | "types">, value: number): string =>
  g.constant(types[0]!.dtype, [], [value]);

const not =
  <N extends OpName>(opType: string): Writer<N> =>
  ({ g, inputs }) =>
    g.op("Not", [g.op(opType, inputs)]);

/** One number for all along axes; no axes would mean all of them. In opset 17 they are an attribute, but for ReduceSum. */
function reduced(g: GraphWriter, opType: string, x: string, axes: readonly number[], keepDims: boolean): string {
  if (axes.length === 0) return x;
  return g.op(opType, [x], { axes: { ints: axes }, keepdims: { int: Number(keepDims) } });
}

const reduction =
  <N extends "mean" | "max" | "min" | "logsumexp">(opType: string): Writer<N> =>
  ({ g, inputs: [x], attributes: { axes, keepDims } }) =>
    reduced(g, opType, x!, axes, keepDims);

function sumAlong(g: GraphWriter, x: string, axes: readonly number[], keepDims: boolean): string {
  if (axes.length === 0) return x;
  return g.op("ReduceSum", [x, g.constant("int64", [axes.length], axes)], { keepdims: { int: Number(keepDims) } });
}

/** x Φ(x) and Φ(x) = ½ (1 + erf(x / √2)). */
function normalDistribution(of: Pick<Written<OpName>, "g" | "types">, x: string): string {
  const { g } = of;
  const erf = g.op("Erf", [g.op("Mul", [x, number(of, Math.SQRT1_2)])]);
  return g.op("Mul", [g.op("Add", [erf, number(of, 1)]), number(of, 0.5)]);
}

const window = ({ kernel, stride, padding: [top, left] }: OpAttributes["maxPool2d"]): AttributeValues => ({
  kernel_shape: { ints: kernel },
  strides: { ints: stride },
  pads: { ints: [top, left, top, left] },
});

/** Elementwise ops. */
const elementwise = {
  neg: same("Neg"),
  exp: same("Exp"),
  // tanh(x/2) (eˣ + 1): as exact near 0 as x.
  expm1: (of) => {
    const { g, inputs } = of;
    const half = g.op("Tanh", [g.op("Mul", [inputs[0]!, number(of, 0.5)])]);
    return g.op("Mul", [half, g.op("Add", [g.op("Exp", inputs), number(of, 1)])]);
  },
  log: same("Log"),
  // u = 1 + x rounded; ln u · x / (u − 1) mends the rounding (Kahan), which is not there where u − 1 is x, and all there is where u is 1.
  log1p: (of) => {
    const { g, inputs } = of;
    const [x, one] = [inputs[0]!, number(of, 1)];
    const u = g.op("Add", [x, one]);
    const [rest, log] = [g.op("Sub", [u, one]), g.op("Log", [u])];
    const mended = g.op("Mul", [log, g.op("Div", [x, rest])]);
    const beyond = g.op("Where", [g.op("Equal", [rest, x]), log, mended]);
    return g.op("Where", [g.op("Equal", [u, one]), x, beyond]);
  },
  sqrt: same("Sqrt"),
  rsqrt: ({ g, inputs }) => g.op("Reciprocal", [g.op("Sqrt", inputs)]),
  reciprocal: same("Reciprocal"),
  square: ({ g, inputs: [x] }) => g.op("Mul", [x!, x!]),
  abs: same("Abs"),
  sign: same("Sign"),
  floor: same("Floor"),
  sin: same("Sin"),
  cos: same("Cos"),
  erf: same("Erf"),
  tanh: same("Tanh"),
  sigmoid: same("Sigmoid"),
  softplus: same("Softplus"),
  relu: same("Relu"),
  leakyRelu: same("LeakyRelu", ({ slope }) => ({ alpha: { float: slope } })),
  elu: same("Elu", ({ alpha }) => ({ alpha: { float: alpha } })),
  gelu: (of) => of.g.op("Mul", [of.inputs[0]!, normalDistribution(of, of.inputs[0]!)]),
  // Φ(x) + x φ(x), φ(x) = e^(−x²/2) / √(2π)
  geluDerivative: (of) => {
    const { g, inputs } = of;
    const x = inputs[0]!;
    const density = g.op("Exp", [g.op("Mul", [g.op("Mul", [x, x]), number(of, -0.5)])]);
    const scaled = g.op("Mul", [g.op("Mul", [x, density]), number(of, 1 / Math.sqrt(2 * Math.PI))]);
    return g.op("Add", [normalDistribution(of, x), scaled]);
  },
  // ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
  geluTanh: (of) => {
    const { g, inputs } = of;
    const x = inputs[0]!;
    const cube = g.op("Mul", [g.op("Mul", [x, x]), x]);
    const inner = g.op("Add", [x, g.op("Mul", [cube, number(of, 0.044715)])]);
    const tanh = g.op("Tanh", [g.op("Mul", [inner, number(of, Math.sqrt(2 / Math.PI))])]);
    return g.op("Mul", [g.op("Mul", [x, number(of, 0.5)]), g.op("Add", [tanh, number(of, 1)])]);
  },
  silu: ({ g, inputs }) => g.op("Mul", [inputs[0]!, g.op("Sigmoid", inputs)]),
  add: same("Add"),
  sub: same("Sub"),
  mul: same("Mul"),
  div: same("Div"),
  pow: same("Pow"),
  maximum: same("Max"),
  minimum: same("Min"),
  equal: same("Equal"),
  notEqual: not("Equal"),
  less: same("Less"),
  lessEqual: same("LessOrEqual"),
  greater: same("Greater"),
  greaterEqual: same("GreaterOrEqual"),
  // onnxruntime has no Where of bools.
  where: ({ g, inputs, type }) => {
    if (type.dtype !== "bool") return g.op("Where", inputs);
    const [condition, a, b] = inputs;
    return g.cast(g.op("Where", [condition!, g.cast(a!, "int32"), g.cast(b!, "int32")]), "bool");
  },
  isFinite: ({ g, inputs }) => g.op("Not", [g.op("Or", [g.op("IsNaN", inputs), g.op("IsInf", inputs)])]),
  cast: ({ g, inputs, attributes }) => g.cast(inputs[0]!, attributes.dtype),
  stopGradient: same("Identity"),
  copy: same("Identity"),
} satisfies { [N in OpName]?: Writer<N> };

/** Of every op that ONNX, in its opset 17, has; inputs are there before the graph is written. */
const writers: { readonly [N in OpName]?: Writer<N> } = {
  ...elementwise,
  constant: ({ g, attributes: { data }, shape, type }) => {
    const fixed = shape.flatMap((n) => (typeof n === "number" ? [n] : []));
    const isFixed = fixed.length === shape.length;
    if (isFixed && (data.length > 1 || fixed.every((n) => n === 1))) return g.constant(type.dtype, fixed, data);
    return g.op("Expand", [g.constant(type.dtype, [], [data[0]!]), g.shape(shape)]);
  },
  iota: ({ g, attributes: { axis }, shape, type }) => {
    const n = shape[axis]!;
    if (typeof n !== "number") throw unsupported("iota", "along the rows");
    const line = g.constant(
      type.dtype,
      shape.map((_, i) => (i === axis ? n : 1)),
      Array.from({ length: n }, (_, i) => i),
    );
    return g.op("Expand", [line, g.shape(shape)]);
  },
  matmul: ({ g, inputs, attributes: { transposeX, transposeY }, types }) => {
    const swapped = (value: string, rank: number) => {
      const order = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
      return g.op("Transpose", [value], { perm: { ints: order } });
    };
    const [x, y] = inputs.map((value, i) =>
      [transposeX, transposeY][i] ? swapped(value, types[i]!.shape.length) : value,
    );
    return g.op("MatMul", [x!, y!]);
  },
  sum: ({ g, inputs: [x], attributes: { axes, keepDims } }) => sumAlong(g, x!, axes, keepDims),
  mean: reduction("ReduceMean"),
  max: reduction("ReduceMax"),
  min: reduction("ReduceMin"),
  var: (of) => {
    const { g, inputs, attributes, shapes } = of;
    const { axes, keepDims, correction } = attributes;
    const mean = reduced(g, "ReduceMean", inputs[0]!, axes, true);
    const deviation = g.op("Sub", [inputs[0]!, mean]);
    const squares = g.op("Mul", [deviation, deviation]);
    if (correction === 0) return reduced(g, "ReduceMean", squares, axes, keepDims);
    const counts = axes.map((axis) => shapes[0]![axis]!);
    const n = counts.reduce<number>((product, count) => product * (typeof count === "number" ? count : Number.NaN), 1);
    if (Number.isNaN(n)) throw unsupported("var", "over the rows, with a correction");
    return g.op("Div", [sumAlong(g, squares, axes, keepDims), number(of, n - correction)]);
  },
  logsumexp: reduction("ReduceLogSumExp"),
  argmax: ({ g, inputs, attributes: { axis } }) =>
    g.cast(g.op("ArgMax", inputs, { axis: { int: axis }, keepdims: { int: 0 } }), "int32"),
  softmax: same("Softmax", ({ axis }) => ({ axis: { int: axis } })),
  logSoftmax: same("LogSoftmax", ({ axis }) => ({ axis: { int: axis } })),
  // At most one dimension goes with the rows: −1, what is left.
  reshape: ({ g, inputs: [x], shape }) => {
    if (shape.filter((n) => typeof n !== "number").length > 1) throw unsupported("reshape", "to several rows");
    const target = shape.map((n) => (typeof n === "number" ? n : -1));
    // 0 would mean the operand's own dimension.
    const zeros: AttributeValues = target.includes(0) ? { allowzero: { int: 1 } } : {};
    return g.op("Reshape", [x!, g.constant("int64", [target.length], target)], zeros);
  },
  transpose: same("Transpose", ({ permutation }) => ({ perm: { ints: permutation } })),
  // 1 keeps the operand's own dimension.
  broadcast: ({ g, inputs: [x], shape, shapes }) => {
    const lead = shape.length - shapes[0]!.length;
    const isOwn = (axis: number) => axis >= lead && typeof shapes[0]![axis - lead] !== "number";
    return g.op("Expand", [x!, g.shape(shape.map((n, axis) => (isOwn(axis) ? 1 : n)))]);
  },
  slice: ({ g, inputs: [x], attributes: { start, stop }, shapes, types }) => {
    const axes = start.flatMap((from, axis) => (from > 0 || stop[axis]! < types[0]!.shape[axis]! ? [axis] : []));
    if (axes.length === 0) return g.op("Identity", [x!]);
    if (axes.some((axis) => typeof shapes[0]![axis] !== "number")) throw unsupported("slice", "of the rows");
    const list = (values: readonly number[]) => g.constant("int64", [values.length], values);
    return g.op("Slice", [x!, list(axes.map((a) => start[a]!)), list(axes.map((a) => stop[a]!)), list(axes)]);
  },
  pad: ({ g, inputs: [x], attributes: { before, after, value }, type }) => {
    if (before.length === 0) return x!;
    const pads = g.constant("int64", [2 * before.length], [...before, ...after]);
    return g.op("Pad", [x!, pads, g.constant(type.dtype, [], [value])]);
  },
  concat: same("Concat", ({ axis }) => ({ axis: { int: axis } })),
  gather: same("Gather", () => ({ axis: { int: 0 } })),
  scatterAdd: ({ g, inputs: [indices, updates], types, type, shape }) => {
    const zeros = g.op("Expand", [g.constant(type.dtype, [], [0]), g.shape(shape)]);
    const last = g.constant("int64", [1], [types[0]!.shape.length]);
    const places = g.op("Unsqueeze", [g.cast(indices!, "int64"), last]);
    return g.op("ScatterND", [zeros, places, updates!], { reduction: { text: "add" } });
  },
  conv2d: same("Conv", ({ stride, padding: [top, left], dilation, groups }) => ({
    strides: { ints: stride },
    pads: { ints: [top, left, top, left] },
    dilations: { ints: dilation },
    group: { int: groups },
  })),
  maxPool2d: same("MaxPool", window),
  avgPool2d: same("AveragePool", (own) => ({ ...window(own), count_include_pad: { int: 1 } })),
  // Its last operand is its value.
  custom: ({ g, inputs }) => g.op("Identity", [inputs.at(-1)!]),
};

/** Ops that ONNX has something for, but for inputs. */
export const writtenOps = namesOf(writers).filter((op) => writers[op] !== undefined);

function unsupported(op: OpName, what?: string): ChainruleError {
  return new ChainruleError(
    "UNSUPPORTED_EXPORT",
    `ONNX has nothing for the op ${op}${what === undefined ? "" : ` ${what}`}. Export a network without it.`,
    { op },
  );
}

/** Writes a graph whose inputs have names; gives the names of its outputs. Throws UNSUPPORTED_EXPORT. */
export function writeGraph(g: GraphWriter, { graph, shapes }: AnyRowsGraph, inputs: readonly string[]): string[] {
  const names: string[] = [];
  graph.inputs.forEach((id, i) => {
    names[id] = inputs[i]!;
  });
  for (const node of graph.nodes) names[node.id] ??= written(g, node, graph.nodes, shapes, names);
  return graph.outputs.map((id) => names[id]!);
}

function written(
  g: GraphWriter,
  node: Node,
  nodes: readonly Node[],
  shapes: readonly (readonly Dimension[])[],
  names: readonly string[],
): string {
  const writer = writers[node.op] as Writer<OpName> | undefined;
  if (writer === undefined) throw unsupported(node.op);
  return writer({
    g,
    inputs: node.inputs.map((id) => names[id]!),
    attributes: node.attributes,
    shapes: node.inputs.map((id) => shapes[id]!),
    types: node.inputs.map((id) => nodes[id]!),
    shape: shapes[node.id]!,
    type: node,
  });
}
