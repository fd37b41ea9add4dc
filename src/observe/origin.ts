// Where a number that is not finite came from: the first op that made one out of finite numbers, and its place.
import { isFloat, type TypedArray } from "../ir/dtype.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { type Shape, unravelIndex } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";

/** A part of a step: the forward or the backward pass of a layer, the loss, the update of a layer's parameters. */
export interface Section {
  readonly where: "forward" | "backward" | "update";
  /** Path of the layer; absent outside of layers: in the loss. */
  readonly layer?: string;
}

export interface Origin {
  /** "data" where the rows hold it, "parameters" where the weights did before the step. */
  readonly where: "data" | "parameters" | Section["where"];
  /** Op that made it: "exp"; the name of the tensor where no op did: "x", "layers.0.weight". */
  readonly op: string;
  /** Path of the layer that the op belongs to; absent outside of layers. */
  readonly layer?: string;
  /** As text, since JSON has neither. */
  readonly value: "NaN" | "Infinity" | "-Infinity";
  /**
   * What went into it: of an elementwise op the elements at its place, of others (sums, products of matrices) the
   * element with the largest size of each operand.
   */
  readonly operands: readonly number[];
  /** Place in the op's result, counted from 0. */
  readonly indices: readonly number[];
  /** Which rows `row` counts. */
  readonly split?: "train" | "validation";
  /** Row of the split, counted from 0, where the place is of one row: in the data, and in a forward pass. */
  readonly row?: number;
  /** Row as errors count them, where the data is a table. */
  readonly tableRow?: number;
  /** Column of the data, counted from 0: for where = "data". */
  readonly column?: number;
  /** The feature's name, where it has one: for where = "data". */
  readonly feature?: string;
}

/** A step's graph, and how to read it. */
export interface ReadableStep {
  readonly graph: Graph;
  /** The last node of each section, in the order of the graph. */
  readonly sections: ReadonlyMap<NodeId, Section>;
  /** Names of the graph's inputs, in order: "parameters.…" are weights, "train.x" and "validation.x" data. */
  readonly inputs: readonly string[];
}

/** Computes outputs of a graph from the elements of its inputs. */
export type Compute = (graph: Graph, inputs: readonly TypedArray[]) => readonly TypedArray[];

/**
 * Follows a number that is not finite from where it ends up back to where it began, by computing the step with all of
 * its values kept. `batch` are the rows of the data that the step took. Undefined where none is met: then it hangs on
 * the last digits, which fused arithmetic rounds otherwise.
 */
export function originOf(
  step: ReadableStep,
  inputs: readonly TypedArray[],
  batch: ArrayLike<number>,
  compute: Compute,
): Origin | undefined {
  const { graph, sections } = step;
  const ends = [...sections.keys()].sort((a, b) => a - b);
  const nodes = graph.nodes.slice(0, ends.at(-1)! + 1);
  const floats = nodes.filter(({ dtype }) => isFloat(dtype)).map(({ id }) => id);
  const computed = compute({ ...graph, nodes, outputs: floats }, inputs);
  const values = new Map(floats.map((id, i) => [id, computed[i]!]));
  const broken = (id: NodeId): boolean => values.get(id)?.some((value: number) => !Number.isFinite(value)) === true;
  // The forward pass first: what it breaks, breaks everything after it.
  let at = ends.find(broken);
  if (at === undefined) return undefined;
  for (;;) {
    const cause: NodeId | undefined = nodes[at]!.inputs.find(broken);
    if (cause === undefined) break;
    // The batch was taken from all rows: its own first bad place counts, not that of rows it did not take.
    const data = dataOf(step, nodes[cause]!);
    if (data !== undefined) return inData(step, data, nodes[at]!, values.get(at)!, batch);
    at = cause;
  }
  const node = nodes[at]!;
  const elements = values.get(at)!;
  const { value, indices } = firstBroken(elements, node.shape);
  if (node.op === "input") {
    return { where: "parameters", op: inputName(step, node).replace(/^\w+\./, ""), value, operands: [], indices };
  }
  const end = ends.find((id) => id >= node.id)!;
  const { where, layer } = sections.get(end)!;
  const isRow = where === "forward" && rowsOf(step, nodes, batch.length).has(node.id);
  return {
    where,
    op: node.op,
    ...(layer !== undefined && { layer }),
    value,
    operands: node.inputs.flatMap((input) => operandOf(node, nodes[input]!, values.get(input), indices)),
    indices,
    ...(isRow && { split: splitOf(step), row: batch[indices[0]!]! }),
  };
}

function firstBroken(elements: TypedArray, shape: Shape): Pick<Origin, "value" | "indices"> {
  const place = elements.findIndex((value: number) => !Number.isFinite(value));
  return { value: String(elements[place]) as Origin["value"], indices: unravelIndex(place, shape) };
}

const inputName = ({ graph, inputs }: ReadableStep, node: Node): string => inputs[graph.inputs.indexOf(node.id)]!;

/** "x" or "y" where the node is the rows of a split. */
function dataOf(step: ReadableStep, node: Node): "x" | "y" | undefined {
  if (node.op !== "input") return undefined;
  return /^(?:train|validation)\.([xy])$/.exec(inputName(step, node))?.[1] as "x" | "y" | undefined;
}

function inData(step: ReadableStep, op: "x" | "y", rows: Node, elements: TypedArray, batch: ArrayLike<number>): Origin {
  const { value, indices } = firstBroken(elements, rows.shape);
  const [at, column, ...rest] = indices;
  const row = batch[at!]!;
  return {
    where: "data",
    op,
    value,
    operands: [],
    indices: [row, ...(column === undefined ? [] : [column]), ...rest],
    split: splitOf(step),
    row,
    ...(op === "x" && column !== undefined && { column }),
  };
}

/** Nodes whose first dimension is that of the batch: what is made of its rows, and neither sums nor moves them. */
function rowsOf(step: ReadableStep, nodes: readonly Node[], rows: number): Set<NodeId> {
  const own = new Set<NodeId>();
  for (const node of nodes) {
    const [first, ...others] = node.inputs;
    const record = recordOf(node);
    const isBatch = first !== undefined && dataOf(step, nodes[first]!) !== undefined;
    const isMoved = record.reduces?.(node.attributes).includes(0) || record.mixesRows?.(node.attributes);
    const isOfRows = first !== undefined && [first, ...others].some((input) => own.has(input));
    if (node.shape[0] === rows && (isBatch || (isOfRows && !isMoved))) own.add(node.id);
  }
  return own;
}

/** A program reads the rows of one split alone. */
const splitOf = ({ inputs }: ReadableStep): "train" | "validation" =>
  inputs.includes("validation.x") ? "validation" : "train";

/** Nothing for an operand that holds no floats. */
function operandOf(node: Node, operand: Node, values: TypedArray | undefined, indices: readonly number[]): number[] {
  if (values === undefined) return [];
  if (!isElementwise(recordOf(node))) {
    let most = 0;
    for (const value of values) if (Math.abs(value) > Math.abs(most)) most = value;
    return [most];
  }
  const own = indices.slice(indices.length - operand.shape.length);
  const at = own.reduce((at, index, axis) => at * operand.shape[axis]! + (operand.shape[axis] === 1 ? 0 : index), 0);
  return [values[at]!];
}
