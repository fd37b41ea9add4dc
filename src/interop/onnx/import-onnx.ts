// importOnnx: a network of another program, as a layer with its variables.
import { ChainruleError } from "../../ir/errors.ts";
import type { Node } from "../../ir/graph.ts";
import type { Variables } from "../../nn/layer.ts";
import type { OnnxLayer } from "../../nn/layers/onnx.ts";
import { encodeConstant } from "../../nn/onnx/constants.ts";
import { applyNode, knownSize } from "../../nn/onnx/evaluate.ts";
import { graphFault, type OnnxInput, type OnnxVariable } from "../../nn/onnx/graph.ts";
import { elementTypes, mostFolded, type OnnxNode, type OnnxOp } from "../../nn/onnx/op.ts";
import { isFloating, mostListed } from "../../nn/onnx/parts.ts";
import { onnxOp } from "../../nn/onnx/table.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { trace } from "../../trace/trace.ts";
import type { ValueInfoProto } from "../schemas/onnx/onnx-ml.generated.ts";
import { type ReadGraph, readGraph, type Unsupported, wrong } from "./read-graph.ts";
import { elementTypeName, type ReadTensor } from "./read-tensor.ts";

export interface OnnxOptions {
  /** Rows that the network is checked with; it takes any number of rows unless it says another itself. Default 1. */
  readonly batch?: number;
  /** Sizes of further dimensions that the model leaves open, by their names, or as "x.1" for dimension 1 of input x. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Which input the layer takes, of a model with several; the others are then `values`. */
  readonly input?: string;
  /** What all other inputs are, for good. */
  readonly values?: Readonly<Record<string, Tensor>>;
  /**
   * Most numbers that nodes may make of known ones, together, before anything runs, so that a file of a few bytes does not ask for gigabytes.
   * Default: the file's bytes, or 4,194,304 where those are fewer.
   */
  readonly limit?: number;
  /** Which output the layer gives, of a model with several. Default: the first. */
  readonly output?: string;
}

/** A network with its weights, as `train`, `apply` and `encodeModel` take one. */
export interface ImportedNetwork {
  readonly model: OnnxLayer;
  readonly variables: Variables;
}

/**
 * A network from the bytes of an ONNX file, as one layer with its variables: it runs, trains, is saved and loaded like any other. Tensors
 * of floats become parameters, but for single numbers and what shapes depend on; statistics of batch normalisation become buffers.
 *
 * ```ts
 * const file = "CAgSADo9CgwKAXgSAXkiBFJlbHUSAWdaFAoBeBIPCg0IARIJCgMSAU4KAggCYhQKAXkSDwoNCAESCQoDEgFOCgIIAkIECgAQEQ==";
 * const { model, variables } = importOnnx(Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0)));
 * apply(model, variables, tensor([[1, -1]])); // [[1, 0]]
 * ```
 *
 * @throws ChainruleError UNSUPPORTED_ONNX, with all nodes that Chainrule cannot run (`details.nodes`), before anything runs;
 * INVALID_MODEL for a damaged file, naming node, tensor or byte; INVALID_ARGUMENT for options that do not fit the model
 */
export function importOnnx(bytes: Uint8Array, options: OnnxOptions = {}): ImportedNetwork {
  const read = readGraph(bytes);
  const output = outputOf(read, options);
  const nodes = reaching(read.nodes, output);
  const input = inputOf(read, nodes, options);
  const tensors = new Map<string, ReadTensor>(read.tensors);
  for (const [name, tensor] of Object.entries(options.values ?? {})) tensors.set(name, { tensor, isNarrow: false });
  refuse(unsupportedOf(read, nodes, tensors, input));
  const given = placed(tensors, nodes, output, new Set(Object.keys(options.values ?? {})));
  const folded = fold(read.opset, nodes, given, output, options.limit ?? Math.max(mostFolded, bytes.length));
  const { parameters, buffers } = folded;
  const model: OnnxLayer = {
    kind: "onnx",
    opset: read.opset,
    inputs: input === undefined ? [] : [input.type],
    output,
    nodes: folded.nodes,
    parameters: described(parameters),
    buffers: described(buffers),
    constants: Object.fromEntries([...folded.constants].map(([name, tensor]) => [name, encodeConstant(tensor)])),
  };
  const fault = graphFault(model);
  if (fault !== undefined) throw wrong(fault);
  check(model, input, folded, options);
  return {
    model,
    variables: { parameters: Object.fromEntries(parameters), buffers: Object.fromEntries(buffers) },
  };
}

const argument = (what: string, details: Record<string, unknown>): ChainruleError =>
  new ChainruleError("INVALID_ARGUMENT", `importOnnx: ${what}.`, details);

function outputOf({ graph }: ReadGraph, { output }: OnnxOptions): string {
  const names = graph.output.map(({ name }) => name);
  if (output !== undefined && !names.includes(output))
    throw argument(`the model has no output ${JSON.stringify(output)}; it has ${names.join(", ")}`, { output, names });
  const found = output ?? names[0];
  if (found === undefined) throw wrong("it has no outputs");
  return found;
}

/** Nodes that the output depends on, in their order. */
function reaching(nodes: readonly OnnxNode[], output: string): OnnxNode[] {
  const needed = new Set([output]);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    kept.push(node);
  }
  return kept.reverse();
}

interface Input {
  readonly type: OnnxInput;
  readonly isNarrow: boolean;
}

/** The input that the layer takes; undefined where none is left that the output depends on. */
function inputOf(read: ReadGraph, nodes: readonly OnnxNode[], options: OnnxOptions): Input | undefined {
  const { values = {} } = options;
  const infos = read.graph.input.filter(({ name }) => !read.tensors.has(name));
  const odd = Object.keys(values).find((name) => !read.graph.input.some((one) => one.name === name));
  if (odd !== undefined)
    throw argument(`the model has no input ${JSON.stringify(odd)} that values could be for`, { values: odd });
  const open = infos.filter(({ name }) => !Object.hasOwn(values, name));
  const names = open.map(({ name }) => name);
  if (options.input !== undefined && !names.includes(options.input))
    throw argument(`the model has no input ${JSON.stringify(options.input)} left; it has ${names.join(", ")}`, {
      input: options.input,
      names,
    });
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const needed = open.filter(({ name }) => used.has(name) || name === options.input);
  if (needed.length > 1 && !(options.input !== undefined && needed.length === 1))
    throw argument(
      `a layer has one input, and the model takes ${needed.map(({ name }) => name).join(", ")}. Give all but one by values: { name: tensor }`,
      { inputs: needed.map(({ name }) => name) },
    );
  const found = needed[0] ?? open[0];
  return found && inputType(found, options);
}

function inputType({ name, type }: ValueInfoProto, { batch, dimensions = {} }: OnnxOptions): Input {
  if (type?.value.case !== "tensorType")
    throw new ChainruleError("UNSUPPORTED_ONNX", `The ONNX model's input ${JSON.stringify(name)} is no tensor.`, {
      input: name,
    });
  const { elemType, shape } = type.value.value;
  const element = elementTypes[elemType];
  if (element === undefined)
    throw new ChainruleError(
      "UNSUPPORTED_ONNX",
      `The ONNX model's input ${JSON.stringify(name)} has elements of type ${elementTypeName(elemType)}, which Chainrule has not.`,
      { input: name },
    );
  if (shape === undefined) throw wrong(`its input ${JSON.stringify(name)} has no shape`);
  if (shape.dim.length > 64) throw wrong(`its input ${JSON.stringify(name)} has ${shape.dim.length} dimensions`);
  const sizes = shape.dim.map(({ value }, i) => {
    if (value.case === "dimValue" && !(i === 0 && batch !== undefined)) return sizeIn(name, value.value);
    if (i === 0) return null;
    if (value.case === "dimValue") return sizeIn(name, value.value);
    const own = `${name}.${i}`;
    const parameter = value.case === "dimParam" ? value.value : own;
    const size = dimensions[parameter] ?? dimensions[own];
    if (size !== undefined && Number.isSafeInteger(size) && size >= 0) return size;
    throw argument(
      `dimension ${i} of the input ${JSON.stringify(name)} is left open by the model, as ${JSON.stringify(parameter)}. Give its size: dimensions: { ${JSON.stringify(parameter)}: 128 }`,
      { input: name, dimension: parameter },
    );
  });
  return { type: { name, dtype: element.dtype, shape: sizes }, isNarrow: element.isNarrow === true };
}

function sizeIn(name: string, size: bigint): number {
  if (size < 0n || size > 2n ** 31n) throw wrong(`a dimension of its input ${JSON.stringify(name)} is ${size}`);
  return Number(size);
}

/** All nodes that cannot be run, whatever comes. */
function unsupportedOf(
  read: ReadGraph,
  nodes: readonly OnnxNode[],
  tensors: ReadonlyMap<string, ReadTensor>,
  input: Input | undefined,
): Unsupported[] {
  const early = new Map(read.unsupported.map((one) => [`${one.op} ${one.name}`, one]));
  const narrow = new Set([...tensors].flatMap(([name, { isNarrow }]) => (isNarrow ? [name] : [])));
  if (input?.isNarrow) narrow.add(input.type.name);
  return [
    ...read.unsupported.filter(({ op }) => op === "sparse_initializer"),
    ...nodes.flatMap((node) => {
      const name = node.name || (node.outputs[0] ?? "");
      const told = early.get(`${node.op} ${name}`);
      if (told !== undefined) return [told];
      const record = onnxOp(node.op);
      const isNarrow = node.inputs.some((one) => narrow.has(one));
      if (isNarrow && record?.narrow === "keeps") for (const one of node.outputs) narrow.add(one);
      const odd = Object.keys(node.attributes).find(
        (one) => !record?.attributes.includes(one.replace(/Type$/, "")) && !record?.attributes.includes(one),
      );
      const what =
        record === undefined
          ? "the operator is not supported"
          : odd !== undefined
            ? `its attribute ${JSON.stringify(odd)} is not supported`
            : isNarrow && record.narrow === undefined
              ? "arithmetic of integers of 8 and 16 bits is not supported"
              : undefined;
      return what === undefined ? [] : [{ op: node.op, name, what }];
    }),
  ];
}

/** Throws UNSUPPORTED_ONNX where there are such nodes, all of them. */
function refuse(nodes: readonly Unsupported[]): void {
  if (nodes.length === 0) return;
  const few = nodes.slice(0, 20).map(({ op, name, what }) => `${op} ${JSON.stringify(name)}: ${what}`);
  const more = nodes.length > few.length ? `; and ${nodes.length - few.length} more` : "";
  throw new ChainruleError(
    "UNSUPPORTED_ONNX",
    `The ONNX model has ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"} that Chainrule cannot run: ${few.join("; ")}${more}. Export it without them, or with them written in other operators.`,
    { nodes },
  );
}

interface Placed {
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly buffers: ReadonlyMap<string, Tensor>;
  readonly constants: ReadonlyMap<string, Tensor>;
}

/** Which tensors are trained, which are running statistics, and which stay as they are. */
function placed(
  tensors: ReadonlyMap<string, ReadTensor>,
  nodes: readonly OnnxNode[],
  output: string,
  fixed: ReadonlySet<string>,
): Placed {
  const needed = new Set([output, ...nodes.flatMap(({ inputs }) => inputs)]);
  const isStatic = staticNames(nodes);
  const running = slotted(nodes, (one) => one.buffers);
  const [parameters, buffers, constants] = [
    new Map<string, Tensor>(),
    new Map<string, Tensor>(),
    new Map<string, Tensor>(),
  ];
  for (const [name, { tensor }] of tensors) {
    if (!needed.has(name)) continue;
    const isTrained = isFree(tensor) && !isStatic.has(name) && !fixed.has(name);
    const place = isTrained ? (running.has(name) ? buffers : parameters) : constants;
    place.set(name, tensor);
  }
  return { parameters, buffers, constants };
}

/** Names of values that must be known before the network runs. */
function staticNames(nodes: readonly OnnxNode[]): Set<string> {
  const names = new Set<string>();
  for (const node of nodes.toReversed()) {
    const record = onnxOp(node.op);
    for (const i of record?.statics ?? []) names.add(node.inputs[i] ?? "");
    // A shape is known whatever the numbers are.
    const isShape = node.op === "Shape" || node.op === "Size";
    if (!isShape && node.outputs.some((name) => names.has(name))) for (const name of node.inputs) names.add(name);
  }
  return names;
}

/** Whether training may change it: floats, more than a single number, all of them finite. */
const isFree = (tensor: Tensor): boolean =>
  isFloating(tensor) && tensor.rank > 0 && tensor.size > 0 && tensor.data.every(Number.isFinite);

/** Names of the values that stand in certain inputs of their nodes. */
const slotted = (nodes: readonly OnnxNode[], slots: (record: OnnxOp) => readonly number[] | undefined): Set<string> =>
  new Set(
    nodes.flatMap(({ op, inputs }) => {
      const record = onnxOp(op);
      return record === undefined ? [] : (slots(record) ?? []).map((i) => inputs[i] ?? "");
    }),
  );

/** Nodes of constants alone become constants; weights that are a ConstantOfShape are weights. */
function fold(
  opset: number,
  nodes: readonly OnnxNode[],
  given: Placed,
  output: string,
  limit: number,
): Placed & { readonly nodes: readonly OnnxNode[] } {
  const values = new Map(given.constants);
  const [parameters, buffers] = [new Map(given.parameters), new Map(given.buffers)];
  const [weights, running] = [slotted(nodes, (one) => one.weights), slotted(nodes, (one) => one.buffers)];
  const left: OnnxNode[] = [];
  let room = limit;
  for (const node of nodes) {
    if (!node.inputs.every((name) => name === "" || values.has(name))) {
      left.push(node);
      continue;
    }
    const made = applyNode(opset, node, values, { variables: new Map(), isCheck: true, limit: room });
    room -= knownSize(made);
    node.outputs.forEach((name, i) => {
      const value = made[i];
      if (value === undefined || name === "") return;
      const place = running.has(name) ? buffers : weights.has(name) ? parameters : values;
      (node.op === "ConstantOfShape" && isFree(value) ? place : values).set(name, value);
    });
  }
  const used = new Set([output, ...left.flatMap(({ inputs }) => inputs)]);
  return { nodes: left, parameters, buffers, constants: new Map([...values].filter(([name]) => used.has(name))) };
}

const described = (tensors: ReadonlyMap<string, Tensor>): Record<string, OnnxVariable> =>
  Object.fromEntries(
    [...tensors].map(([name, { shape, data }]) => {
      const numbers = data as Float64Array;
      const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
      const square = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
      return [name, { shape, mean, std: Math.sqrt(square) }];
    }),
  );

/** Numbers that a node of a trace holds. */
const listedSize = (node: Node): number => (node.op === "constant" ? node.attributes.data.length : 0);

/** Traces the network, and names all nodes that cannot be run. Throws UNSUPPORTED_ONNX, INVALID_MODEL. */
function check(
  model: OnnxLayer,
  input: Input | undefined,
  given: Placed,
  { batch = 1, limit: own = 0 }: OnnxOptions,
): void {
  if (!(Number.isSafeInteger(batch) && batch >= 1))
    throw argument(`batch must be a whole number of at least 1; got ${batch}`, { batch });
  const variables = [...given.parameters, ...given.buffers];
  const types = [
    ...(input === undefined
      ? []
      : [{ name: input.type.name, dtype: input.type.dtype, shape: input.type.shape.map((n) => n ?? batch) }]),
    ...variables.map(([name, { shape, dtype }]) => ({ name, shape, dtype })),
  ];
  const failed: Unsupported[] = [];
  trace(types, (traced) => {
    const values = new Map<string, Tensor>(given.constants);
    types.forEach(({ name }, i) => void values.set(name, traced[i]!));
    const lost = new Set<string>();
    let limit = mostFolded;
    // Lists that nodes make of the sizes of what comes stand in the trace as constants, beside the file's own.
    const recorded = traced[0]?.symbolic?.trace.builder.nodes ?? [];
    let room = Math.max(mostListed, own) + [...given.constants.values()].reduce((sum, one) => sum + one.size, 0);
    let seen = 0;
    for (const node of model.nodes) {
      if (node.inputs.some((name) => lost.has(name))) {
        for (const name of node.outputs) lost.add(name);
        continue;
      }
      try {
        const made = applyNode(model.opset, node, values, { variables: values, isCheck: true, limit });
        limit -= knownSize(made);
        for (; seen < recorded.length; seen++) room -= listedSize(recorded[seen]!);
        if (room < 0) {
          const what = `it makes more than ${Math.max(mostListed, own)} numbers of sizes alone, with the nodes before it`;
          failed.push({ op: node.op, name: node.name || (node.outputs[0] ?? ""), what });
          return [];
        }
        node.outputs.forEach((name, i) => {
          const value = made[i];
          if (value !== undefined) values.set(name, value);
          else if (name !== "") {
            lost.add(name);
            failed.push({
              op: node.op,
              name: node.name || name,
              what: `its output ${JSON.stringify(name)} is not supported`,
            });
          }
        });
      } catch (error) {
        if (!(error instanceof ChainruleError) || error.code !== "UNSUPPORTED_ONNX") throw error;
        failed.push({ op: node.op, name: node.name || (node.outputs[0] ?? ""), what: String(error.details.what) });
        for (const name of node.outputs) lost.add(name);
      }
    }
    const y = values.get(model.output);
    return y === undefined ? [] : [y];
  });
  refuse(failed);
}
