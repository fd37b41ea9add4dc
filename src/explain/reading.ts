// How a computation is read: values that serve one other value alone are written inside its expression, and paths go past them.
import type { Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { sizeOf } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import { simplify } from "../plan/simplify.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { isBilinear } from "./bilinear.ts";
import { type Element, isSumLike, type LocalDerivative, type ScalarGraph } from "./scalar-graph.ts";
import { termsOf } from "./terms.ts";

/** From one element to another one that is written by it. */
export interface Step extends Element {
  readonly value: number;
  /** All chains between the two, through values that have no name, each a list of local derivatives. */
  readonly chains: readonly (readonly LocalDerivative[])[];
}

/** Operands in an expression, and functions of functions, so that it stays short. */
const mostInside = 5;
const mostNested = 30;
/** Operands of each term, and terms, of a sum. */
const mostInTerm = 2;
export const mostTerms = 6;

export class Reading {
  readonly scalars: ScalarGraph;
  /** Nodes whose elements are written inside what they go into. */
  readonly #inside = new Set<NodeId>();
  /** Whether every element is one of the operand, once each. */
  readonly #passesOn: readonly boolean[];
  /** The node whose elements these are. */
  readonly #source: NodeId[] = [];
  /** The one node that a value goes into, past what passes it on; undefined where there are several, or it has a name. */
  readonly #user: (Node | undefined)[] = [];
  readonly #operands = new Map<NodeId, number>();
  /** Values inside each other, up to this one. */
  readonly #nested = new Map<NodeId, number>();
  readonly #named: ReadonlySet<NodeId>;

  constructor(scalars: ScalarGraph, named: Iterable<NodeId>) {
    this.scalars = scalars;
    this.#named = new Set([...named, scalars.loss]);
    const { nodes } = scalars.graph;
    this.#passesOn = nodes.map((node) => this.#isPassedOn(node));
    const uses: NodeId[][] = nodes.map(() => []);
    for (const { id, inputs } of nodes) {
      for (const input of inputs) uses[input]!.push(id);
      this.#source.push(this.#passesOn[id] ? this.#source[inputs[0]!]! : id);
    }
    for (let id = nodes.length - 1; id >= 0; id--) {
      const [to, other] = uses[id]!;
      if (to === undefined || other !== undefined || this.#named.has(id)) continue;
      this.#user[id] = this.#passesOn[to] ? this.#user[to] : nodes[to];
    }
    for (const node of nodes) if (this.#isInside(node)) this.#inside.add(node.id);
    // What moves such a value on belongs to it.
    for (const { id, inputs } of nodes) {
      if (this.#inside.has(inputs[0]!) && this.#passesOn[id]) this.#inside.add(id);
    }
  }

  isInside(node: NodeId): boolean {
    return this.#inside.has(node);
  }

  /** Where an element goes, past the values inside; what comes to nothing is left out. */
  steps({ node, index }: Element): Step[] {
    const found = new Map<string, Step>();
    for (const first of this.scalars.derivatives(node, index)) {
      const step = this.#past(first);
      if (step === undefined) continue;
      const key = `${step.node}:${step.index}`;
      const known = found.get(key);
      found.set(
        key,
        known ? { ...step, value: known.value + step.value, chains: [...known.chains, ...step.chains] } : step,
      );
    }
    return [...found.values()].filter(({ value }) => value !== 0);
  }

  /** The steps that come to nothing at once. */
  ends({ node, index }: Element): Step[] {
    return [...this.scalars.derivatives(node, index), ...this.scalars.zeros(node, index)].flatMap((first) => {
      const step = this.#past(first);
      return step?.value === 0 ? [step] : [];
    });
  }

  /** On to the next element that is no part of another one's expression. */
  #past(first: LocalDerivative): Step | undefined {
    const chain = [first];
    let last: LocalDerivative | undefined = first;
    while (last !== undefined && this.#inside.has(last.node)) {
      const { node, index }: LocalDerivative = last;
      last = this.scalars.derivatives(node, index)[0] ?? this.scalars.zeros(node, index)[0];
      if (last !== undefined) chain.push(last);
    }
    const value = chain.reduce((product, step) => product * step.value, 1);
    return last && { node: last.node, index: last.index, value, chains: [chain] };
  }

  #isInside(node: Node): boolean {
    const size = sizeOf(node.shape);
    const to = this.#user[node.id];
    if (node.inputs.length === 0 || size === 0 || to === undefined || this.#passesOn[node.id]) return false;
    const isUnary = isElementwise(recordOf(to));
    if (!isElementwise(recordOf(node))) {
      // A product of matrices goes into the sum with its bias.
      return isBilinear(node) && isUnary && sizeOf(to.shape) === size && this.#isSummand(node.id, to);
    }
    const operands = node.inputs.reduce((sum, id) => sum + (this.#operands.get(this.#source[id]!) ?? 1), 0);
    const fits = isUnary
      ? sizeOf(to.shape) === size && operands <= mostInside
      : operands <= mostInTerm && size <= mostTerms * sizeOf(to.shape) && this.#isSum(to);
    const nested = node.inputs.reduce((most, id) => Math.max(most, this.#nested.get(this.#source[id]!) ?? 0), 0) + 1;
    if (!fits || nested > mostNested) return false;
    this.#operands.set(node.id, operands);
    this.#nested.set(node.id, nested);
    return true;
  }

  #isPassedOn({ id, inputs, shape }: Node): boolean {
    if (inputs.length !== 1 || sizeOf(shape) !== this.scalars.values[inputs[0]!]!.length) return false;
    return Array.from({ length: sizeOf(shape) }).every((_, at) => this.scalars.origin(id, at).node !== id);
  }

  #isSum(node: Node): boolean {
    return isSumLike(node) && termsOf(this.scalars, node, 0) !== undefined;
  }

  /** Whether ∂y/∂x is 1 whatever the numbers, as for a sum. */
  #isSummand(x: NodeId, y: Node): boolean {
    return y.inputs.some((id, operand) => {
      if (this.#source[id] !== x) return false;
      const { graph } = ruleOf(y, operand, (input) => this.scalars.graph.nodes[input]!) ?? {};
      const dx = graph?.nodes[graph.outputs[0]!];
      return dx?.op === "constant" && dx.attributes.data[0] === 1;
    });
  }
}

/**
 * ∂y/∂(operand) of an elementwise op, its gradient rule for dy = 1, as a graph of scalars: its inputs are the op's
 * operands, then y. Undefined where there is none.
 */
export function ruleOf(node: Node, operand: number, nodeOf: (id: NodeId) => Node) {
  const record = recordOf(node);
  if (record.gradient === "none") return undefined;
  const g = new GraphBuilder("float64");
  const inputs = node.inputs.map((id, i) => g.input({ shape: [], dtype: nodeOf(id).dtype }, `operand${i}`));
  // A name for the output: what the rule says of y stays y.
  const y = g.input({ shape: [], dtype: node.dtype }, "y");
  const dy = g.full({ shape: [], dtype: node.dtype }, 1);
  const dx = record.gradient({ dy, inputs, y, attributes: node.attributes }, g)[operand];
  return dx && { graph: simplify(g.finish([dx])) };
}
