// How a scalar expression is written, as plain text and as LaTeX, from the ops it is made of.
import type { ElementwiseOpName, OpAttributes } from "../ir/graph.ts";

/** An expression as it is read: on a terminal, and typeset. */
export interface Written {
  readonly text: string;
  readonly tex: string;
}

/** `rank`: how tightly it holds together. 0 comparison, 1 sum, 2 product, 3 power, 4 a name or anything in brackets. */
export interface Piece extends Written {
  readonly rank: number;
}

/** Without what only putting together needs. */
export const written = ({ text, tex }: Written): Written => ({ text, tex });

export const atom = (text: string, tex = text): Piece => ({ text, tex, rank: 4 });

/** All digits that a double needs up to 12; a minus sign for a hyphen. */
export const number = (value: number): Piece => {
  const digits = String(Number(value.toPrecision(12)));
  const [mantissa, power] = digits.replace("e+", "e").split("e") as [string, string?];
  const minus = (text: string) => text.replace(/^-/, "−");
  return {
    text: power === undefined ? minus(digits) : `${minus(mantissa)}e${minus(power)}`,
    tex: Number.isFinite(value)
      ? power === undefined
        ? digits
        : `${mantissa} \\cdot 10^{${power}}`
      : Number.isNaN(value)
        ? "\\mathrm{NaN}"
        : value < 0
          ? "-\\infty"
          : "\\infty",
    rank: value < 0 ? 1 : power === undefined ? 4 : 2,
  };
};

/** In brackets unless it holds together at least as tightly as `rank`. */
const within = (piece: Piece, rank: number): Piece =>
  piece.rank >= rank ? piece : { text: `(${piece.text})`, tex: `\\left(${piece.tex}\\right)`, rank: 4 };

/** ∂y/∂x */
export const partial = (of: Written, by: Written): Written => ({
  text: `∂${of.text}/∂${by.text}`,
  tex: `\\frac{\\partial ${of.tex}}{\\partial ${by.tex}}`,
});

type Write = (args: readonly Piece[]) => Piece;

const infix =
  (text: string, tex: string, rank: number, right = rank): Write =>
  ([a, b]) => {
    const [l, r] = [within(a!, rank), within(b!, right)];
    return { text: `${l.text} ${text} ${r.text}`, tex: `${l.tex} ${tex} ${r.tex}`, rank };
  };

const call =
  (text: string, tex = `\\operatorname{${text}}`): Write =>
  (args) => ({
    text: `${text}(${args.map((arg) => arg.text).join(", ")})`,
    tex: `${tex}\\left(${args.map((arg) => arg.tex).join(",\\, ")}\\right)`,
    rank: 4,
  });

const prefix =
  (text: string, tex: string, after: string, texAfter: string): Write =>
  ([x]) => {
    const inner = within(x!, 4);
    return { text: `${text}${inner.text}${after}`, tex: `${tex}${inner.tex}${texAfter}`, rank: 3 };
  };

/** Every elementwise op, in the order of the graph's table. */
export const notation: {
  readonly [N in ElementwiseOpName]: (args: readonly Piece[], attributes: OpAttributes[N]) => Piece;
} = {
  neg: ([x]) => {
    const inner = within(x!, 2);
    return { text: `−${inner.text}`, tex: `-${inner.tex}`, rank: 1 };
  },
  exp: call("exp", "\\exp"),
  expm1: ([x]) => ({ text: `exp(${x!.text}) − 1`, tex: `e^{${x!.tex}} - 1`, rank: 1 }),
  log: call("ln", "\\ln"),
  log1p: ([x]) => ({
    text: `ln(1 + ${within(x!, 1).text})`,
    tex: `\\ln\\left(1 + ${within(x!, 1).tex}\\right)`,
    rank: 4,
  }),
  sqrt: ([x]) => ({ text: `√${within(x!, 4).text}`, tex: `\\sqrt{${x!.tex}}`, rank: 3 }),
  rsqrt: ([x]) => ({ text: `1 / √${within(x!, 4).text}`, tex: `\\frac{1}{\\sqrt{${x!.tex}}}`, rank: 2 }),
  reciprocal: ([x]) => ({ text: `1 / ${within(x!, 3).text}`, tex: `\\frac{1}{${x!.tex}}`, rank: 2 }),
  square: prefix("", "", "²", "^2"),
  abs: ([x]) => ({ text: `|${x!.text}|`, tex: `\\left|${x!.tex}\\right|`, rank: 4 }),
  sign: call("sign"),
  floor: ([x]) => ({ text: `⌊${x!.text}⌋`, tex: `\\lfloor ${x!.tex} \\rfloor`, rank: 4 }),
  sin: call("sin", "\\sin"),
  cos: call("cos", "\\cos"),
  erf: call("erf"),
  tanh: call("tanh", "\\tanh"),
  sigmoid: call("σ", "\\sigma"),
  softplus: call("softplus"),
  relu: ([x]) => ({ text: `max(${x!.text}, 0)`, tex: `\\max\\left(${x!.tex},\\, 0\\right)`, rank: 4 }),
  leakyRelu: ([x], { slope }) => call("leakyRelu")([x!, number(slope)]),
  elu: ([x], { alpha }) => call("elu")([x!, number(alpha)]),
  gelu: call("gelu"),
  geluTanh: call("geluTanh"),
  silu: call("silu"),
  add: infix("+", "+", 1),
  sub: infix("−", "-", 1, 2),
  mul: infix("·", "\\cdot", 2),
  div: ([a, b]) => ({
    text: `${within(a!, 2).text} / ${within(b!, 3).text}`,
    tex: `\\frac{${a!.tex}}{${b!.tex}}`,
    rank: 2,
  }),
  pow: ([a, b]) => ({
    text: `${within(a!, 4).text}^${within(b!, 4).text}`,
    tex: `${within(a!, 4).tex}^{${b!.tex}}`,
    rank: 3,
  }),
  maximum: call("max", "\\max"),
  minimum: call("min", "\\min"),
  equal: infix("=", "=", 0, 1),
  notEqual: infix("≠", "\\ne", 0, 1),
  less: infix("<", "<", 0, 1),
  lessEqual: infix("≤", "\\le", 0, 1),
  greater: infix(">", ">", 0, 1),
  greaterEqual: infix("≥", "\\ge", 0, 1),
  where: ([c, a, b]) => ({
    text: `(${a!.text} where ${c!.text}, else ${b!.text})`,
    tex: `\\begin{cases} ${a!.tex} & ${c!.tex} \\\\ ${b!.tex} & \\text{else} \\end{cases}`,
    rank: 4,
  }),
  isFinite: ([x]) => ({ text: `|${x!.text}| < ∞`, tex: `|${x!.tex}| < \\infty`, rank: 0 }),
  cast: ([x]) => x!,
  stopGradient: ([x]) => x!,
};
