// How a scalar expression is written, as plain text and as LaTeX, from the ops it is made of.
import type { ElementwiseOpName, OpAttributes } from "../ir/graph.ts";

/** An expression as it is read: on a terminal, and typeset. */
export interface Written {
  readonly text: string;
  readonly tex: string;
}

/** An expression with what it takes to put it into another one. */
export interface Piece extends Written {
  /** How tightly it holds together: 0 comparison, 1 sum, 2 product, 3 power, 4 a name or anything in brackets. */
  readonly rank: number;
  /** It is `by` · `of`; `by` alone where there is no `of`. Known numbers are gathered: 0.5 · (2 · x) is written x. */
  readonly times?: { readonly by: number; readonly of?: Piece };
  /** It is the difference of these. */
  readonly minus?: readonly [Piece, Piece];
  /** It is minus this. */
  readonly negative?: Piece;
  /** It is 1 / this: a · (1 / b) is written a / b. */
  readonly under?: Piece;
}

/** Without what only putting together needs. */
export const written = ({ text, tex }: Written): Written => ({ text, tex });

export const atom = (text: string, tex = text): Piece => ({ text, tex, rank: 4 });

/** A name as typeset: one letter in italics, more upright; exp₂ as exp⁽²⁾. */
export function nameTex(name: string): string {
  const [base, ordinal] = name.split(/(?<=.)([₀-₉]+)$/) as [string, string?];
  const tex = base.length === 1 ? latexText(base) : `\\mathrm{${latexText(base)}}`;
  return ordinal ? `${tex}^{(${ordinal.replace(/./g, (digit) => String(subscripts.indexOf(digit)))})}` : tex;
}

const subscripts = "₀₁₂₃₄₅₆₇₈₉";
export const subscript = (n: number): string => String(n).replace(/\d/g, (digit) => subscripts[Number(digit)]!);

/** Signs that mean something to LaTeX, as themselves. */
export const latexText = (text: string): string =>
  text.replace(/[\\{}_#$%&^~]/g, (sign) => special[sign as keyof typeof special] ?? `\\${sign}`);
const special = { "\\": "/", "^": "\\^{}", "~": "\\~{}" };

/** All digits that a double needs up to 12; a minus sign for a hyphen. */
export const number = (value: number, digits = String(Number(value.toPrecision(12)))): Piece => {
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
    ...(value < 0 && { negative: number(-value) }),
  };
};

/** A number of the formula itself, not one put in for a name. */
export const constant = (value: number): Piece => ({ ...number(value), times: { by: value } });

const isConstant = ({ times }: Piece, value?: number): boolean =>
  times !== undefined && times.of === undefined && (value === undefined || times.by === value);

/** In brackets unless it holds together at least as tightly as `rank`. */
const within = (piece: Piece, rank: number): Written & { readonly rank: number } =>
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

const plus = infix("+", "+", 1);
const less = infix("−", "-", 1, 2);
const dot = infix("·", "\\cdot", 2);
const difference = (a: Piece, b: Piece): Piece => ({ ...less([a, b]), minus: [a, b] });

function add([a, b]: readonly Piece[]): Piece {
  if (isConstant(a!) && isConstant(b!)) return constant(a!.times!.by + b!.times!.by);
  if (isConstant(a!, 0)) return b!;
  if (isConstant(b!, 0)) return a!;
  return b!.negative ? less([a!, b!.negative]) : plus([a!, b!]);
}

function subtract([a, b]: readonly Piece[]): Piece {
  if (isConstant(b!, 0)) return a!;
  return isConstant(a!, 0) ? negate(b!) : difference(a!, b!);
}

function multiply([a, b]: readonly Piece[]): Piece {
  if (a!.under && !isConstant(b!)) return divide([b!, a!.under]);
  if (b!.under && !isConstant(a!)) return divide([a!, b!.under]);
  if (!a!.times && !b!.times) return dot([a!, b!]);
  const [x, y] = [a!, b!].map((piece) => piece.times ?? { by: 1, of: piece }) as [Times, Times];
  return scaled(x.by * y.by, x.of && y.of ? dot([x.of, y.of]) : (x.of ?? y.of));
}

type Times = NonNullable<Piece["times"]>;

const divide: Write = ([a, b]) => ({
  text: `${within(a!, 2).text} / ${within(b!, 3).text}`,
  tex: `\\frac{${a!.tex}}{${b!.tex}}`,
  rank: 2,
  ...(isConstant(a!, 1) && { under: b! }),
});

function scaled(by: number, of?: Piece): Piece {
  if (of === undefined || by === 0) return constant(by);
  if (by === 1) return of;
  return by === -1 ? negate(of) : { ...dot([number(by), of]), times: { by, of } };
}

/** −(a − b) is written b − a. */
function negate(x: Piece): Piece {
  if (x.times && x.times.by !== -1) return scaled(-x.times.by, x.times.of);
  if (x.times?.of) return x.times.of;
  if (isConstant(x)) return constant(-x.times!.by);
  if (x.minus) return difference(x.minus[1], x.minus[0]);
  const inner = within(x, 2);
  return { text: `−${inner.text}`, tex: `-${inner.tex}`, rank: 1, times: { by: -1, of: x }, negative: x };
}

/** e^(c x) − 1; bˣ − 1 where b = eᶜ has few digits, as in 0.9ᵗ. */
function expm1([x]: readonly Piece[]): Piece {
  const { by, of } = x!.times ?? { by: 1 };
  const base = Number(Math.exp(by).toPrecision(6));
  const power =
    of && Math.abs(Math.log(base) - by) < 1e-14
      ? notation.pow([number(base), of], {})
      : { text: `exp(${x!.text})`, tex: `e^{${x!.tex}}`, rank: 4 };
  return difference(power, constant(1));
}

/** Every elementwise op, in the order of the graph's table. */
export const notation: {
  readonly [N in ElementwiseOpName]: (args: readonly Piece[], attributes: OpAttributes[N]) => Piece;
} = {
  neg: ([x]) => negate(x!),
  exp: call("exp", "\\exp"),
  expm1,
  log: call("ln", "\\ln"),
  log1p: ([x]) => ({
    text: `ln(1 + ${within(x!, 1).text})`,
    tex: `\\ln\\left(1 + ${within(x!, 1).tex}\\right)`,
    rank: 4,
  }),
  sqrt: ([x]) => ({ text: `√${within(x!, 4).text}`, tex: `\\sqrt{${x!.tex}}`, rank: 3 }),
  rsqrt: ([x]) => divide([constant(1), notation.sqrt([x!], {})]),
  reciprocal: ([x]) => divide([constant(1), x!]),
  square: ([x]) => ({ text: `${within(x!, 4).text}²`, tex: `${within(x!, 4).tex}^2`, rank: 3 }),
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
  add,
  sub: subtract,
  mul: multiply,
  div: divide,
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

/** An elementwise op by its name. */
export const write = (op: ElementwiseOpName, args: readonly Piece[], attributes: object): Piece =>
  (notation[op] as (args: readonly Piece[], attributes: object) => Piece)(args, attributes);
