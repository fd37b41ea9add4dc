// Runs a graph of ONNX by calls of Tensor: traced or at once. What depends on known numbers alone is computed while it is traced.
import { ChainruleError } from "../../ir/errors.ts";
import { sizeOf } from "../../ir/shape.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { trace } from "../../trace/trace.ts";
import type { RowShare } from "../row-share.ts";
import { decodeConstant } from "./constants.ts";
import type { OnnxGraph } from "./graph.ts";
import { invalidNode, isConcrete, mostFolded, type OnnxCall, type OnnxNode, refused } from "./op.ts";
import { onnxOp } from "./table.ts";

/** A pass through a graph. */
export interface OnnxPass {
  readonly variables: ReadonlyMap<string, Tensor>;
  /** In training. */
  draw?(): readonly [key: Tensor, stream: number];
  /** As Pass.share. */
  readonly share?: RowShare | undefined;
  /** Hears what training makes of running statistics. */
  move?(name: string, next: Tensor): void;
  /** Whether what is computed at once must be small: set where the graph is checked, and no input has numbers. */
  readonly isCheck?: true;
  /** Most numbers that are then made of known ones, instead of `mostFolded`. */
  readonly limit?: number;
}

/** Every value of the graph by its name. Throws UNSUPPORTED_ONNX, INVALID_MODEL, naming the node. */
export function evaluateOnnx(graph: OnnxGraph, x: Tensor | undefined, pass: OnnxPass): Map<string, Tensor> {
  const values = new Map<string, Tensor>(pass.variables);
  for (const [name, constant] of Object.entries(graph.constants)) values.set(name, decodeConstant(constant));
  if (graph.inputs[0] !== undefined && x !== undefined) values.set(graph.inputs[0].name, x);
  const moved = new Map<string, Tensor>();
  let limit = pass.limit ?? mostFolded;
  for (const node of graph.nodes) {
    const made = applyNode(graph.opset, node, values, pass.isCheck ? { ...pass, limit } : pass, moved);
    limit -= knownSize(made);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const value = made[i];
      if (value === undefined) throw refused(node, `its output ${i}, ${JSON.stringify(name)}, is not supported`);
      values.set(name, value);
    });
  }
  for (const [name, next] of moved) pass.move?.(name, next);
  return values;
}

/** Numbers of what is known. */
export const knownSize = (made: readonly (Tensor | undefined)[]): number =>
  made.reduce((sum, one) => sum + (one !== undefined && isConcrete(one) ? one.size : 0), 0);

/** What a node gives. Throws UNSUPPORTED_ONNX, INVALID_MODEL, naming it. */
export function applyNode(
  opset: number,
  node: OnnxNode,
  values: ReadonlyMap<string, Tensor>,
  pass: OnnxPass,
  moved = new Map<string, Tensor>(),
): readonly (Tensor | undefined)[] {
  const record = onnxOp(node.op);
  if (record === undefined) throw refused(node, "there is no such operator here");
  const inputs = node.inputs.map((name) => {
    const value = name === "" ? undefined : values.get(name);
    if (value === undefined && name !== "") throw invalidNode(node, `nothing gives its input ${JSON.stringify(name)}`);
    return value;
  });
  const { draw, share, move, limit } = pass;
  const call: OnnxCall = {
    node,
    opset,
    inputs,
    ...(limit !== undefined && { limit }),
    ...(draw && { draw }),
    ...(share && { share }),
    ...(move && {
      move: (i: number, next: (old: Tensor) => Tensor) => {
        const name = node.inputs[i] ?? "";
        const old = pass.variables.get(name);
        if (old !== undefined) moved.set(name, next(old));
      },
    }),
  };
  try {
    const isKnown = inputs.every((one) => one === undefined || isConcrete(one));
    if (pass.isCheck && isKnown) requireSmall(call, record.statics ?? [], record.apply);
    const made = record.apply(call);
    return Array.isArray(made) ? (made as readonly (Tensor | undefined)[]) : [made as Tensor];
  } catch (error) {
    // Lists of more elements than there can be.
    if (error instanceof RangeError) throw refused(node, `it asks for more than there is room for (${error.message})`);
    if (!(error instanceof ChainruleError) || error.details.op === node.op) throw error;
    throw new ChainruleError(
      "INVALID_MODEL",
      `${invalidNode(node, error.message.replace(/\.$/, "")).message}`,
      { node: node.name, op: node.op, what: error.message },
      { cause: error },
    );
  }
}

/**
 * What a node makes of known numbers must be small, and so must be what it makes on the way: it is traced before it is computed, with
 * numbers only where it must know them.
 */
function requireSmall(call: OnnxCall, statics: readonly number[], apply: (call: OnnxCall) => unknown): void {
  const free = call.inputs.flatMap((one, i) => (one === undefined || statics.includes(i) ? [] : [{ one, i }]));
  if (free.length === 0) return;
  const { graph } = trace(
    free.map(({ one, i }) => ({ shape: one.shape, dtype: one.dtype, name: `${i}` })),
    (traced) => {
      const inputs = [...call.inputs];
      free.forEach(({ i }, k) => {
        inputs[i] = traced[k];
      });
      const made = apply({ ...call, inputs }) as Tensor | readonly (Tensor | undefined)[];
      return (Array.isArray(made) ? made : [made]).filter((one): one is Tensor => one !== undefined);
    },
  );
  const { limit = mostFolded } = call;
  const size = graph.nodes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (size > limit) throw refused(call.node, `it makes ${size} numbers of known ones, over ${limit}`);
}
