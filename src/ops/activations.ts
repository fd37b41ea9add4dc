// Activation functions and what they are made of, element by element.
import type { Builder, Value } from "../ir/builder.ts";
import { type CasesOf, ofOne, rows } from "./case.ts";
import { requireFinite } from "./check.ts";
import { unary } from "./define.ts";
import { call, type Notations, number } from "./notation.ts";
import * as special from "./special.ts";

// Hendrycks & Gimpel, "Gaussian error linear units", 2016: u = √(2/π) (x + 0.044715 x³)
const slope = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;
/** φ(0) = 1 / √2π */
const normalDensity = 1 / Math.sqrt(2 * Math.PI);

/** ∂(x σ(v))/∂x = σ (1 + x (1 − σ) v′), σ = σ(v), v′ = ∂v/∂x */
const gated = (g: Builder, x: Value, v: Value, dv: Value | 1 = 1): Value => {
  const s = g.sigmoid(v);
  const rest = g.mul(x, g.sub(1, s));
  return g.mul(s, g.add(1, dv === 1 ? rest : g.mul(rest, dv)));
};

export const activations = {
  erf: unary({
    name: "erf",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.mul(2 / Math.sqrt(Math.PI), g.exp(g.neg(g.square(x)))))], // 2/√π e^(−x²)
    scalar: () => special.erf,
  }),

  tanh: unary({
    name: "tanh",
    saves: "output",
    gradient: ({ dy, y }, g) => [g.mul(dy, g.sub(1, g.square(y)))], // dx = dy (1 − y²)
    scalar: () => Math.tanh,
  }),

  sigmoid: unary({
    name: "sigmoid",
    saves: "output",
    gradient: ({ dy, y }, g) => [g.mul(g.mul(dy, y), g.sub(1, y))], // dx = dy y (1 − y)
    scalar: () => special.sigmoid,
  }),

  softplus: unary({
    name: "softplus",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.sigmoid(x))],
    scalar: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  }),

  relu: unary({
    name: "relu",
    exact: true,
    saves: "output",
    gradient: ({ dy, y }, g) => [g.where(g.greater(y, 0), dy, 0)],
    scalar: () => (x) => Math.max(x, 0),
  }),

  leakyRelu: unary({
    name: "leakyRelu",
    check: ({ slope }) => requireFinite("leakyRelu", "slope", slope),
    saves: "inputs",
    gradient: ({ dy, x, attributes }, g) => [g.where(g.greater(x, 0), dy, g.mul(dy, attributes.slope))],
    scalar:
      ({ slope }) =>
      (x) =>
        x > 0 ? x : slope * x,
  }),

  elu: unary({
    name: "elu",
    check: ({ alpha }) => requireFinite("elu", "alpha", alpha),
    saves: "both",
    // For x ≤ 0: dx = dy α eˣ = dy (y + α)
    gradient: ({ dy, x, y, attributes }, g) => [g.where(g.greater(x, 0), dy, g.mul(dy, g.add(y, attributes.alpha)))],
    scalar:
      ({ alpha }) =>
      (x) =>
        x > 0 ? x : alpha * Math.expm1(x),
  }),

  gelu: unary({
    name: "gelu",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.apply("geluDerivative", [x], {}))], // dx = dy (Φ(x) + x φ(x))
    scalar: () => (x) => Math.max(x, -99) * special.normalCdf(x), // At −∞ the limit, 0
  }),

  // Φ(x) + x φ(x), Φ the distribution function of the standard normal, φ(x) = e^(−x²/2) / √2π its density
  geluDerivative: unary({
    name: "geluDerivative",
    saves: "inputs",
    // dx = dy φ(x) (2 − x²)
    gradient: ({ dy, x }, g) => {
      const x2 = g.square(x);
      const density = g.mul(normalDensity, g.exp(g.mul(-0.5, x2)));
      return [g.mul(dy, g.mul(density, g.sub(2, x2)))];
    },
    scalar: () => (x) => {
      const near = Math.max(-99, Math.min(x, 99));
      return special.normalCdf(near) + near * normalDensity * Math.exp(-0.5 * near * near);
    },
  }),

  geluTanh: unary({
    name: "geluTanh",
    saves: "inputs",
    // y = x σ(v), v = 2u, as 1 + tanh u would cancel
    gradient: ({ dy, x }, g) => {
      const x2 = g.square(x);
      const v = g.mul(g.mul(x, 2 * slope), g.add(1, g.mul(cubic, x2)));
      return [g.mul(dy, gated(g, x, v, g.mul(2 * slope, g.add(1, g.mul(3 * cubic, x2)))))];
    },
    scalar: () => (x) => x * special.sigmoid(2 * slope * (x + cubic * x * x * x)),
  }),

  silu: unary({
    name: "silu",
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, gated(g, x, x))],
    scalar: () => (x) => x * special.sigmoid(x),
  }),
};

export const activationsNotation: Notations<typeof activations> = {
  erf: {
    formula: { text: "y = erf(x)", tex: "y = \\operatorname{erf} x = \\frac{2}{\\sqrt\\pi} \\int_0^x e^{-t^2} dt" },
    write: (args) => call(args, "erf"),
  },
  tanh: { formula: { text: "y = tanh(x)", tex: "y = \\tanh x" }, write: (args) => call(args, "tanh", "\\tanh") },
  sigmoid: {
    formula: { text: "y = σ(x) = 1 / (1 + e⁻ˣ)", tex: "y = \\sigma(x) = \\frac{1}{1 + e^{-x}}" },
    write: (args) => call(args, "σ", "\\sigma"),
  },
  softplus: { formula: { text: "y = ln(1 + eˣ)", tex: "y = \\ln(1 + e^x)" }, write: (args) => call(args, "softplus") },
  relu: {
    formula: { text: "y = max(x, 0)", tex: "y = \\max(x, 0)" },
    write: ([x]) => ({ text: `max(${x!.text}, 0)`, tex: `\\max\\left(${x!.tex},\\, 0\\right)`, rank: 4 }),
  },
  leakyRelu: {
    formula: {
      text: "y = x where x > 0, else slope · x",
      tex: "y = \\begin{cases} x & x > 0 \\\\ s\\,x & x \\le 0 \\end{cases}",
    },
    write: ([x], { slope }) => call([x!, number(slope)], "leakyRelu"),
  },
  elu: {
    formula: {
      text: "y = x where x > 0, else α (eˣ − 1)",
      tex: "y = \\begin{cases} x & x > 0 \\\\ \\alpha\\,(e^x - 1) & x \\le 0 \\end{cases}",
    },
    write: ([x], { alpha }) => call([x!, number(alpha)], "elu"),
  },
  gelu: { formula: { text: "y = x Φ(x)", tex: "y = x\\,\\Phi(x)" }, write: (args) => call(args, "gelu") },
  geluDerivative: {
    formula: { text: "y = Φ(x) + x φ(x)", tex: "y = \\Phi(x) + x\\,\\varphi(x)" },
    write: (args) => call(args, "gelu′", "\\operatorname{gelu}'"),
  },
  geluTanh: {
    formula: {
      text: "y = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))",
      tex: "y = \\tfrac12 x \\left(1 + \\tanh\\left(\\sqrt{2/\\pi}\\,(x + 0.044715\\,x^3)\\right)\\right)",
    },
    write: (args) => call(args, "geluTanh"),
  },
  silu: { formula: { text: "y = x σ(x)", tex: "y = x\\,\\sigma(x)" }, write: (args) => call(args, "silu") },
};

export const activationsCases: CasesOf<typeof activations> = {
  erf: { cases: ofOne, domain: [[-3, 3]] },
  tanh: { cases: ofOne, domain: [[-3, 3]] },
  sigmoid: { cases: ofOne, domain: [[-4, 4]] },
  softplus: { cases: ofOne, domain: [[-4, 4]] },
  relu: { cases: ofOne, kinks: [0] },
  leakyRelu: { kinks: [0], cases: () => rows([[3, 5], { slope: 0.01 }], [[3, 5], { slope: 0.3 }]) },
  elu: { kinks: [0], cases: () => rows([[3, 5], { alpha: 1 }], [[3, 5], { alpha: 0.5 }]) },
  gelu: { cases: ofOne, domain: [[-3, 3]] },
  geluDerivative: { cases: ofOne, domain: [[-3, 3]] },
  geluTanh: { cases: ofOne, domain: [[-3, 3]] },
  silu: { cases: ofOne, domain: [[-4, 4]] },
};
