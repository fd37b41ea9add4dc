// A network that came as an ONNX graph, as plain data: what it holds, and what is wrong with one from a file.
import type { DType } from "../../ir/dtype.ts";
import { isRecord } from "../../ir/json.ts";
import { sizeOf } from "../../ir/shape.ts";
import type { OnnxNode } from "./op.ts";

/** A tensor whose numbers belong to the network, and are not trained: little-endian bytes in base64. */
export interface OnnxConstant {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: string;
}

/** A tensor that training changes; `mean` and `std` of the numbers it came with, by which a new one is drawn. */
export interface OnnxVariable {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
}

export interface OnnxInput {
  readonly name: string;
  readonly dtype: DType;
  /** null where any size goes. */
  readonly shape: readonly (number | null)[];
}

export interface OnnxGraph {
  readonly kind: "onnx";
  readonly opset: number;
  /** One; none where everything is known. */
  readonly inputs: readonly OnnxInput[];
  readonly output: string;
  readonly nodes: readonly OnnxNode[];
  readonly parameters: Readonly<Record<string, OnnxVariable>>;
  readonly buffers: Readonly<Record<string, OnnxVariable>>;
  readonly constants: Readonly<Record<string, OnnxConstant>>;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isShape = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= 64 && value.every(isSize) && Number.isSafeInteger(sizeOf(value as number[]));
const isAttribute = (value: unknown): boolean =>
  isText(value) ||
  typeof value === "number" ||
  (Array.isArray(value) && (value.every((one) => typeof one === "number") || value.every(isText)));

export const isNodes = (value: unknown): value is readonly OnnxNode[] =>
  Array.isArray(value) &&
  value.every(
    (node) =>
      isRecord(node) &&
      isText(node.op) &&
      isText(node.name) &&
      isTexts(node.inputs) &&
      isTexts(node.outputs) &&
      isRecord(node.attributes) &&
      Object.values(node.attributes).every(isAttribute),
  );

export const isInputs = (value: unknown): value is readonly OnnxInput[] =>
  Array.isArray(value) &&
  value.length <= 1 &&
  value.every(
    (one) =>
      isRecord(one) &&
      isText(one.name) &&
      isDType(one.dtype) &&
      Array.isArray(one.shape) &&
      one.shape.every((n: unknown) => n === null || isSize(n)),
  );

export const isVariables = (value: unknown): value is Readonly<Record<string, OnnxVariable>> =>
  isRecord(value) &&
  Object.values(value).every(
    (one) => isRecord(one) && isShape(one.shape) && Number.isFinite(one.mean) && Number.isFinite(one.std),
  );

const bytesOf: Readonly<Record<DType, number>> = { float64: 8, float32: 4, int32: 4, bool: 1 };
const isDType = (value: unknown): value is DType => isText(value) && Object.hasOwn(bytesOf, value);

/** Whether a text is so many bytes in base64. */
const isBase64 = (text: string, bytes: number): boolean =>
  text.length === Math.ceil(bytes / 3) * 4 &&
  /^[A-Za-z0-9+/]*={0,2}$/.test(text) &&
  text.length - text.replace(/=+$/, "").length === (3 - (bytes % 3)) % 3;

export const isConstants = (value: unknown): value is Readonly<Record<string, OnnxConstant>> =>
  isRecord(value) &&
  Object.values(value).every(
    (one) =>
      isRecord(one) &&
      isDType(one.dtype) &&
      isShape(one.shape) &&
      isText(one.data) &&
      isBase64(one.data, sizeOf(one.shape as number[]) * bytesOf[one.dtype]),
  );

/** What is wrong between the parts of a graph: names that nothing gives, or that two give. */
export function graphFault({ inputs, output, nodes, parameters, buffers, constants }: OnnxGraph): string | undefined {
  const given = new Set<string>();
  for (const name of [
    ...inputs.map((one) => one.name),
    ...[parameters, buffers, constants].flatMap((one) => Object.keys(one)),
  ]) {
    if (given.has(name)) return `${JSON.stringify(name)} is the name of two tensors`;
    given.add(name);
  }
  for (const node of nodes) {
    const odd = node.inputs.find((name) => name !== "" && !given.has(name));
    if (odd !== undefined)
      return `node ${JSON.stringify(node.name)} (${node.op}) takes ${JSON.stringify(odd)}, which nothing before it gives`;
    for (const name of node.outputs) {
      if (name === "") continue;
      if (given.has(name)) return `${JSON.stringify(name)} is the name of two tensors`;
      given.add(name);
    }
  }
  return given.has(output) ? undefined : `nothing gives its output ${JSON.stringify(output)}`;
}
