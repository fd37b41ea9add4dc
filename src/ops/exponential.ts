// Exponentials and logarithms, element by element.
import { unary } from "./define.ts";

export const exp = unary({
  name: "exp",
  formula: { text: "y = eˣ", tex: "y = e^x" },
  saves: "output",
  gradient: ({ dy, y }, g) => [g.mul(dy, y)],
  scalar: () => Math.exp,
  domain: [[-2, 2]],
});

export const expm1 = unary({
  name: "expm1",
  formula: { text: "y = eˣ − 1", tex: "y = e^x - 1" },
  saves: "output",
  gradient: ({ dy, y }, g) => [g.mul(dy, g.add(y, 1))],
  scalar: () => Math.expm1,
  domain: [[-2, 2]],
});

export const log = unary({
  name: "log",
  formula: { text: "y = ln x", tex: "y = \\ln x" },
  saves: "inputs",
  gradient: ({ dy, x }, g) => [g.div(dy, x)],
  scalar: () => Math.log,
  domain: [[0.3, 3]],
});

export const log1p = unary({
  name: "log1p",
  formula: { text: "y = ln(1 + x)", tex: "y = \\ln(1 + x)" },
  saves: "inputs",
  gradient: ({ dy, x }, g) => [g.div(dy, g.add(x, 1))],
  scalar: () => Math.log1p,
  domain: [[-0.6, 3]],
});
