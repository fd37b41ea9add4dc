// How explanations are written on the page: short symbols for the network's numbers, and numbers that know what they are of.
import { elementOf, isParameter, type Network, nameOf } from "../../training/elements.ts";

/**
 * LaTeX with the network's names made short: W^{(1)}_{0,1} for layers.0.weight, b, z and a likewise, y for what the network gives. Layers are
 * counted from 1, as in h = σ(x W₁), all else from 0. The scale and the shift of a normalisation are γ and β; what enters a residual is a copy of a. `isOneRow`: the index of the row says nothing and is left out.
 */
export function symbolTex(network: Network, tex: string, isOneRow: boolean): string {
  return tex.replace(
    /(?:\\mathrm\{([^{}]*)\}|(?<![\\A-Za-z])(x))_\{([\d,]+)\}/g,
    (whole, long: string | undefined, short: string | undefined, list: string) => {
      const name = long ?? short ?? "";
      const { symbol, isOfRows } = symbolOf(network, name);
      if (symbol === undefined) return whole;
      const indices = list.split(",");
      const shown = isOneRow && isOfRows && indices.length > 1 ? indices.slice(1) : indices;
      // In braces, so that it can be raised to a power.
      return `{${symbol}_{${shown.join(",")}}}`;
    },
  );
}

function symbolOf(
  { layers }: Network,
  name: string,
): { readonly symbol: string | undefined; readonly isOfRows: boolean } {
  if (name === "x") return { symbol: "x", isOfRows: true };
  if (name === "target") return { symbol: "t", isOfRows: true };
  for (const [l, { weight, bias, scale, shift, input, z, output }] of layers.entries()) {
    const layer = layers.length === 1 ? "" : `^{(${l + 1})}`;
    if (name === weight) return { symbol: `w${layer}`, isOfRows: false };
    if (name === bias) return { symbol: `b${layer}`, isOfRows: false };
    if (name === scale) return { symbol: `\\gamma${layer}`, isOfRows: false };
    if (name === shift) return { symbol: `\\beta${layer}`, isOfRows: false };
    if (name === z) return { symbol: `z${layer}`, isOfRows: true };
    if (name === input && l > 0) return { symbol: `a^{(${l})}`, isOfRows: true };
    if (name === output) return { symbol: l === layers.length - 1 ? "y" : `a${layer}`, isOfRows: true };
  }
  return { symbol: undefined, isOfRows: false };
}

/** A piece of a line of numbers: signs and brackets, or a number, with the name of the network's number that it is. */
export interface Token {
  readonly text: string;
  readonly isNumber: boolean;
  /** It stands in the formula itself: shown with the digits that it has. */
  readonly isConstant: boolean;
  readonly name: string | undefined;
}

const atom =
  /\(the other \d+ terms\)|[\p{L}][\p{L}\d.′₀-₉]*(?:\[[\d,]+\])?(?![\p{L}\d.(])|\d+(?:\.\d+)?(?:e[−-]?\d+)?/gu;
const numeral = /−?(?<![\p{L}\d.])(?:\d+(?:\.\d+)?(?:e[−-]?\d+)?|∞|NaN)/gu;

/** A line of numbers in pieces. `symbols` is the same line with names; where the two do not go together, numbers have no names. */
export function tokensOf(network: Network, symbols: string, numbers: string): Token[] {
  const atoms = [...symbols.matchAll(atom)].map(([text]) => text);
  const found = [...numbers.matchAll(numeral)];
  const isAligned = atoms.length === found.length;
  const tokens: Token[] = [];
  let end = 0;
  for (const [i, match] of found.entries()) {
    if (match.index > end) tokens.push(plain(numbers.slice(end, match.index)));
    const own = isAligned ? atoms[i]! : undefined;
    const isConstant = own === undefined ? match[0].length < 5 : /^\d/.test(own);
    const element = own === undefined || isConstant ? undefined : elementOf(network, own);
    tokens.push({ text: match[0], isNumber: true, isConstant, name: element && nameOf(network, element) });
    end = match.index + match[0].length;
  }
  if (end < numbers.length) tokens.push(plain(numbers.slice(end)));
  return tokens;
}

const plain = (text: string): Token => ({ text, isNumber: false, isConstant: false, name: undefined });

/** "−1.2e−7" as a number. */
export const numberOf = (text: string): number =>
  text === "∞"
    ? Number.POSITIVE_INFINITY
    : text === "−∞"
      ? Number.NEGATIVE_INFINITY
      : Number(text.replaceAll("−", "-"));

const nameIn = /[\p{L}][\p{L}\d.]*\[[\d,]+\]/gu;

/** Names of the network's numbers that a text mentions, each once. */
export function namesIn(network: Network, text: string): string[] {
  const names = [...text.matchAll(nameIn)].flatMap(([name]) => {
    const element = elementOf(network, name);
    return element ? [nameOf(network, element)] : [];
  });
  return [...new Set(names)];
}

/** What a factor of a path is of: the edge for ∂z/∂a = w, the input and the edge for ∂z/∂w = x, the unit for ∂a/∂z. */
export function namesOfFactor(network: Network, left: string, symbols: string): string[] {
  const own = namesIn(network, symbols);
  const around = namesIn(network, left);
  const parameters = around.filter((name) => isParameter(elementOf(network, name)!));
  return [...new Set([...(own.length > 0 ? own : around), ...parameters])];
}
