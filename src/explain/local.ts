// Ops over whole groups of elements, written out: softmax and its like, means; their values and their local derivatives.
import type { OpAttributes, OpName } from "../ir/graph.ts";
import { atom, constant, notation, type Piece } from "./notation.ts";

/** How to write an element, with its name or with its value. */
export interface Leaf {
  /** The output's element. */
  readonly y: Piece;
  /** Elements of the operand that the output's element depends on, and which of them is meant. */
  readonly x: readonly Piece[];
  readonly at: number;
  /** The outputs that belong to `x`, for ops that give as many. */
  readonly ys: readonly Piece[];
  /** Mean of the operands, as it is written, and its value. */
  readonly mean: Piece;
  readonly meanValue: number;
  /** Σ f(x), f as it is written and its value: the largest terms, the others together. */
  sum(f: (x: Piece) => Piece, value: (x: number) => number): Piece;
  /** Whether the meant operand stands at the output's own place. */
  readonly same: boolean;
}

interface Local<N extends OpName> {
  value(leaf: Leaf, attributes: OpAttributes[N]): Piece;
  derivative(leaf: Leaf, attributes: OpAttributes[N]): Piece;
}

const exp = (x: Piece): Piece => notation.exp([x], {});
const sumOfExponentials = ({ sum }: Leaf): Piece => sum(exp, Math.exp);
const away = (x: Piece, mean: Piece): Piece => notation.sub([x, mean], {});
const one = constant(1);

/** A part of the op table. Other ops are given by their terms or their formula; their derivatives, by their values. */
const locals: { readonly [N in OpName]?: Local<N> } = {
  mean: {
    value: ({ x, sum }) => notation.div([sum((term) => term, Number), constant(x.length)], {}),
    derivative: ({ x }) => notation.div([one, constant(x.length)], {}),
  },
  var: {
    value: ({ x, sum, mean, meanValue }, { correction }) => {
      const squares = sum(
        (term) => notation.square([away(term, mean)], {}),
        (value) => (value - meanValue) ** 2,
      );
      return notation.div([squares, constant(x.length - correction)], {});
    },
    derivative: ({ x, at, mean }, { correction }) =>
      notation.div([notation.mul([constant(2), away(x[at]!, mean)], {}), constant(x.length - correction)], {}),
  },
  logsumexp: {
    value: (leaf) => notation.log([sumOfExponentials(leaf)], {}),
    derivative: ({ x, y, at }) => exp(notation.sub([x[at]!, y], {})),
  },
  softmax: {
    value: (leaf) => notation.div([exp(leaf.x[leaf.at]!), sumOfExponentials(leaf)], {}),
    derivative: ({ y, ys, at, same }) =>
      same ? notation.mul([y, notation.sub([one, y], {})], {}) : notation.mul([notation.neg([y], {}), ys[at]!], {}),
  },
  logSoftmax: {
    value: (leaf) => notation.sub([leaf.x[leaf.at]!, notation.log([sumOfExponentials(leaf)], {})], {}),
    derivative: ({ ys, at, same }) => (same ? notation.sub([one, exp(ys[at]!)], {}) : notation.neg([exp(ys[at]!)], {})),
  },
};

export const localOf = (op: OpName): Local<OpName> | undefined => locals[op] as Local<OpName> | undefined;

export const truth = (value: number): Piece =>
  atom(value === 0 ? "false" : "true", `\\text{${value === 0 ? "false" : "true"}}`);
