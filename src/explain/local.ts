// Ops over whole groups of elements, written out: softmax and its like, means; their values and their local derivatives.
import type { OpName } from "../ir/graph.ts";
import { atom, notation, number, type Piece } from "./notation.ts";

/** How to write an element, with its name or with its value. */
export interface Leaf {
  /** The output's element. */
  readonly y: Piece;
  /** Elements of the operand that the output's element depends on, and which of them is meant. */
  readonly x: readonly Piece[];
  readonly at: number;
  /** The outputs that belong to `x`, for ops that give as many. */
  readonly ys: readonly Piece[];
  /** Whether the meant operand stands at the output's own place. */
  readonly same: boolean;
}

interface Local {
  value?(leaf: Leaf): Piece;
  derivative(leaf: Leaf): Piece;
}

const sum = (pieces: readonly Piece[]): Piece => pieces.reduce((a, b) => notation.add([a, b], {}));
const exp = (x: Piece): Piece => notation.exp([x], {});
const sumOfExponentials = (x: readonly Piece[]): Piece => sum(x.map(exp));
const one = number(1);

/** A part of the op table: what is not here is explained by the record's formula and its value. */
export const locals: { readonly [N in OpName]?: Local } = {
  sum: { derivative: () => one },
  mean: {
    value: ({ x }) => notation.div([sum(x), number(x.length)], {}),
    derivative: ({ x }) => notation.div([one, number(x.length)], {}),
  },
  logsumexp: {
    value: ({ x }) => notation.log([sumOfExponentials(x)], {}),
    derivative: ({ x, y, at }) => exp(notation.sub([x[at]!, y], {})),
  },
  softmax: {
    value: ({ x, at }) => notation.div([exp(x[at]!), sumOfExponentials(x)], {}),
    derivative: ({ y, ys, at, same }) =>
      same ? notation.mul([y, notation.sub([one, y], {})], {}) : notation.mul([notation.neg([y], {}), ys[at]!], {}),
  },
  logSoftmax: {
    value: ({ x, at }) => notation.sub([x[at]!, notation.log([sumOfExponentials(x)], {})], {}),
    derivative: ({ ys, at, same }) => (same ? notation.sub([one, exp(ys[at]!)], {}) : notation.neg([exp(ys[at]!)], {})),
  },
  max: { derivative: () => one },
  min: { derivative: () => one },
  maxPool2d: { derivative: () => one },
  gather: { derivative: () => one },
  concat: { derivative: () => one },
  pad: { derivative: () => one },
};

/** Groups of more elements are given by their formula alone. */
export const mostWritten = 12;

export const truth = (value: number): Piece =>
  atom(value === 0 ? "false" : "true", `\\text{${value === 0 ? "false" : "true"}}`);
