// Worked arithmetic: any number of a traced computation, its way to the loss, its gradient and its update, with its own values.
import type { Node, NodeId } from "../ir/graph.ts";
import { isElementwise } from "../ir/op.ts";
import { sizeOf } from "../ir/shape.ts";
import { simplify } from "../plan/simplify.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { partnerOf } from "./bilinear.ts";
import { expression } from "./expression.ts";
import { type Leaf, locals, mostWritten, truth } from "./local.ts";
import { atom, notation, number, type Piece, type Written, written } from "./notation.ts";
import { type Path, pathsFrom } from "./paths.ts";
import { broadcastPlaces, placeOf, recordOf, type ScalarGraph } from "./scalar-graph.ts";

/** left = symbols = numbers = value; `numbers` repeats `symbols` with values put in, and is absent where it adds nothing. */
export interface Equation {
  readonly left: Written;
  readonly symbols: Written;
  readonly numbers?: Written;
  readonly value: number;
}

export interface ExplainedPath {
  /** Local derivatives from the number to the loss, those that are 1 left out. */
  readonly factors: readonly Equation[];
  readonly product: number;
}

/** Everything about one number. Plain data, to be drawn as text, Markdown, LaTeX or otherwise. */
export interface Explanation {
  readonly name: Written;
  readonly value: number;
  readonly loss: number;
  readonly lossName: Written;
  /** The values on the way from the number to the loss, along the paths that are shown. */
  readonly forward: readonly Equation[];
  readonly paths: readonly ExplainedPath[];
  /** How many paths there are, and the sum over those that are not shown. */
  readonly pathCount: number;
  readonly rest: number;
  /** False where there were too many paths to compare them all. */
  readonly exhaustive: boolean;
  /** ∂loss/∂number */
  readonly gradient: number;
  readonly check: FiniteDifference;
  /** Of a parameter: the optimizer's next state and the next value. */
  readonly update?: readonly Equation[];
}

/** (loss(x + h) − loss(x − h)) / 2h */
export interface FiniteDifference {
  readonly step: number;
  readonly above: number;
  readonly below: number;
  readonly slope: number;
}

export interface ExplainOptions {
  /** Names of nodes, by id; inputs have their own. */
  readonly names?: ReadonlyMap<NodeId, string>;
  /** Paths that are written out. Default 3. */
  readonly paths?: number;
}

/** Terms of a sum that are written out; the rest is added up. */
const mostTerms = 8;

/**
 * Explains element `index` (row-major) of `node` in a graph whose one output is the loss. `scalars` may serve for many
 * numbers of the same graph.
 */
export function explainElement(
  scalars: ScalarGraph,
  node: NodeId,
  index: number,
  options: ExplainOptions = {},
): Explanation {
  const writer = new Writer(scalars, options.names ?? new Map());
  const { shown, count, rest, exhaustive } = pathsFrom(scalars, node, index, options.paths ?? 3);
  const value = scalars.values[node]![index]!;
  return {
    name: written(writer.name(node, index)),
    value,
    loss: scalars.values[scalars.loss]![0]!,
    lossName: written(writer.lossName()),
    forward: writer.forward(shown).map(plain),
    paths: shown.map((path) => ({ factors: writer.factors(node, index, path).map(plain), product: path.product })),
    pathCount: count,
    rest,
    exhaustive,
    gradient: scalars.gradients[node]?.[index] ?? 0,
    check: finiteDifference(scalars, node, index),
  };
}

/** ∛ε · max(1, |x|): where rounding and curvature cost a central difference about the same. */
export function finiteDifference(scalars: ScalarGraph, node: NodeId, index: number): FiniteDifference {
  const x = scalars.values[node]![index]!;
  const wanted = Math.cbrt(Number.EPSILON) * Math.max(1, Math.abs(x));
  const [high, low] = [x + wanted, x - wanted];
  const [above, below] = [scalars.lossWith(node, index, high), scalars.lossWith(node, index, low)];
  return { step: wanted, above, below, slope: (above - below) / (high - low) };
}

/** An element, by its node and place. */
interface Element {
  readonly node: NodeId;
  readonly index: number;
}

class Writer {
  readonly #scalars: ScalarGraph;
  readonly #names: ReadonlyMap<NodeId, string>;
  /** Elements of named values that are copies, by what they are copies of. */
  readonly #copies = new Map<string, Element>();

  constructor(scalars: ScalarGraph, names: ReadonlyMap<NodeId, string>) {
    this.#scalars = scalars;
    this.#names = names;
    for (const node of names.keys()) {
      for (let index = 0; index < sizeOf(this.#node(node).shape); index++) {
        const origin = scalars.origin(node, index);
        if (origin.node === node) break;
        this.#copies.set(`${origin.node}:${origin.index}`, { node, index });
      }
    }
  }

  #node(id: NodeId): Node {
    return this.#scalars.graph.nodes[id]!;
  }

  #value({ node, index }: Element): number {
    return this.#scalars.values[node]![index]!;
  }

  name(node: NodeId, index: number): Piece {
    const origin = this.#scalars.origin(node, index);
    const own = this.#node(origin.node);
    if (own.op === "constant") return this.#literal(own.id, this.#value(origin));
    // A copy may have a name where the computed value has none.
    const named = this.#names.has(own.id) ? undefined : this.#copies.get(`${origin.node}:${origin.index}`);
    const { node: id, index: at } = named ?? origin;
    const { shape } = this.#node(id);
    const name = this.#names.get(id) ?? (own.op === "input" ? own.attributes.name : `${own.op}${id}`);
    const place = placeOf(at, shape).join(",");
    const tex = name.length === 1 ? name : `\\mathrm{${name.replaceAll("_", "\\_")}}`;
    return shape.length === 0 ? atom(name, tex) : atom(`${name}[${place}]`, `${tex}_{${place}}`);
  }

  lossName(): Piece {
    const { loss } = this.#scalars;
    return this.#names.has(loss) ? this.name(loss, 0) : atom("loss", "\\mathrm{loss}");
  }

  #number(element: Element): Piece {
    return this.#literal(element.node, this.#value(element));
  }

  #literal(node: NodeId, value: number): Piece {
    return this.#node(node).dtype === "bool" ? truth(value) : number(value);
  }

  /** How an element came about; undefined for inputs and constants. */
  equation(element: Element): Equation | undefined {
    const { node: id, index } = element;
    const node = this.#node(id);
    const value = this.#value({ node: id, index });
    const left = this.name(id, index);
    if (node.inputs.length === 0) return undefined;
    const record = recordOf(node);
    if (isElementwise(record)) {
      const operands = node.inputs.map((input) => ({
        node: input,
        index: broadcastPlaces(this.#node(input).shape, node.shape)[index]!,
      }));
      const write = notation[node.op as keyof typeof notation] as (
        args: readonly Piece[],
        attributes: unknown,
      ) => Piece;
      const symbols = write(
        operands.map((operand) => this.name(operand.node, operand.index)),
        node.attributes,
      );
      const numbers = write(
        operands.map((operand) => this.#number(operand)),
        node.attributes,
      );
      return { left, symbols, numbers, value };
    }
    const sum = this.#sum(id, index, left, value);
    if (sum !== undefined) return sum;
    const local = locals[node.op];
    const leaf = this.#leaf(node, index, index);
    if (local?.value === undefined || leaf === undefined) return { left, symbols: formula(record.formula), value };
    return { left, symbols: local.value(leaf.names), numbers: local.value(leaf.numbers), value };
  }

  /** What an op over groups is written with; undefined where the group is too large. */
  #leaf(node: Node, index: number, at: number): { names: Leaf; numbers: Leaf } | undefined {
    const operand = node.inputs[0]!;
    const group: number[] = [];
    this.#scalars.row(node, 0, index).forEach((derivative, place) => {
      if (derivative !== 0 || place === at) group.push(place);
    });
    if (group.length > mostWritten) return undefined;
    const parallel = sizeOf(this.#node(operand).shape) === sizeOf(node.shape);
    const leaf = (write: (id: NodeId, place: number) => Piece): Leaf => ({
      y: write(node.id, index),
      x: group.map((place) => write(operand, place)),
      at: group.indexOf(at),
      ys: parallel ? group.map((place) => write(node.id, place)) : [],
      same: at === index,
    });
    return {
      names: leaf((id, place) => this.name(id, place)),
      numbers: leaf((id, place) => this.#number({ node: id, index: place })),
    };
  }

  /** y = Σ x ∂y/∂x, which holds for sums, means, products of matrices, convolutions, and whatever picks elements. */
  #sum(id: NodeId, index: number, left: Written, value: number): Equation | undefined {
    const node = this.#node(id);
    const row = this.#scalars.row(node, 0, index);
    const x = this.#scalars.values[node.inputs[0]!]!;
    const terms: { symbols: Piece; numbers: Piece; value: number }[] = [];
    let total = 0;
    let magnitude = 0;
    row.forEach((coefficient, at) => {
      if (coefficient === 0 && x[at] === 0) return;
      total += coefficient * x[at]!;
      magnitude += Math.abs(coefficient * x[at]!);
      if (coefficient === 0) return;
      const partner = partnerOf(node, this.#node(node.inputs[0]!), 0, at, index, (n) => this.#node(n));
      const own = this.name(node.inputs[0]!, at);
      const other = partner === undefined ? number(coefficient) : this.name(node.inputs[1]!, partner);
      const plain = coefficient === 1 && partner === undefined;
      terms.push({
        symbols: plain ? own : notation.mul([own, other], {}),
        numbers: plain ? number(x[at]!) : notation.mul([number(x[at]!), number(coefficient)], {}),
        value: coefficient * x[at]!,
      });
    });
    if (terms.length === 0 || Math.abs(total - value) > 1e-12 * magnitude) return undefined;
    const few = terms.length > mostTerms + 1;
    const shown = few ? terms.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, mostTerms) : terms;
    const rest = few ? value - shown.reduce((sum, term) => sum + term.value, 0) : 0;
    const more = terms.length - shown.length;
    const join = (pieces: readonly Piece[], tail: Piece | undefined): Written =>
      [...pieces, ...(tail ? [tail] : [])].reduce((sum, piece) => notation.add([sum, piece], {}));
    return {
      left,
      symbols: join(
        shown.map((term) => term.symbols),
        few ? atom(`(${more} smaller terms)`, `(\\text{${more} smaller terms})`) : undefined,
      ),
      numbers: join(
        shown.map((term) => term.numbers),
        few ? number(rest) : undefined,
      ),
      value,
    };
  }

  /** The values on paths, each once, in the order of the graph. */
  forward(paths: readonly Path[]): Equation[] {
    const elements = new Map<string, Element>();
    for (const { steps } of paths) {
      for (const { node, index } of steps) {
        const origin = this.#scalars.origin(node, index);
        elements.set(`${origin.node}:${origin.index}`, origin);
      }
    }
    return [...elements.values()]
      .sort((a, b) => a.node - b.node || a.index - b.index)
      .flatMap((element) => this.equation(element) ?? []);
  }

  /** ∂(consumer)/∂(operand) along a path. */
  factors(node: NodeId, index: number, { steps }: Path): Equation[] {
    let from: Element = { node, index };
    const factors: Equation[] = [];
    for (const step of steps) {
      const consumer = this.#node(step.node);
      if (step.value !== 1) {
        const y = this.name(step.node, step.index);
        const x = this.name(from.node, from.index);
        const left = { text: `∂${y.text}/∂${x.text}`, tex: `\\frac{\\partial ${y.tex}}{\\partial ${x.tex}}` };
        factors.push({ left, ...this.#derivative(consumer, step.operand, from.index, step.index), value: step.value });
      }
      from = step;
    }
    return factors;
  }

  #derivative(node: Node, operand: number, at: number, index: number): Pick<Equation, "symbols" | "numbers"> {
    const record = recordOf(node);
    const value = (other: number, place: number) => ({ node: node.inputs[other]!, index: place });
    if (isElementwise(record)) return this.#elementwiseDerivative(node, operand, index);
    const partner = partnerOf(node, this.#node(node.inputs[operand]!), operand, at, index, (n) => this.#node(n));
    if (partner === undefined) {
      const local = locals[node.op];
      const leaf = local && this.#leaf(node, index, at);
      if (leaf === undefined) return { symbols: formula(record.formula) };
      return { symbols: local!.derivative(leaf.names), numbers: local!.derivative(leaf.numbers) };
    }
    const other = value(1 - operand, partner);
    return { symbols: this.name(other.node, other.index) };
  }

  /** The op's gradient rule for dy = 1, as an expression of its operands and its output. */
  #elementwiseDerivative(node: Node, operand: number, index: number): Pick<Equation, "symbols" | "numbers"> {
    const g = new GraphBuilder("float64");
    const scalar = { shape: [], dtype: "float64" } as const;
    const operands = node.inputs.map((id, i) => g.input({ shape: [], dtype: this.#node(id).dtype }, `operand${i}`));
    // A name for the output: what the rule says of y stays y.
    const y = g.input(scalar, "y");
    const record = recordOf(node);
    if (record.gradient === "none") return { symbols: number(0) };
    const dy = g.full(scalar, 1);
    const dx = record.gradient({ dy, inputs: operands, y, attributes: node.attributes }, g)[operand];
    if (dx === undefined) return { symbols: number(0) };
    const graph = simplify({ ...g.finish([dx]), outputs: [dx.id] });
    const elements: Element[] = node.inputs.map((id) => ({
      node: id,
      index: broadcastPlaces(this.#node(id).shape, node.shape)[index]!,
    }));
    elements.push({ node: node.id, index });
    const put = (leaf: (element: Element) => Piece) =>
      expression(graph, graph.outputs[0]!, (id) => {
        const place = graph.inputs.indexOf(id);
        return place < 0 ? undefined : leaf(elements[place]!);
      });
    return {
      symbols: put(({ node: n, index: i }) => this.name(n, i)),
      numbers: put((element) => this.#number(element)),
    };
  }
}

/** Nothing but what is to be read. */
const plain = ({ left, symbols, numbers, value }: Equation): Equation => ({
  left: written(left),
  symbols: written(symbols),
  ...(numbers && { numbers: written(numbers) }),
  value,
});

/** "y = ln Σ eˣ" without "y = " */
const formula = ({ text, tex }: Written): Written => ({
  text: text.replace(/^[^=]* = /, ""),
  tex: tex.replace(/^[^=]* = /, ""),
});

/** Place of an element by its index along each axis. */
export const flatIndex = (indices: readonly number[], shape: readonly number[]): number =>
  indices.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
