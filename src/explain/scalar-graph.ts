// A graph read number by number: the value of every element, the loss's gradient by it, and local derivatives.
import { backpropagate } from "../grad/backpropagate.ts";
import type { Value } from "../ir/builder.ts";
import { isFloat, type TypedArray } from "../ir/dtype.ts";
import type { Graph, Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { prune } from "../ir/prune.ts";
import { sizeOf } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import { evaluate } from "../trace/evaluator.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { isBilinear } from "./bilinear.ts";
import { broadcastIndices } from "./indices.ts";

/** One number: an element of a node, by its row-major place. */
export interface Element {
  readonly node: NodeId;
  readonly index: number;
}

/** How one element of an op's output depends on one element of an operand. */
export interface LocalDerivative extends Element {
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
  /** Graphs of local derivatives, by node and operand: along a direction of the operand, and back from one of the output. */
  readonly #columns = new Map<string, Graph>();
  readonly #rows = new Map<string, Graph>();
  /** Columns and groups that were asked for. */
  readonly #knownColumns = new Map<string, TypedArray>();
  readonly #groups = new Map<string, number[]>();
  readonly #moved = new Map<NodeId, readonly number[]>();
  readonly #origins = new Map<string, Element>();
  /** Nodes that no float input has a part in. */
  readonly #fixed: readonly boolean[];

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
    const fixed: boolean[] = [];
    for (const { op, dtype, inputs: from } of graph.nodes) {
      fixed.push(op === "input" ? !isFloat(dtype) : from.every((id) => fixed[id]));
    }
    this.#fixed = fixed;
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

  /** The loss with one element of any node set to a value, and all that follows from it. */
  lossWith(node: NodeId, index: number, value: number): number {
    const data = Float64Array.from(this.values[node]!);
    data[index] = value;
    const place = this.graph.inputs.indexOf(node);
    if (place >= 0) return evaluate(this.graph, this.#inputs.with(place, data))[0]![0]!;
    const { shape, dtype } = this.graph.nodes[node]!;
    const set: Node = { id: node, op: "constant", inputs: [], attributes: { shape, dtype, data }, shape, dtype };
    return evaluate({ ...this.graph, nodes: this.graph.nodes.with(node, set) }, this.#inputs)[0]![0]!;
  }

  /** All local derivatives of what an element goes into, but those that are 0. */
  derivatives(node: NodeId, index: number): LocalDerivative[] {
    return (this.#consumers.get(node) ?? []).flatMap(({ node: consumer, operand }) => {
      const found: LocalDerivative[] = [];
      const add = (value: number, at: number) => {
        if (value !== 0) found.push({ node: consumer.id, index: at, operand, value });
      };
      if (isElementwise(recordOf(consumer)) || recordOf(consumer).moves !== undefined) {
        const { values, to } = this.#diagonal(consumer, operand);
        for (const at of to[index]!) add(values[at]!, at);
      } else this.#column(consumer, operand, index).forEach(add);
      return found;
    });
  }

  /** The local derivatives that are 0 though the op looks at the element: x of x · 0, or x < 0 of max(x, 0). */
  zeros(node: NodeId, index: number): LocalDerivative[] {
    return (this.#consumers.get(node) ?? []).flatMap(({ node: consumer, operand }) => {
      const zero = (at: number) => ({ node: consumer.id, index: at, operand, value: 0 });
      if (isElementwise(recordOf(consumer))) {
        const { values, to } = this.#diagonal(consumer, operand);
        return to[index]!.filter((at) => values[at] === 0).map(zero);
      }
      if (!isBilinear(consumer)) return [];
      const partners = consumer.inputs.map((id) => this.values[id]!.map(() => 1));
      const looks = this.#column(consumer, operand, index, partners);
      const column = this.#column(consumer, operand, index);
      return Array.from(looks.keys()).flatMap((at) => (looks[at] !== 0 && column[at] === 0 ? [zero(at)] : []));
    });
  }

  /**
   * The element that this one is a copy of: moved by ops that only move, chosen by a condition that the inputs have no
   * part in, or the sum of nothing else. Itself, where it was computed.
   */
  origin(node: NodeId, index: number): Element {
    const keyOf = (at: Element) => `${at.node}:${at.index}`;
    const asked = { node, index };
    // What is to be known first lies on top: sums of one term may follow on each other as often as a network has layers.
    const open: Element[] = [asked];
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const key = keyOf(at);
      const first = this.#origins.has(key) ? [] : this.#terms(at).filter((term) => !this.#origins.has(keyOf(term)));
      for (const term of first) open.push(term);
      if (first.length > 0) continue;
      const next = this.#origins.has(key) ? undefined : this.#copied(at);
      const found = next && this.#origins.get(keyOf(next));
      if (next && found === undefined) {
        open.push(next);
        continue;
      }
      if (!this.#origins.has(key)) this.#origins.set(key, found ?? at);
      open.pop();
    }
    return this.#origins.get(keyOf(asked))!;
  }

  /** The element that this one is a copy of, one op back. */
  #copied({ node, index }: Element): Element | undefined {
    const own = this.graph.nodes[node]!;
    const record = recordOf(own);
    if (record.moves !== undefined) return { node: own.inputs[0]!, index: this.#movedFrom(own)[index]! };
    if (!isElementwise(record) && !isSumLike(own)) return undefined;
    const from = isElementwise(record) ? this.#chosen(own, index) : this.#onlyTerm({ node, index });
    return from !== undefined && this.values[from.node]![from.index] === this.values[node]![index] ? from : undefined;
  }

  /** Of `where` and its like: the operand's element that a fixed condition has chosen. */
  #chosen(node: Node, index: number): Element | undefined {
    const conditions = node.inputs.filter((id) => this.graph.nodes[id]!.dtype === "bool");
    if (conditions.length !== 1 || node.inputs.length < 2 || !this.#fixed[conditions[0]!]) return undefined;
    const operand = node.inputs.findIndex((id, i) => {
      return (
        id !== conditions[0] && isFloat(this.graph.nodes[id]!.dtype) && this.#diagonal(node, i).values[index] === 1
      );
    });
    if (operand < 0) return undefined;
    const from = this.graph.nodes[node.inputs[operand]!]!;
    return { node: from.id, index: broadcastIndices(from.shape, node.shape)[index]! };
  }

  /** Of a sum and its like, where they may be one: the elements that it adds up with a coefficient. Empty for all else. */
  #terms({ node: id, index }: Element): readonly (Element & { readonly coefficient: number })[] {
    const node = this.graph.nodes[id]!;
    const record = recordOf(node);
    if (record.moves !== undefined || isElementwise(record) || !isSumLike(node)) return [];
    const input = this.graph.nodes[node.inputs[0]!]!;
    const isOne = sizeOf(input.shape) === sizeOf(node.shape);
    // Where a condition has chosen, most elements of a long sum may be 0.
    if (!isOne && input.inputs.every((each) => this.graph.nodes[each]!.dtype !== "bool")) return [];
    return Array.from(this.row(node, 0, index), (coefficient, at) => ({
      coefficient,
      node: input.id,
      index: at,
    })).filter(({ coefficient }) => coefficient !== 0);
  }

  /** Of a sum and its like: its only element, or the only one that is no constant 0. The origins of its terms are known. */
  #onlyTerm(at: Element): Element | undefined {
    const terms = this.#terms(at).filter(({ node, index }) => !this.#isZero(this.#origins.get(`${node}:${index}`)!));
    return terms.length === 1 && terms[0]!.coefficient === 1 ? terms[0] : undefined;
  }

  readonly #isZero = ({ node, index }: Element): boolean =>
    this.graph.nodes[node]!.op === "constant" && this.values[node]![index] === 0;

  /** ∂(element of a node) / ∂(elements of one of its operands): a row of the op's Jacobian. */
  row(node: Node, operand: number, index: number, values = this.#operandValues(node)): TypedArray {
    const key = `${node.id}/${operand}`;
    let graph = this.#rows.get(key);
    if (graph === undefined) {
      const g = new GraphBuilder("float64");
      const operands = node.inputs.map((id) => g.input(this.graph.nodes[id]!, String(id)));
      const y = g.apply(node.op, operands, node.attributes as never);
      const u = g.input({ shape: node.shape, dtype: node.dtype }, "unit");
      graph = g.finish(backpropagate(g, [y], [u], [operands[operand]!]));
      this.#rows.set(key, graph);
    }
    const unit = new Float64Array(sizeOf(node.shape));
    unit[index] = 1;
    return evaluate(graph, [...values, unit])[0]!;
  }

  /** Places of the first operand's elements that an element looks at, whatever their values. */
  group(node: Node, index: number): readonly number[] {
    const key = `${node.id}:${index}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const any = node.inputs.map((id) => {
      const data = this.values[id]!;
      return isFloat(this.graph.nodes[id]!.dtype) ? Float64Array.from(data, (_, i) => Math.sin(i + 1)) : data;
    });
    const group = Array.from(this.row(node, 0, index, any), (derivative, at) => (derivative === 0 ? -1 : at)).filter(
      (at) => at >= 0,
    );
    this.#groups.set(key, group);
    return group;
  }

  #operandValues(node: Node): TypedArray[] {
    return node.inputs.map((id) => this.values[id]!);
  }

  /** Derivative of y along a direction in one operand: the transpose of the transpose, as in jvp. */
  #along(
    node: Node,
    operand: number,
    direction: TypedArray,
    values: readonly TypedArray[] = this.#operandValues(node),
  ): TypedArray {
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
    return evaluate(graph, [...values, direction])[0]!;
  }

  #column(node: Node, operand: number, index: number, values?: readonly TypedArray[]): TypedArray {
    const key = `${node.id}/${operand}:${index}`;
    const known = values === undefined ? this.#knownColumns.get(key) : undefined;
    if (known !== undefined) return known;
    const unit = new Float64Array(this.values[node.inputs[operand]!]!.length);
    unit[index] = 1;
    const column = this.#along(node, operand, unit, values);
    if (values === undefined) this.#knownColumns.set(key, column);
    return column;
  }

  #diagonal(node: Node, operand: number): Diagonal {
    const key = `${node.id}/${operand}`;
    let diagonal = this.#diagonals.get(key);
    if (diagonal === undefined) {
      const input = this.graph.nodes[node.inputs[operand]!]!;
      const size = sizeOf(input.shape);
      const values = this.#along(node, operand, new Float64Array(size).fill(1));
      const from =
        recordOf(node).moves !== undefined ? this.#movedFrom(node) : broadcastIndices(input.shape, node.shape);
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
  #movedFrom(node: Node): readonly number[] {
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

/** Whether elements are made of several of one operand's, as in a sum; numbers, that is, and not places. */
export const isSumLike = (node: Node): boolean => recordOf(node).reduces !== undefined && isFloat(node.dtype);

/** Nodes that `end` depends on. */
function reaches(graph: Graph, end: NodeId): Set<NodeId> {
  const found = new Set<NodeId>([end]);
  for (let id = end; id >= 0; id--) {
    if (found.has(id)) for (const input of graph.nodes[id]!.inputs) found.add(input);
  }
  return found;
}
