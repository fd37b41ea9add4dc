// What an ONNX operator is: the record of one, which turns a node into calls of Tensor.
import type { DType } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { RowShare } from "../row-share.ts";

/** Numbers and texts, or lists of them; a tensor among attributes is a list of its numbers. */
export type Attribute = number | string | readonly number[] | readonly string[];

/** A node of an ONNX graph as plain data. Names of values that are left out are "". */
export interface OnnxNode {
  /** With its domain where that is not ONNX's own: "Relu", "ai.onnx.ml.Binarizer". */
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A node being turned into calls of Tensor. */
export interface OnnxCall {
  readonly node: OnnxNode;
  readonly opset: number;
  /** Most numbers that may be made of known ones. */
  readonly limit?: number;
  /** Undefined where an input is left out. */
  readonly inputs: readonly (Tensor | undefined)[];
  /** In training: a key and a stream for its random draws. */
  draw?(): readonly [key: Tensor, stream: number];
  /** As Pass.share. */
  readonly share?: RowShare | undefined;
  /** In training: what the running statistics become that are input `i`, where they are that. */
  move?(i: number, next: (old: Tensor) => Tensor): void;
}

export interface OnnxOp {
  /** Attributes that it knows: a node with others is refused. */
  readonly attributes: readonly string[];
  /** Inputs whose numbers must be known before the network runs. */
  readonly statics?: readonly number[];
  /** Inputs that are weights by what they are for: such of a ConstantOfShape are trained as well. */
  readonly weights?: readonly number[];
  /** Inputs that are running statistics, which training moves without a gradient. */
  readonly buffers?: readonly number[];
  /**
   * What it makes of integers of 8 and 16 bits, whose arithmetic wraps as int32's does not: "keeps" their values, or "reads" them and
   * gives others. Where this is absent it takes none.
   */
  readonly narrow?: "keeps" | "reads";
  apply(call: OnnxCall): Tensor | readonly (Tensor | undefined)[];
}

export type Apply = OnnxOp["apply"];

/** The record of an op with these attributes, by a space between their names. */
export const op = (
  attributes: string,
  apply: Apply,
  more: Partial<Omit<OnnxOp, "apply" | "attributes">> = {},
): OnnxOp => ({
  attributes: attributes === "" ? [] : attributes.split(" "),
  apply,
  ...more,
});

/** "Gather /model/Gather_3", for messages. */
export const nameOf = ({ op: type, name, outputs }: OnnxNode): string =>
  `${type} ${JSON.stringify(name === "" ? (outputs.find((one) => one !== "") ?? "") : name)}`;

/** UNSUPPORTED_ONNX for one node. */
export const refused = (node: OnnxNode, what: string): ChainruleError =>
  new ChainruleError("UNSUPPORTED_ONNX", `${nameOf(node)}: ${what}.`, { node: node.name, op: node.op, what });

/** INVALID_MODEL for a node that ONNX does not allow. */
export const invalidNode = (node: OnnxNode, what: string): ChainruleError =>
  new ChainruleError("INVALID_MODEL", `${nameOf(node)} is not usable: ${what}.`, {
    node: node.name,
    op: node.op,
    what,
  });

/** Input `i`, which must be there. */
export function input({ node, inputs }: OnnxCall, i = 0): Tensor {
  const found = inputs[i];
  if (found === undefined) throw invalidNode(node, `its input ${i} must be there`);
  return found;
}

/** All inputs, which must be there, at least one. */
export const allInputs = (call: OnnxCall): Tensor[] => [
  input(call),
  ...call.inputs.slice(1).map((_, i) => input(call, i + 1)),
];

function attribute<T extends Attribute>(
  { node }: OnnxCall,
  name: string,
  must: string,
  holds: (value: Attribute) => value is T,
): T | undefined {
  const value = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;
  if (value === undefined || holds(value)) return value;
  throw invalidNode(node, `its attribute ${name} must be ${must}`);
}

const isNumber = (value: Attribute): value is number => typeof value === "number";
const isText = (value: Attribute): value is string => typeof value === "string";
const isNumbers = (value: Attribute): value is readonly number[] =>
  Array.isArray(value) && value.every((one) => typeof one === "number");
const isTexts = (value: Attribute): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

export const numberOf = (call: OnnxCall, name: string, byDefault: number): number =>
  attribute(call, name, "a number", isNumber) ?? byDefault;
export const optionalNumber = (call: OnnxCall, name: string): number | undefined =>
  attribute(call, name, "a number", isNumber);
export const textOf = (call: OnnxCall, name: string, byDefault: string): string =>
  attribute(call, name, "a text", isText) ?? byDefault;
export const numbersOf = (call: OnnxCall, name: string): readonly number[] | undefined =>
  attribute(call, name, "numbers", isNumbers);
export const textsOf = (call: OnnxCall, name: string): readonly string[] | undefined =>
  attribute(call, name, "texts", isTexts);

/** One of the texts that an attribute may be. */
export function choiceOf<T extends string>(call: OnnxCall, name: string, byDefault: T, choices: readonly T[]): T {
  const value = textOf(call, name, byDefault);
  const found = choices.find((one) => one === value);
  if (found === undefined)
    throw refused(call.node, `its ${name} ${JSON.stringify(value)} is none of ${choices.join(", ")}`);
  return found;
}

export const isConcrete = (x: Tensor): boolean => x.symbolic === undefined;

/** The numbers of input `i`; undefined where it is left out. */
export function staticInput({ node, inputs }: OnnxCall, i: number): number[] | undefined {
  const x = inputs[i];
  if (x === undefined) return undefined;
  if (!isConcrete(x))
    throw refused(node, `its input ${JSON.stringify(node.inputs[i])} must be known before the network runs`);
  return Array.from(x.data);
}

/** The same of an input that must be there. */
export function staticNumbers(call: OnnxCall, i: number): number[] {
  input(call, i);
  return staticInput(call, i)!;
}

/** A list that is an attribute in older opsets, and input `i` in newer ones. */
export const listOf = (call: OnnxCall, name: string, i: number): readonly number[] | undefined =>
  numbersOf(call, name) ?? staticInput(call, i);

/** An axis from 0. */
export function axisOf({ node }: OnnxCall, axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw invalidNode(node, `its axis ${axis} must be from ${-rank} to ${rank - 1}`);
}

/** Element types by their numbers in TensorProto.DataType. Those that Chainrule has not become the next that holds their numbers. */
export const elementTypes: Readonly<
  Record<number, { readonly name: string; readonly dtype: DType; readonly isNarrow?: true }>
> = {
  1: { name: "float", dtype: "float32" },
  2: { name: "uint8", dtype: "int32", isNarrow: true },
  3: { name: "int8", dtype: "int32", isNarrow: true },
  4: { name: "uint16", dtype: "int32", isNarrow: true },
  5: { name: "int16", dtype: "int32", isNarrow: true },
  6: { name: "int32", dtype: "int32" },
  7: { name: "int64", dtype: "int32" },
  9: { name: "bool", dtype: "bool" },
  10: { name: "float16", dtype: "float32" },
  11: { name: "double", dtype: "float64" },
};

/** Most elements of what a node makes of known numbers alone, before anything runs. */
export const mostFolded = 2 ** 22;

/** Throws UNSUPPORTED_ONNX for a shape that no node may make of nothing. */
export function requireRoom({ node, limit = mostFolded }: OnnxCall, shape: readonly number[]): void {
  const size = shape.reduce((product, n) => product * n, 1);
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) throw invalidNode(node, `it asks for the shape [${shape}]`);
  if (size > limit || shape.length > 64)
    throw refused(node, `it makes [${shape.slice(0, 64)}], over ${limit} elements, of known numbers`);
}
