// Powers and roots, element by element.
import { type CasesOf, ofOne, ofTwo, one } from "./case.ts";

import { binary, unary } from "./define.ts";
import { constant, divide, type Notations, power, root, squared } from "./notation.ts";

export const powers = {
  square: unary({
    name: "square",
    flat: ([x], _, g) => g.equal(x!, 0),
    accepts: "number",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.mul(x, 2))],
    scalar: (_, dtype) => (dtype === "int32" ? (x) => Math.imul(x, x) : (x) => x * x),
  }),

  sqrt: unary({
    name: "sqrt",
    steep: true,
    saves: "output",
    gradient: ({ dy, y }, g) => [g.div(g.mul(dy, 0.5), y)], // dx = dy / 2y
    scalar: () => Math.sqrt,
  }),

  rsqrt: unary({
    name: "rsqrt",
    saves: "output",
    gradient: ({ dy, y }, g) => [g.mul(g.mul(dy, -0.5), g.mul(y, g.square(y)))], // dx = −dy y³ / 2
    scalar: () => (x) => 1 / Math.sqrt(x),
  }),

  reciprocal: unary({
    name: "reciprocal",
    saves: "output",
    gradient: ({ dy, y }, g) => [g.neg(g.mul(dy, g.square(y)))], // dx = −dy y²
    scalar: () => (x) => 1 / x,
  }),

  // da = dy b a^(b−1), db = dy y ln a where a > 0, else 0 (as PyTorch).
  // Where a = b = 0 the factor a^(b−1) would be ∞ beside b = 0: the exponent 1 makes da the limit, 0.
  pow: binary({
    name: "pow",
    steep: true,
    flat: ([a, b], _, g) => g.where(g.equal(a!, 0), g.greater(b!, 1), g.equal(a!, 0)),
    identity: ([, b]) => (b === 1 ? 0 : undefined),
    saves: "both",
    gradient: ({ dy, a, b, y }, g) => {
      const less = g.sub(b, 1);
      const exponent = g.where(g.equal(b, 0), g.where(g.equal(a, 0), 1, less), less);
      const positive = g.greater(a, 0);
      const log = g.log(g.where(positive, a, 1));
      return [g.mul(dy, g.mul(b, g.pow(a, exponent))), g.where(positive, g.mul(dy, g.mul(y, log)), 0)];
    },
    scalar: () => Math.pow,
  }),
};

export const powersNotation: Notations<typeof powers> = {
  square: { formula: { text: "y = x²", tex: "y = x^2" }, write: ([x]) => squared(x!) },
  sqrt: { formula: { text: "y = √x", tex: "y = \\sqrt{x}" }, write: ([x]) => root(x!) },
  rsqrt: {
    formula: { text: "y = 1 / √x", tex: "y = \\frac{1}{\\sqrt{x}}" },
    write: ([x]) => divide(constant(1), root(x!)),
  },
  reciprocal: { formula: { text: "y = 1 / x", tex: "y = \\frac{1}{x}" }, write: ([x]) => divide(constant(1), x!) },
  pow: { formula: { text: "y = aᵇ", tex: "y = a^b" }, write: ([a, b]) => power(a!, b!) },
};

export const powersCases: CasesOf<typeof powers> = {
  square: one,
  sqrt: { cases: ofOne, domain: [[0.3, 3]] },
  rsqrt: { cases: ofOne, domain: [[0.3, 3]] },
  reciprocal: { cases: ofOne, domain: [[0.5, 3]] },
  pow: {
    cases: ofTwo,
    domain: [
      [0.4, 2.5],
      [-2, 2.5],
    ],
  },
};
