// A graph read number by number: the value of every element, the loss's gradient by it, and local derivatives.
import { backpropagate } from "../grad/backpropagate.ts";
import type { Value } from "../ir/builder.ts";
import { isFloat, type TypedArray } from "../ir/dtype.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { isElementwise, type OpRecord } from "../ir/op.ts";
import { prune } from "../ir/prune.ts";
import { type Shape, sizeOf, stridesOf } from "../ir/shape.ts";
import { ops } from "../ops/index.ts";
import { evaluate } from "../trace/evaluator.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";

/** How one element of an op's output depends on one element of an operand. */
export interface LocalDerivative {
  /** Consumer and place of its element. */
  readonly node: NodeId;
  readonly index: number;
  /** Which operand of the consumer. */
  readonly operand: number;
  /** ∂(that element) / ∂(this element) */
  readonly value: number;
}

/** ∂y/∂(operand) as the diagonal of a map between places: y[j] depends on the operand's element `from[j]` alone. */
interface Diagonal {
  readonly values: TypedArray;
  /** For each element of the operand, the elements of y that depend on it. */
  readonly to: readonly (readonly number[])[];
}

export class ScalarGraph {
  readonly graph: Graph;
  /** Elements of every node, by its id. */
  readonly values: readonly TypedArray[];
  /** ∂loss/∂element of every float node that the loss depends on. */
  readonly gradients: readonly (TypedArray | undefined)[];
  readonly #inputs: readonly TypedArray[];
  readonly #consumers = new Map<NodeId, { readonly node: Node; readonly operand: number }[]>();
  readonly #diagonals = new Map<string, Diagonal>();
  readonly #columns = new Map<string, Graph>();
  readonly #moved = new Map<NodeId, readonly number[]>();

  /** `graph` gives the loss, a scalar, as its only output; `inputs` are the elements of its inputs, float64. */
  constructor(graph: Graph, inputs: readonly TypedArray[]) {
    this.graph = graph;
    this.#inputs = inputs;
    const all = graph.nodes.map(({ id }) => id);
    this.values = evaluate({ ...graph, outputs: all }, inputs);
    const g = GraphBuilder.from(graph);
    const loss = graph.nodes[graph.outputs[0]!]!;
    const reaching = reaches(graph, loss.id);
    const wrt = graph.nodes.filter((node) => isFloat(node.dtype) && reaching.has(node.id));
    const gradients = evaluate(prune(g.finish(backpropagate(g, [loss], [g.full(loss, 1)], wrt))), inputs);
    const byId: (TypedArray | undefined)[] = all.map(() => undefined);
    wrt.forEach(({ id }, i) => {
      byId[id] = gradients[i]!;
    });
    this.gradients = byId;
    for (const node of graph.nodes) {
      if (byId[node.id] === undefined || recordOf(node).gradient === "none") continue;
      node.inputs.forEach((input, operand) => {
        if (byId[input] === undefined) return;
        const list = this.#consumers.get(input) ?? [];
        list.push({ node, operand });
        this.#consumers.set(input, list);
      });
    }
  }

  get loss(): NodeId {
    return this.graph.outputs[0]!;
  }

  /** The loss with one element of an input changed. */
  lossAt(input: NodeId, index: number, value: number): number {
    const place = this.graph.inputs.indexOf(input);
    const inputs = [...this.#inputs];
    const changed = Float64Array.from(inputs[place]!);
    changed[index] = value;
    inputs[place] = changed;
    return evaluate(this.graph, inputs)[0]![0]!;
  }

  /** The loss with one element of any node set to a value, and all that follows from it. */
  lossWith(node: NodeId, index: number, value: number): number {
    if (this.graph.nodes[node]!.op === "input") return this.lossAt(node, index, value);
    const type = this.graph.nodes[node]!;
    const replaced: Node[] = [...this.graph.nodes];
    const data = Float64Array.from(this.values[node]!);
    data[index] = value;
    replaced[node] = {
      id: node,
      op: "constant",
      inputs: [],
      attributes: { shape: type.shape, dtype: type.dtype, data },
      shape: type.shape,
      dtype: type.dtype,
    } as Node;
    return evaluate({ ...this.graph, nodes: replaced }, this.#inputs)[0]![0]!;
  }

  /** All local derivatives of what an element goes into, but those that are 0. */
  derivatives(node: NodeId, index: number): LocalDerivative[] {
    return (this.#consumers.get(node) ?? []).flatMap(({ node: consumer, operand }) => {
      const found: LocalDerivative[] = [];
      const add = (at: number, value: number) => {
        if (value !== 0) found.push({ node: consumer.id, index: at, operand, value });
      };
      if (isElementwise(recordOf(consumer)) || recordOf(consumer).moves === true) {
        const { values, to } = this.#diagonal(consumer, operand);
        for (const at of to[index]!) add(at, values[at]!);
      } else {
        this.#column(consumer, operand, index).forEach((value, at) => {
          add(at, value);
        });
      }
      return found;
    });
  }

  /**
   * The element that this one is a copy of: moved by ops that only move, or the sum of nothing else. Itself, where it
   * was computed.
   */
  origin(node: NodeId, index: number): { readonly node: NodeId; readonly index: number } {
    const own = this.graph.nodes[node]!;
    const input = own.inputs[0];
    if (recordOf(own).moves === true) return this.origin(input!, this.#places(own)[index]!);
    const isCopy = "axes" in own.attributes && sizeOf(this.graph.nodes[input!]!.shape) === sizeOf(own.shape);
    if (!isCopy || this.values[input!]![index] !== this.values[node]![index]) return { node, index };
    return this.origin(input!, index);
  }

  /** ∂(element of a node) / ∂(elements of one of its operands): a row of the op's Jacobian. */
  row(node: Node, operand: number, index: number): TypedArray {
    const g = new GraphBuilder("float64");
    const operands = node.inputs.map((id) => g.input(this.graph.nodes[id]!, String(id)));
    const y = g.apply(node.op, operands, node.attributes as never);
    const unit = new Float64Array(sizeOf(node.shape));
    unit[index] = 1;
    const u = g.apply("constant", [], { shape: node.shape, dtype: node.dtype, data: unit });
    const dx = backpropagate(g, [y], [u], [operands[operand]!]);
    return evaluate(g.finish(dx), this.#operandValues(node))[0]!;
  }

  #operandValues(node: Node): TypedArray[] {
    return node.inputs.map((id) => this.values[id]!);
  }

  /** Derivative of y along a direction in one operand: the transpose of the transpose, as in jvp. */
  #along(node: Node, operand: number, direction: TypedArray): TypedArray {
    const key = `${node.id}/${operand}`;
    let graph = this.#columns.get(key);
    if (graph === undefined) {
      const g = new GraphBuilder("float64");
      const operands: Value[] = node.inputs.map((id) => g.input(this.graph.nodes[id]!, String(id)));
      const y = g.apply(node.op, operands, node.attributes as never);
      const u = g.full(y, 0);
      const dx = backpropagate(g, [y], [u], [operands[operand]!]);
      const v = g.input(operands[operand]!, "direction");
      graph = prune(g.finish(backpropagate(g, dx, [v], [u])));
      this.#columns.set(key, graph);
    }
    return evaluate(graph, [...this.#operandValues(node), direction])[0]!;
  }

  #column(node: Node, operand: number, index: number): TypedArray {
    const unit = new Float64Array(this.values[node.inputs[operand]!]!.length);
    unit[index] = 1;
    return this.#along(node, operand, unit);
  }

  #diagonal(node: Node, operand: number): Diagonal {
    const key = `${node.id}/${operand}`;
    let diagonal = this.#diagonals.get(key);
    if (diagonal === undefined) {
      const input = this.graph.nodes[node.inputs[operand]!]!;
      const size = sizeOf(input.shape);
      const values = this.#along(node, operand, new Float64Array(size).fill(1));
      const from = recordOf(node).moves === true ? this.#places(node) : broadcastPlaces(input.shape, node.shape);
      const to: number[][] = Array.from({ length: size }, () => []);
      from.forEach((place, at) => {
        to[place]!.push(at);
      });
      diagonal = { values, to };
      this.#diagonals.set(key, diagonal);
    }
    return diagonal;
  }

  /** Where each element of a moving op comes from: the op applied to the places themselves. */
  #places(node: Node): readonly number[] {
    let places = this.#moved.get(node.id);
    if (places === undefined) {
      const g = new GraphBuilder("float64");
      const input = this.graph.nodes[node.inputs[0]!]!;
      const x = g.input({ shape: input.shape, dtype: "float64" }, "places");
      const numbered = Float64Array.from({ length: sizeOf(input.shape) }, (_, i) => i);
      const moved = g.finish([g.apply(node.op, [x], node.attributes as never)]);
      places = Array.from(evaluate(moved, [numbered])[0]!);
      this.#moved.set(node.id, places);
    }
    return places;
  }
}

export const recordOf = (node: Node): OpRecord => ops[node.op] as unknown as OpRecord;

/** Nodes that `end` depends on. */
function reaches(graph: Graph, end: NodeId): Set<NodeId> {
  const found = new Set<NodeId>([end]);
  for (let id = end; id >= 0; id--) {
    if (found.has(id)) for (const input of graph.nodes[id]!.inputs) found.add(input);
  }
  return found;
}

/** For each element of the broadcast shape, its place in an operand of shape `from`. */
export function broadcastPlaces(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : own[axis - lead]!));
  return Array.from({ length: sizeOf(to) }, (_, at) =>
    placeOf(at, to).reduce((sum, index, axis) => sum + index * strides[axis]!, 0),
  );
}

/** Row-major place → index along each axis. */
export function placeOf(at: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(at / stride) % shape[axis]!);
}
