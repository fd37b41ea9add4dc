// Exponentials and logarithms, element by element.
import { type CasesOf, ofOne, one } from "./case.ts";

import { unary } from "./define.ts";
import {
  constant,
  exponential,
  logarithm,
  type Notations,
  number,
  type Piece,
  power,
  subtract,
  within,
} from "./notation.ts";

export const exponentials = {
  exp: unary({
    name: "exp",
    saves: "output",
    gradient: ({ dy, y }, g) => [g.mul(dy, y)],
    scalar: () => Math.exp,
  }),

  expm1: unary({
    name: "expm1",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.exp(x))], // y + 1 would be 0 where eˣ is small beside 1
    scalar: () => Math.expm1,
  }),

  log: unary({
    name: "log",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.div(dy, x)],
    scalar: () => Math.log,
  }),

  log1p: unary({
    name: "log1p",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.div(dy, g.add(x, 1))],
    scalar: () => Math.log1p,
  }),
};

/** e^(c x) − 1; bˣ − 1 where b = eᶜ has few digits, as in 0.9ᵗ. */
function lessOne(x: Piece): Piece {
  const { by, of } = x.times ?? { by: 1 };
  const base = Number(Math.exp(by).toPrecision(6));
  const raised =
    of && Math.abs(Math.log(base) - by) < 1e-14
      ? power(number(base), of)
      : { text: `exp(${x.text})`, tex: `e^{${x.tex}}`, rank: 4 };
  return subtract(raised, constant(1));
}

export const exponentialsNotation: Notations<typeof exponentials> = {
  exp: { formula: { text: "y = eˣ", tex: "y = e^x" }, write: ([x]) => exponential(x!) },
  expm1: { formula: { text: "y = eˣ − 1", tex: "y = e^x - 1" }, write: ([x]) => lessOne(x!) },
  log: { formula: { text: "y = ln x", tex: "y = \\ln x" }, write: ([x]) => logarithm(x!) },
  log1p: {
    formula: { text: "y = ln(1 + x)", tex: "y = \\ln(1 + x)" },
    write: ([x]) => ({
      text: `ln(1 + ${within(x!, 1).text})`,
      tex: `\\ln\\left(1 + ${within(x!, 1).tex}\\right)`,
      rank: 4,
    }),
  },
};

export const exponentialsCases: CasesOf<typeof exponentials> = {
  exp: one,
  expm1: one,
  log: { cases: ofOne, domain: [[0.3, 3]] },
  log1p: { cases: ofOne, domain: [[-0.6, 3]] },
};
