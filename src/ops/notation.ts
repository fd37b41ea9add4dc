// How arithmetic is written, as plain text and as LaTeX: what the notation of each op is put together from.
import type { ElementwiseOpName, Formula, OpAttributes, OpName } from "../ir/graph.ts";
import type { Shape } from "../ir/shape.ts";

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

export const truth = (value: number): Piece =>
  atom(value === 0 ? "false" : "true", `\\text{${value === 0 ? "false" : "true"}}`);

/** In brackets unless it holds together at least as tightly as `rank`. */
export const within = (piece: Piece, rank: number): Written & { readonly rank: number } =>
  piece.rank >= rank ? piece : { text: `(${piece.text})`, tex: `\\left(${piece.tex}\\right)`, rank: 4 };

/** ∂y/∂x */
export const partial = (of: Written, by: Written): Written => ({
  text: `∂${of.text}/∂${by.text}`,
  tex: `\\frac{\\partial ${of.tex}}{\\partial ${by.tex}}`,
});

/** What one element of an op over groups, or its derivative, is written with: elements by their names or by their values. */
export interface Leaf {
  /** The output's element. */
  readonly y: Piece;
  /** Elements of the operand that the output's element depends on, and which of them is meant. */
  readonly x: readonly Piece[];
  readonly at: number;
  /** The outputs that belong to `x`, for ops that give as many. */
  readonly ys: readonly Piece[];
  /** Mean of the operands, as it is written, and its value. */
  readonly mean: Piece;
  readonly meanValue: number;
  /** Σ f(x), f as it is written and its value: the largest terms, the others together. */
  sum(f: (x: Piece) => Piece, value: (x: number) => number): Piece;
  /** Whether the meant operand stands at the output's own place. */
  readonly same: boolean;
}

/** Indices of an element along each axis. */
export type Indices = readonly number[];

/**
 * Of an op that is not elementwise. What is left out is written from the op's terms, where it is a sum of products, or
 * from its formula; derivatives by their values.
 */
export interface GroupNotation<N extends OpName> {
  readonly formula: Formula;
  value?(leaf: Leaf, attributes: OpAttributes[N]): Piece;
  derivative?(leaf: Leaf, attributes: OpAttributes[N]): Piece;
  /**
   * Of ops that are bilinear, y = Σ a b: place in the other operand, of shape `other`, of what the element x of operand
   * `operand` is multiplied by in the element y.
   */
  partner?(
    node: { readonly attributes: OpAttributes[N]; readonly shape: Shape },
    operand: number,
    x: Indices,
    y: Indices,
    other: Shape,
  ): number[];
}

/** Of an elementwise op. */
export interface ElementwiseNotation<N extends OpName> {
  readonly formula: Formula;
  /** From its operands. */
  write(args: readonly Piece[], attributes: OpAttributes[N]): Piece;
}

/** How an op is written. What only the engine loads leaves it out. */
export type Notation<N extends OpName> = N extends ElementwiseOpName ? ElementwiseNotation<N> : GroupNotation<N>;

/** The notation of every op of a family of records. */
export type Notations<Records> = { readonly [N in keyof Records & OpName]: Notation<N> };

/** a ∘ b; brackets where an operand holds together less tightly. */
export function infix([a, b]: readonly Piece[], text: string, tex: string, rank: number, right = rank): Piece {
  const [l, r] = [within(a!, rank), within(b!, right)];
  return { text: `${l.text} ${text} ${r.text}`, tex: `${l.tex} ${tex} ${r.tex}`, rank };
}

/** f(a, b, …) */
export const call = (args: readonly Piece[], text: string, tex = `\\operatorname{${text}}`): Piece => ({
  text: `${text}(${args.map((arg) => arg.text).join(", ")})`,
  tex: `${tex}\\left(${args.map((arg) => arg.tex).join(",\\, ")}\\right)`,
  rank: 4,
});

const plus = (a: Piece, b: Piece): Piece => infix([a, b], "+", "+", 1);
const less = (a: Piece, b: Piece): Piece => infix([a, b], "−", "-", 1, 2);
const dot = (a: Piece, b: Piece): Piece => infix([a, b], "·", "\\cdot", 2);
const difference = (a: Piece, b: Piece): Piece => ({ ...less(a, b), minus: [a, b] });

export function add(a: Piece, b: Piece): Piece {
  if (isConstant(a) && isConstant(b)) return constant(a.times!.by + b.times!.by);
  if (isConstant(a, 0)) return b;
  if (isConstant(b, 0)) return a;
  return b.negative ? less(a, b.negative) : plus(a, b);
}

export function subtract(a: Piece, b: Piece): Piece {
  if (isConstant(b, 0)) return a;
  return isConstant(a, 0) ? negate(b) : difference(a, b);
}

export function multiply(a: Piece, b: Piece): Piece {
  if (a.under && !isConstant(b)) return divide(b, a.under);
  if (b.under && !isConstant(a)) return divide(a, b.under);
  if (!a.times && !b.times) return dot(a, b);
  const [x, y] = [a, b].map((piece) => piece.times ?? { by: 1, of: piece }) as [Times, Times];
  return scaled(x.by * y.by, x.of && y.of ? dot(x.of, y.of) : (x.of ?? y.of));
}

type Times = NonNullable<Piece["times"]>;

export const divide = (a: Piece, b: Piece): Piece => ({
  text: `${within(a, 2).text} / ${within(b, 3).text}`,
  tex: `\\frac{${a.tex}}{${b.tex}}`,
  rank: 2,
  ...(isConstant(a, 1) && { under: b }),
});

function scaled(by: number, of?: Piece): Piece {
  if (of === undefined || by === 0) return constant(by);
  if (by === 1) return of;
  return by === -1 ? negate(of) : { ...dot(number(by), of), times: { by, of } };
}

/** −(a − b) is written b − a. */
export function negate(x: Piece): Piece {
  if (x.times && x.times.by !== -1) return scaled(-x.times.by, x.times.of);
  if (x.times?.of) return x.times.of;
  if (isConstant(x)) return constant(-x.times!.by);
  if (x.minus) return difference(x.minus[1], x.minus[0]);
  const inner = within(x, 2);
  return { text: `−${inner.text}`, tex: `-${inner.tex}`, rank: 1, times: { by: -1, of: x }, negative: x };
}

export const power = (a: Piece, b: Piece): Piece => ({
  text: `${within(a, 4).text}^${within(b, 4).text}`,
  tex: `${within(a, 4).tex}^{${b.tex}}`,
  rank: 3,
});

export const squared = (x: Piece): Piece => ({ text: `${within(x, 4).text}²`, tex: `${within(x, 4).tex}^2`, rank: 3 });

export const root = (x: Piece): Piece => ({ text: `√${within(x, 4).text}`, tex: `\\sqrt{${x.tex}}`, rank: 3 });

/** e^x */
export const exponential = (x: Piece): Piece => call([x], "exp", "\\exp");

/** ln x */
export const logarithm = (x: Piece): Piece => call([x], "ln", "\\ln");

/** Σ eˣ */
export const sumOfExponentials = ({ sum }: Leaf): Piece => sum(exponential, Math.exp);
