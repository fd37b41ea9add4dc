// The parts of an ONNX file: its bytes as messages, its nodes as plain data, every tensor by its name.
import { fromBinary } from "@bufbuild/protobuf";
import type { DType } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { Attribute, OnnxNode } from "../../nn/onnx/op.ts";
import { Tensor } from "../../trace/tensor.ts";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from "../schemas/onnx/onnx-ml.generated.ts";
import { type Numbers, type ReadTensor, readTensor, stored, type TensorFail } from "./read-tensor.ts";

/** Opsets of ONNX whose operators are known here. */
const newest = 28;

export const wrong = (what: string, cause?: unknown): ChainruleError =>
  new ChainruleError(
    "INVALID_MODEL",
    `The ONNX model is not usable: ${what}. Export it again, or check the file by onnx.checker.`,
    { what },
    { cause },
  );

export interface Unsupported {
  readonly op: string;
  readonly name: string;
  readonly what: string;
}

export interface ReadGraph {
  readonly opset: number;
  readonly graph: GraphProto;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, ReadTensor>;
  readonly unsupported: readonly Unsupported[];
}

/** Throws INVALID_MODEL, UNSUPPORTED_ONNX. */
export function readGraph(bytes: Uint8Array): ReadGraph {
  const model = decode(bytes);
  const { graph } = model;
  if (graph === undefined || (graph.node.length === 0 && graph.output.length === 0)) throw wrong("it has no graph");
  const opset = opsetOf(model);
  const tensors = new Map<string, ReadTensor>();
  for (const proto of graph.initializer) addTensor(tensors, proto.name, proto);
  const unsupported: Unsupported[] = [];
  if (graph.sparseInitializer.length > 0)
    unsupported.push({
      op: "sparse_initializer",
      name: graph.sparseInitializer[0]!.values?.name ?? "",
      what: "sparse tensors are not supported",
    });
  const functions = new Set(model.functions.map(({ domain, name }) => `${domain}.${name}`));
  const nodes: OnnxNode[] = [];
  for (const proto of graph.node) {
    const isOwn = proto.domain === "" || proto.domain === "ai.onnx";
    if (isOwn && proto.opType === "Constant") {
      const constant = constantOf(proto);
      if (constant !== undefined) {
        addTensor(tensors, proto.output[0] ?? "", constant);
        continue;
      }
    }
    const op = isOwn ? proto.opType : `${proto.domain}.${proto.opType}`;
    const { attributes, odd } = attributesOf(proto);
    if (odd !== undefined) unsupported.push({ op, name: proto.name || (proto.output[0] ?? ""), what: odd });
    else if (functions.has(`${proto.domain}.${proto.opType}`))
      unsupported.push({
        op,
        name: proto.name || (proto.output[0] ?? ""),
        what: "functions of the model are not supported; export it with them inlined",
      });
    nodes.push({
      op,
      name: proto.name,
      inputs: withoutEnd(proto.input),
      outputs: withoutEnd(proto.output),
      attributes,
    });
  }
  return { opset, graph, nodes, tensors, unsupported };
}

/** Without left out ones at the end. */
const withoutEnd = (names: readonly string[]): string[] => {
  const last = names.findLastIndex((name) => name !== "");
  return names.slice(0, last + 1);
};

function decode(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    const why =
      cause instanceof RangeError && /stack/i.test(cause.message)
        ? "messages are nested too deep"
        : (cause as Error).message;
    throw wrong(`its ${bytes.length} bytes are no message of ONNX (${why})`, cause);
  }
}

function opsetOf({ opsetImport }: ModelProto): number {
  const own = opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  const version = own === undefined ? 1 : Number(own.version);
  if (!(version >= 1 && version <= newest))
    throw new ChainruleError(
      "UNSUPPORTED_ONNX",
      `The ONNX model is of opset ${version}; opsets 1 to ${newest} are known here. Export it for one of them.`,
      { opset: version },
    );
  return version;
}

function addTensor(tensors: Map<string, ReadTensor>, name: string, proto: TensorProto | Tensor): void {
  if (name === "" || name === "__proto__" || name === "__metadata__")
    throw wrong(`a tensor is called ${JSON.stringify(name)}, and must have a name of its own`);
  if (tensors.has(name)) throw wrong(`two tensors are called ${JSON.stringify(name)}`);
  tensors.set(name, "shape" in proto ? { tensor: proto as Tensor, isNarrow: false } : read(name, proto));
}

const failOf =
  (name: string): TensorFail =>
  (code, what) => {
    const text = `The ONNX model's tensor ${JSON.stringify(name)} is not usable: ${what}.`;
    return new ChainruleError(code, text, { tensor: name, what });
  };

const read = (name: string, proto: TensorProto): ReadTensor => readTensor(proto, failOf(name));

/** The tensor of a Constant, as a message. */
function constantOf({ attribute, output }: NodeProto): TensorProto | Tensor | undefined {
  const [one] = attribute;
  if (attribute.length !== 1 || one === undefined)
    throw wrong(`the Constant ${JSON.stringify(output[0] ?? "")} must have one value`);
  if (one.name === "value" && one.t !== undefined) return one.t;
  const numbers = (values: Numbers, dtype: DType, shape: readonly number[]): Tensor =>
    Tensor.concrete(stored(values, dtype, failOf(output[0] ?? "")), shape);
  switch (one.name) {
    case "value_float":
      return numbers([one.f], "float32", []);
    case "value_floats":
      return numbers(one.floats, "float32", [one.floats.length]);
    case "value_int":
      return numbers([one.i], "int32", []);
    case "value_ints":
      return numbers(one.ints, "int32", [one.ints.length]);
    default:
      return undefined;
  }
}

/** As a number; what lies beyond 2⁵³ says "to the end". */
const integer = (value: bigint): number => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : Math.sign(number) * (2 ** 31 - 1);
};

const texts = new TextDecoder();

function attributesOf({ attribute }: NodeProto): {
  readonly attributes: Record<string, Attribute>;
  readonly odd?: string;
} {
  const attributes: Record<string, Attribute> = {};
  for (const one of attribute) {
    const value = attributeOf(one);
    if (value === undefined || one.name === "__proto__" || one.refAttrName !== "")
      return {
        attributes: {},
        odd: `its attribute ${JSON.stringify(one.name)}, ${one.g === undefined ? "of another kind than numbers and texts" : "a graph"}, is not supported`,
      };
    if (typeof value === "object" && "tensor" in value) {
      attributes[one.name] = Array.from(value.tensor.data);
      attributes[`${one.name}Type`] = one.t!.dataType;
    } else attributes[one.name] = value;
  }
  return { attributes };
}

function attributeOf(one: AttributeProto): Attribute | ReadTensor | undefined {
  switch (one.type) {
    case AttributeType.FLOAT:
      return one.f;
    case AttributeType.INT:
      return integer(one.i);
    case AttributeType.STRING:
      return texts.decode(one.s);
    case AttributeType.FLOATS:
      return one.floats;
    case AttributeType.INTS:
      return one.ints.map(integer);
    case AttributeType.STRINGS:
      return one.strings.map((text) => texts.decode(text));
    case AttributeType.TENSOR:
      return one.t === undefined ? undefined : read(one.name, one.t);
    default:
      return undefined;
  }
}
