// Sums, products and their kin, element by element.
import { type CasesOf, ofOne, ofTwo, one, two } from "./case.ts";

import { binary, unary } from "./define.ts";
import { add, call, divide, multiply, type Notations, negate, subtract } from "./notation.ts";

export const arithmetic = {
  neg: unary({
    name: "neg",
    accepts: "number",
    exact: true,
    saves: "nothing",
    gradient: ({ dy }, g) => [g.neg(dy)],
    scalar: () => (x) => -x,
  }),

  add: binary({
    name: "add",
    identity: ([a, b]) => (b === 0 ? 0 : a === 0 ? 1 : undefined),
    accepts: "number",
    saves: "nothing",
    gradient: ({ dy }) => [dy, dy],
    scalar: () => (a, b) => a + b,
  }),

  sub: binary({
    name: "sub",
    identity: ([, b]) => (b === 0 ? 0 : undefined),
    accepts: "number",
    saves: "nothing",
    gradient: ({ dy }, g) => [dy, g.neg(dy)],
    scalar: () => (a, b) => a - b,
  }),

  mul: binary({
    name: "mul",
    flat: ([a, b], _, g) => (a!.id === b!.id ? g.equal(a!, 0) : undefined),
    identity: ([a, b]) => (b === 1 ? 0 : a === 1 ? 1 : undefined),
    accepts: "number",
    saves: "inputs",
    gradient: ({ dy, a, b }, g) => [g.mul(dy, b), g.mul(dy, a)],
    // Of int32 a product may have more digits than a double.
    scalar: (_, dtype) => (dtype === "int32" ? Math.imul : (a, b) => a * b),
  }),

  // da = dy / b, db = −(dy / b) y
  div: binary({
    name: "div",
    identity: ([, b]) => (b === 1 ? 0 : undefined),
    saves: "both",
    gradient: ({ dy, b, y }, g) => {
      const da = g.div(dy, b);
      return [da, g.neg(g.mul(da, y))];
    },
    scalar: () => (a, b) => a / b,
  }),

  abs: unary({
    name: "abs",
    flat: ([x], _, g) => g.equal(x!, 0),
    accepts: "number",
    exact: true,
    saves: "inputs",
    gradient: ({ dy, x }, g) => [g.mul(dy, g.sign(x))],
    scalar: () => Math.abs,
  }),

  sign: unary({
    name: "sign",
    accepts: "number",
    exact: true,
    saves: "nothing",
    gradient: "none",
    scalar: () => Math.sign,
  }),

  floor: unary({
    name: "floor",
    exact: true,
    saves: "nothing",
    gradient: "none",
    scalar: () => Math.floor,
  }),
};

export const arithmeticNotation: Notations<typeof arithmetic> = {
  neg: { formula: { text: "y = −x", tex: "y = -x" }, write: ([x]) => negate(x!) },
  add: { formula: { text: "y = a + b", tex: "y = a + b" }, write: ([a, b]) => add(a!, b!) },
  sub: { formula: { text: "y = a − b", tex: "y = a - b" }, write: ([a, b]) => subtract(a!, b!) },
  mul: { formula: { text: "y = a b", tex: "y = a\\,b" }, write: ([a, b]) => multiply(a!, b!) },
  div: { formula: { text: "y = a / b", tex: "y = \\frac{a}{b}" }, write: ([a, b]) => divide(a!, b!) },
  abs: {
    formula: { text: "y = |x|", tex: "y = |x|" },
    write: ([x]) => ({ text: `|${x!.text}|`, tex: `\\left|${x!.tex}\\right|`, rank: 4 }),
  },
  sign: {
    formula: { text: "y = −1, 0 or 1 as x is negative, zero or positive", tex: "y = \\operatorname{sign} x" },
    write: (args) => call(args, "sign"),
  },
  floor: {
    formula: { text: "y = ⌊x⌋", tex: "y = \\lfloor x \\rfloor" },
    write: ([x]) => ({ text: `⌊${x!.text}⌋`, tex: `\\lfloor ${x!.tex} \\rfloor`, rank: 4 }),
  },
};

export const arithmeticCases: CasesOf<typeof arithmetic> = {
  neg: one,
  add: two,
  sub: two,
  mul: two,
  div: {
    cases: ofTwo,
    domain: [
      [-2, 2],
      [0.5, 2],
    ],
  },
  abs: { cases: ofOne, kinks: [0] },
  sign: { cases: ofOne, kinks: [0] },
  floor: { cases: ofOne, domain: [[-2.9, 2.9]], kinks: [-2, -1, 0, 1, 2] },
};
