// An explanation as text for a terminal, as Markdown and as LaTeX.
import {
  add,
  constant,
  divide,
  latexText,
  number,
  type Piece,
  partial,
  subtract,
  type Written,
} from "../ops/notation.ts";
import type { Equation, Explanation } from "./explanation.ts";

/** What is said, with the writing left to a format. */
interface Format {
  heading(text: string): string[];
  paragraph(text: string): string[];
  /** A paragraph of any words. */
  sentence(text: string): string[];
  /** left = first = second = … */
  chain(left: Written, parts: readonly Written[]): string[];
  /** An equation inside a sentence. */
  inline(parts: readonly Written[], between: string): string;
}

/** Lines of at most `width` cells, where sums and products can be parted to fit. */
const text = (width: number): Format => ({
  heading: (title) => ["", title, ""],
  paragraph: (words) => [...packed(words.split(" "), width), ""],
  sentence: (words) => packed(words.split(" "), width),
  chain: (left, parts) => {
    const indent = cells(left.text) + 2;
    return parts.flatMap((part, i) => {
      const room = width - indent - 3;
      const lines = parted(part.text, room < 24 ? width - 6 : room);
      const start = `  ${i === 0 ? left.text : " ".repeat(indent - 2)} = `;
      if (room >= 24) return lines.map((line, l) => (l === 0 ? start : " ".repeat(indent + 3)) + line);
      return [start.trimEnd(), ...lines.map((line) => `      ${line}`)];
    });
  },
  inline: (parts, between) => parts.map((part) => part.text).join(` ${between} `),
});

const cells = (line: string): number => [...line].length;

/** Parted before the + and − of the whole sum, as late as fits; a term that is longer, before its other signs. */
function parted(line: string, width: number): string[] {
  const terms = split(line, ["+", "−"], 0).flatMap((term) =>
    cells(term) <= width ? [term] : packed(split(term, ["+", "−", "·", "/", "where", "else"]), width),
  );
  return packed(terms, width);
}

/** Before signs inside at most so many brackets, in plain text or LaTeX. */
function split(line: string, signs: readonly string[], deepest = Number.POSITIVE_INFINITY): string[] {
  const parts: string[] = [];
  let depth = 0;
  for (const word of line.split(" ")) {
    if (parts.length === 0 || (signs.includes(word) && depth <= deepest)) parts.push(word);
    else parts[parts.length - 1] += ` ${word}`;
    depth += count(word, /[({]|\\left|\\begin/g) - count(word, /[)}]|\\right|\\end/g);
  }
  return parts;
}

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

function packed(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && cells(last) + 1 + cells(part) <= width) lines[lines.length - 1] = `${last} ${part}`;
    else lines.push(part);
  }
  return lines;
}

/** Cells of a line as text that a typeset page has room for. */
const typesetWidth = 72;

/** LaTeX parted where its text would be: before + and −, and before · where a term is longer. */
function typeset({ text: plain, tex }: Written): string[] {
  if (cells(plain) <= typesetWidth) return [tex];
  const isLong = split(plain, ["+", "−"], 0).some((term) => cells(term) > typesetWidth);
  const terms = split(plain, ["+", "−", ...(isLong ? ["·"] : [])], 0);
  const powers = tex.replaceAll("\\cdot 10^", "\\cdot\n10^");
  const pieces = split(powers, ["+", "-", ...(isLong ? ["\\cdot"] : [])], 0).map((piece) =>
    piece.replaceAll("\n", " "),
  );
  if (terms.length !== pieces.length) return [tex];
  const lines: string[] = [];
  let used = typesetWidth;
  for (const [i, piece] of pieces.entries()) {
    const width = cells(terms[i]!) + 1;
    if (used + width > typesetWidth) {
      lines.push(piece);
      used = 0;
    } else lines[lines.length - 1] += ` ${piece}`;
    used += width;
  }
  return lines;
}

const latexChain = (left: Written, parts: readonly Written[]): string[] => {
  const rows = parts.flatMap((part, i) =>
    typeset(part).map((line, l) => `${i + l === 0 ? left.tex : ""} &${l === 0 ? "=" : "\\quad"} ${line}`),
  );
  return ["\\begin{aligned}", ...rows.map((row, i) => `${row}${i < rows.length - 1 ? " \\\\" : ""}`), "\\end{aligned}"];
};

const markdown: Format = {
  heading: (title) => ["", `## ${title}`, ""],
  paragraph: (words) => [words, ""],
  sentence: (words) => [words.replace(/[\\`*_<>$[\]]/g, "\\$&"), ""],
  chain: (left, parts) => ["$$", ...latexChain(left, parts), "$$", ""],
  inline: (parts, between) => `$${parts.map((part) => part.tex).join(` ${between === "·" ? "\\cdot" : between} `)}$`,
};

const latex: Format = {
  heading: (title) => ["", `\\subsection*{${title}}`],
  paragraph: (words) => [words, ""],
  sentence: (words) => [latexText(words), ""],
  chain: (left, parts) => ["\\[", ...latexChain(left, parts), "\\]"],
  inline: markdown.inline,
};

/**
 * For a terminal of so many cells; a name or a number that is longer stays whole.
 *
 * ```ts
 * const one = explain(({ a, b }) => a.mul(b), { a: tensor(2), b: tensor(3) });
 * toText(one.of("a")).split("\n")[0] // "a = 2, loss = 6"
 * ```
 */
export const toText = (explanation: Explanation, width = 80): string => render(explanation, text(width));
/**
 * With formulas between $ and $$, as GitHub and most editors draw them.
 *
 * ```ts
 * toMarkdown(explain(({ a }) => a.exp(), { a: tensor(0) }).of("a")).split("\n")[0] // "$a = 0$, $\\mathrm{loss} = 1$"
 * ```
 */
export const toMarkdown = (explanation: Explanation): string => render(explanation, markdown);
/**
 * A part of a document that uses amsmath.
 *
 * ```ts
 * toLatex(explain(({ a }) => a.exp(), { a: tensor(0) }).of("a")).includes("\\exp\\left(a\\right)") // true
 * ```
 */
export const toLatex = (explanation: Explanation): string => render(explanation, latex);

function render(explanation: Explanation, f: Format): string {
  const { about = [], name, value, forward, loss, lossName } = explanation;
  const lines = [
    ...about.flatMap(f.sentence),
    ...(about.length > 0 ? [""] : []),
    ...f.paragraph(
      [
        f.inline([name, number(value)], "="),
        ...(name.text === lossName.text ? [] : [f.inline([lossName, number(loss)], "=")]),
      ].join(", "),
    ),
    ...(forward.length > 0 ? f.heading("Forward") : []),
    ...forward.flatMap((equation) => chain(equation, f)),
    ...backward(explanation, f),
    ...gradient(explanation, f),
    ...check(explanation, f),
    ...update(explanation, f),
  ];
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

const chain = ({ left, symbols, numbers, value }: Equation, f: Format): string[] =>
  f.chain(left, dropRepeats([symbols, ...(numbers ? [numbers] : []), number(value)]));

function backward({ name, lossName, paths, pathCount, exhaustive, ends }: Explanation, f: Format): string[] {
  if (pathCount === 0) {
    const lines = [
      ...f.heading("Backward"),
      ...f.paragraph("No path leads to the loss: each ends where a derivative is 0."),
    ];
    return ends.length > 0 ? [...lines, ...ends.flatMap((end) => chain(end, f))] : [];
  }
  const given = new Set<string>();
  /** Factors of earlier paths are not worked out once more. */
  const isNew = ({ left, value }: Equation): boolean => {
    const key = `${left.text} ${value}`;
    return !given.has(key) && given.add(key) !== undefined;
  };
  const kind = exhaustive ? "the largest" : "the largest found";
  const title = (i: number) => `Path ${i + 1} of ${among(pathCount, exhaustive)}${i === 0 ? `, ${kind}` : ""}`;
  return paths.flatMap(({ factors, product }, i) => {
    const left = pathCount > 1 ? words(`path ${i + 1}`) : partial(lossName, name);
    const numbers = factors.map((factor) => inProduct(number(factor.value)));
    const parts = factors.length > 0 ? [times(factors.map((factor) => factor.left)), times(numbers)] : [];
    return [
      ...f.heading(pathCount > 1 ? title(i) : "Backward, by the chain rule"),
      ...factors.filter(isNew).flatMap((factor) => chain(factor, f)),
      ...f.chain(left, dropRepeats([...parts, number(product)])),
    ];
  });
}

function gradient(
  { name, lossName, gradient: g, paths, pathCount, exhaustive, rest }: Explanation,
  f: Format,
): string[] {
  const left = partial(lossName, name);
  if (pathCount === 1) return [];
  const others = exhaustive ? pathCount - paths.length : Number.POSITIVE_INFINITY;
  const named = paths.map((_, i) => `path ${i + 1}`);
  const together =
    others === 1 ? "the other one" : `${exhaustive ? `the other ${many(others)}` : "all others"} together`;
  const parts = [
    words([...named, ...(others > 0 ? [together] : [])].join(" + ")),
    [...paths.map(({ product }) => number(product)), ...(others > 0 ? [number(rest)] : [])].reduce(
      (sum, piece) => add(sum, piece),
      constant(0),
    ),
  ];
  return [...f.heading("Gradient"), ...f.chain(left, [...(pathCount > 0 ? parts : []), number(g)])];
}

function check({ name, lossName, check: { step, above, below, slope } }: Explanation, f: Format): string[] {
  const at = (sign: string, tex: string) => ({
    text: `${lossName.text}(${name.text} ${sign} h)`,
    tex: `${lossName.tex}(${name.tex} ${tex} h)`,
  });
  const [high, low] = [at("+", "+"), at("−", "-")];
  const twice = number(2 * step);
  return [
    ...f.heading(`Check by finite difference, h = ${number(step).text}`),
    ...f.chain({ text: high.text, tex: high.tex }, [full(above)]),
    ...f.chain(low, [full(below)]),
    ...f.chain({ text: "difference / 2h", tex: "\\frac{\\text{difference}}{2h}" }, [
      divide(subtract(full(above), full(below)), twice),
      number(slope),
    ]),
  ];
}

function update({ update: one }: Explanation, f: Format): string[] {
  if (one === undefined) return [];
  return [
    ...f.heading(`Update ${one.step + 1}, by ${one.optimizer.kind}`),
    ...one.equations.flatMap((equation) => chain(equation, f)),
  ];
}

const among = (n: number, exhaustive: boolean): string => (exhaustive ? many(n) : `more than ${many(n)}`);
const many = (n: number): string => (n < 1e6 ? String(n) : n.toExponential(2).replace("e+", "e"));
/** All digits, since most of them go in the difference. */
const full = (value: number): Piece => number(value, String(value));
const words = (text: string): Written => ({ text, tex: `\\text{${text}}` });
const inProduct = (piece: Piece): Written =>
  piece.rank >= 2 ? piece : { text: `(${piece.text})`, tex: `\\left(${piece.tex}\\right)` };
const times = (factors: readonly Written[]): Written => ({
  text: factors.map((factor) => factor.text).join(" · "),
  tex: factors.map((factor) => factor.tex).join(" \\cdot "),
});

/** x = 2 = 2 is x = 2. */
const dropRepeats = (parts: readonly Written[]): Written[] =>
  parts.filter((part, i) => i === 0 || part.text !== parts[i - 1]!.text);
