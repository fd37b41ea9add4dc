// Sine and cosine, element by element.
import { type CasesOf, ofOne } from "./case.ts";

import { unary } from "./define.ts";
import { call, type Notations } from "./notation.ts";

export const trigonometry = {
  sin: unary({
    name: "sin",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.cos(x))],
    scalar: () => Math.sin,
  }),

  cos: unary({
    name: "cos",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.neg(g.mul(dy, g.sin(x)))],
    scalar: () => Math.cos,
  }),
};

export const trigonometryNotation: Notations<typeof trigonometry> = {
  sin: { formula: { text: "y = sin(x)", tex: "y = \\sin x" }, write: (args) => call(args, "sin", "\\sin") },
  cos: { formula: { text: "y = cos(x)", tex: "y = \\cos x" }, write: (args) => call(args, "cos", "\\cos") },
};

export const trigonometryCases: CasesOf<typeof trigonometry> = {
  sin: { cases: ofOne, domain: [[-3, 3]] },
  cos: { cases: ofOne, domain: [[-3, 3]] },
};
