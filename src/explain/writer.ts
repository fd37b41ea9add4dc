// Writes elements, how they came about, and derivatives between them: with names, and with numbers.
import type { Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { sizeOf, unravelIndex } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";
import {
  add,
  atom,
  constant,
  type Leaf,
  multiply,
  nameTex,
  number,
  type Piece,
  partial,
  subscript,
  truth,
  type Written,
  written,
} from "../ops/notation.ts";
import { formulaOf, groupNotationOf, write } from "../ops/notations.ts";
import { partnerOf } from "./bilinear.ts";
import type { Equation } from "./explanation.ts";
import { expression } from "./expression.ts";
import { broadcastIndices } from "./indices.ts";
import { mostTerms, type Reading, ruleOf, type Step } from "./reading.ts";
import type { Element, LocalDerivative, ScalarGraph } from "./scalar-graph.ts";
import { termsOf } from "./terms.ts";

/** Terms of a longer sum that are written out; the rest is added up. */
const mostOfMany = 4;

/** How an element is put into an expression: by its name, or by its value. */
type Put = (element: Element) => Piece;

const keyOf = ({ node, index }: Element): string => `${node}:${index}`;

export class Writer {
  readonly #reading: Reading;
  readonly #scalars: ScalarGraph;
  readonly #names: ReadonlyMap<NodeId, string>;
  /** Names of values that have none, by their ops. */
  readonly #opNames = new Map<NodeId, string>();
  /** Elements of named values that are copies, by what they are copies of. */
  readonly #copies = new Map<string, Element>();

  constructor(reading: Reading, names: ReadonlyMap<NodeId, string>) {
    this.#reading = reading;
    this.#scalars = reading.scalars;
    this.#names = names;
    for (const node of names.keys()) {
      for (let index = 0; index < sizeOf(this.#node(node).shape); index++) {
        const origin = this.#scalars.origin(node, index);
        if (origin.node === node) break;
        this.#copies.set(keyOf(origin), { node, index });
      }
    }
    this.#nameByOps();
  }

  /** exp, or exp₁ and exp₂ where there are two. */
  #nameByOps(): void {
    const byOp = new Map<string, NodeId[]>();
    for (const { id, op, inputs } of this.#scalars.graph.nodes) {
      const isRead = inputs.length > 0 && !this.#names.has(id) && !this.#reading.isInside(id);
      if (!isRead || recordOf(this.#node(id)).moves !== undefined) continue;
      byOp.set(op, [...(byOp.get(op) ?? []), id]);
    }
    for (const [op, ids] of byOp) {
      ids.forEach((id, i) => {
        this.#opNames.set(id, ids.length === 1 ? op : `${op}${subscript(i + 1)}`);
      });
    }
  }

  #node(id: NodeId): Node {
    return this.#scalars.graph.nodes[id]!;
  }

  #value({ node, index }: Element): number {
    return this.#scalars.values[node]![index]!;
  }

  readonly name: Put = (element) => {
    const origin = this.#scalars.origin(element.node, element.index);
    const own = this.#node(origin.node);
    if (own.op === "constant") return this.#literal(origin);
    // A copy may have a name where the computed value has none.
    const named = this.#names.has(own.id) ? undefined : this.#copies.get(keyOf(origin));
    const { node, index } = named ?? origin;
    const { shape } = this.#node(node);
    const name =
      this.#names.get(node) ?? (own.op === "input" ? own.attributes.name : (this.#opNames.get(node) ?? own.op));
    const tex = nameTex(name);
    const place = unravelIndex(index, shape).join(",");
    return shape.length === 0 ? atom(name, tex) : atom(`${name}[${place}]`, `${tex}_{${place}}`);
  };

  readonly #number: Put = (element) => {
    const { node, index } = this.#scalars.origin(element.node, element.index);
    if (this.#node(node).op === "constant") return this.#literal({ node, index });
    return this.#node(node).dtype === "bool" ? truth(this.#value(element)) : number(this.#value(element));
  };

  #literal(element: Element): Piece {
    return (this.#node(element.node).dtype === "bool" ? truth : constant)(this.#value(element));
  }

  /** An element inside an expression, or what is written in its place. */
  #write(element: Element, put: Put): Piece {
    const origin = this.#scalars.origin(element.node, element.index);
    return this.#reading.isInside(origin.node) ? this.#composed(origin, put, new Set()) : put(element);
  }

  /** An element by its operands; sums name the terms on the `path` first. */
  #composed({ node: id, index }: Element, put: Put, path: ReadonlySet<string>): Piece {
    const node = this.#node(id);
    const record = recordOf(node);
    if (isElementwise(record)) {
      const operands = this.#operands(node, index).map((operand) =>
        this.#reading.isInside(operand.node) ? this.#composed(this.#origin(operand), put, path) : put(operand),
      );
      return write(record.name, operands, node.attributes);
    }
    const { value } = groupNotationOf(node.op);
    if (value) return value(this.#leaf(node, index, index, put), node.attributes);
    return this.#sum({ node: id, index }, put, path) ?? formula(formulaOf(node));
  }

  #origin({ node, index }: Element): Element {
    return this.#scalars.origin(node, index);
  }

  #operands(node: Node, index: number): Element[] {
    return node.inputs.map((input) => ({
      node: input,
      index: broadcastIndices(this.#node(input).shape, node.shape)[index]!,
    }));
  }

  #sum(element: Element, put: Put, path: ReadonlySet<string>): Piece | undefined {
    const terms = termsOf(this.#scalars, this.#node(element.node), element.index)?.filter(
      ({ x }) => !isZero(this.name(x)),
    );
    if (terms === undefined) return undefined;
    const onPath = ({ x, partner }: (typeof terms)[number]) =>
      [x, ...(partner ? [partner] : [])].some((factor) => path.has(keyOf(this.#origin(factor))));
    const summands = terms.map((term) => ({
      write: () => multiply(this.#write(term.x, put), term.partner ? put(term.partner) : constant(term.coefficient)),
      value: term.value,
      first: onPath(term),
    }));
    return sumOf(summands, put === this.name);
  }

  /** What an op over groups is written with. */
  #leaf(node: Node, index: number, at: number, put: Put): Leaf {
    const operand = node.inputs[0]!;
    const group = this.#scalars.group(node, index);
    const x = this.#scalars.values[operand]!;
    const mean = group.reduce((sum, place) => sum + x[place]!, 0) / group.length;
    const isParallel = sizeOf(this.#node(operand).shape) === sizeOf(node.shape);
    const pieces = group.map((place) => this.#write({ node: operand, index: place }, put));
    return {
      y: put({ node: node.id, index }),
      x: pieces,
      at: group.indexOf(at),
      ys: isParallel ? group.map((place) => put({ node: node.id, index: place })) : [],
      mean: put === this.name ? atom("x̄", "\\bar{x}") : number(mean),
      meanValue: mean,
      same: at === index,
      sum: (f, value) =>
        sumOf(
          pieces.map((piece, i) => ({ write: () => f(piece), value: value(x[group[i]!]!), first: false })),
          put === this.name,
        ),
    };
  }

  /** The values on the paths of an element, itself included, each once, in the order of the graph. */
  forward(start: Element, reached: readonly Element[]): Equation[] {
    const elements = new Map(
      [start, ...reached].map((element) => [keyOf(this.#origin(element)), this.#origin(element)]),
    );
    const path = new Set(elements.keys());
    return [...elements.values()]
      .filter(({ node }) => this.#node(node).inputs.length > 0)
      .sort((a, b) => a.node - b.node || a.index - b.index)
      .map((element) =>
        equation(
          this.name(element),
          (put) => this.#composed(element, put, path),
          this.#value(element),
          this.name,
          this.#number,
        ),
      );
  }

  /** ∂(next)/∂(one) along a path; copies of one another are one. */
  factors(start: Element, steps: readonly Step[]): Equation[] {
    return steps.flatMap((step, i) => {
      const from = i === 0 ? start : steps[i - 1]!;
      return keyOf(this.#origin(step)) === keyOf(this.#origin(from)) ? [] : [this.factor(from, step)];
    });
  }

  factor(from: Element, step: Step): Equation {
    const left = partial(this.name(step), this.name(from));
    const derivative = (put: Put) =>
      step.chains.map((chain) => this.#along(from, chain, put)).reduce((sum, product) => add(sum, product));
    return equation(left, derivative, step.value, this.name, this.#number);
  }

  #along(from: Element, chain: readonly LocalDerivative[], put: Put): Piece {
    return chain
      .map((step, i) => this.#derivative(i === 0 ? from : chain[i - 1]!, step, put))
      .reduceRight((product, factor) => multiply(product, factor));
  }

  #derivative(from: Element, { node: id, index, operand, value }: LocalDerivative, put: Put): Piece {
    const node = this.#node(id);
    const record = recordOf(node);
    if (record.moves !== undefined) return constant(1);
    if (isElementwise(record)) return this.#elementwiseDerivative(node, index, operand, value, put);
    const partner = partnerOf(node, operand, from.index, index, (n) => this.#node(n));
    if (partner !== undefined) return this.#write({ node: node.inputs[1 - operand]!, index: partner }, put);
    const { derivative } = groupNotationOf(node.op);
    return derivative ? derivative(this.#leaf(node, index, from.index, put), node.attributes) : constant(value);
  }

  /** The op's gradient rule for dy = 1, as an expression of its operands and its output. */
  #elementwiseDerivative(node: Node, index: number, operand: number, value: number, put: Put): Piece {
    const rule = ruleOf(node, operand, (id) => this.#node(id));
    // A condition has chosen.
    if (rule === undefined || node.inputs.some((id) => this.#node(id).dtype === "bool")) return constant(value);
    const elements = [...this.#operands(node, index), { node: node.id, index }];
    const { graph } = rule;
    return expression(graph, graph.outputs[0]!, (id) => {
      const place = graph.inputs.indexOf(id);
      return place < 0 ? undefined : this.#write(elements[place]!, put);
    });
  }
}

interface SumTerm {
  write(): Piece;
  readonly value: number;
  /** Written out whatever its size. */
  readonly first: boolean;
}

/** a + b + …; of many the largest ones, then the others together: in words, or as their sum. */
function sumOf(terms: readonly SumTerm[], inWords: boolean): Piece {
  const isShort = terms.length <= mostTerms;
  const order = isShort
    ? terms
    : terms.toSorted((a, b) => Number(b.first) - Number(a.first) || Math.abs(b.value) - Math.abs(a.value));
  const most = isShort ? mostTerms : Math.max(mostOfMany, terms.filter(({ first }) => first).length);
  const pieces = order.slice(0, most).map((term) => term.write());
  const others = order.slice(most);
  if (others.length > 0) {
    const words = `the other ${others.length} terms`;
    const rest = others.reduce((sum, { value }) => sum + value, 0);
    pieces.push(inWords ? atom(`(${words})`, `(\\text{${words}})`) : number(rest));
  }
  return pieces.reduce((sum, piece) => add(sum, piece), constant(0));
}

/** `numbers` where they are not the symbols once more. */
function equation(left: Written, expressed: (put: Put) => Piece, value: number, name: Put, put: Put): Equation {
  const [symbols, numbers] = [written(expressed(name)), written(expressed(put))];
  return {
    left: written(left),
    symbols,
    ...(numbers.text !== symbols.text && { numbers }),
    value,
  };
}

const isZero = ({ times }: Piece): boolean => times !== undefined && times.of === undefined && times.by === 0;

/** "y = ln Σ eˣ" without "y = " */
const formula = ({ text, tex }: Written): Piece => ({
  text: text.replace(/^[^=]* = /, ""),
  tex: tex.replace(/^[^=]* = /, ""),
  rank: 0,
});
