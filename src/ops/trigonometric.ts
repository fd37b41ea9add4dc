// Sine and cosine, element by element.
import { unary } from "./define.ts";

export const sin = unary({
  name: "sin",
  formula: { text: "y = sin(x)", tex: "y = \\sin x" },
  saves: "inputs",
  gradient: ({ dy, x }, g) => [g.mul(dy, g.cos(x))],
  scalar: () => Math.sin,
  domain: [[-3, 3]],
});

export const cos = unary({
  name: "cos",
  formula: { text: "y = cos(x)", tex: "y = \\cos x" },
  saves: "inputs",
  gradient: ({ dy, x }, g) => [g.neg(g.mul(dy, g.sin(x)))],
  scalar: () => Math.cos,
  domain: [[-3, 3]],
});
