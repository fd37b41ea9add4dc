// An explanation as text for a terminal, as Markdown and as LaTeX.
import type { Equation, Explanation } from "./explain.ts";
import { number, partial, type Written } from "./notation.ts";

/** What is said, with the writing left to a format. */
interface Format {
  heading(text: string): string[];
  paragraph(text: string): string[];
  /** left = first = second = … */
  chain(left: Written, parts: readonly Written[]): string[];
  /** An equation inside a sentence. */
  inline(parts: readonly Written[], between: string): string;
}

/** Lines of at most `width` cells, where sums and products can be parted to fit. */
const text = (width: number): Format => ({
  heading: (title) => ["", title, ""],
  paragraph: (words) => [words],
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

/** Parted before " + ", " − " and " · ", as late as fits. */
function parted(line: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of line.split(/(?= [+−·] )/)) {
    const last = lines.at(-1);
    if (last !== undefined && cells(last) + cells(part) <= width) lines[lines.length - 1] = last + part;
    else lines.push(last === undefined ? part : part.trimStart());
  }
  return lines;
}

const latexChain = (left: Written, parts: readonly Written[]): string[] => [
  "\\begin{aligned}",
  ...parts.map((part, i) => `${i === 0 ? left.tex : ""} &= ${part.tex}${i < parts.length - 1 ? " \\\\" : ""}`),
  "\\end{aligned}",
];

const markdown: Format = {
  heading: (title) => ["", `## ${title}`, ""],
  paragraph: (words) => [words, ""],
  chain: (left, parts) => ["$$", ...latexChain(left, parts), "$$", ""],
  inline: (parts, between) => `$${parts.map((part) => part.tex).join(` ${between === "·" ? "\\cdot" : between} `)}$`,
};

const latex: Format = {
  heading: (title) => ["", `\\subsection*{${title}}`],
  paragraph: (words) => [words, ""],
  chain: (left, parts) => ["\\[", ...latexChain(left, parts), "\\]"],
  inline: markdown.inline,
};

/** For a terminal of so many cells; a name or a number that is longer stays whole. */
export const toText = (explanation: Explanation, width = 80): string => render(explanation, text(width));
/** With formulas between $ and $$, as GitHub and most editors draw them. */
export const toMarkdown = (explanation: Explanation): string => render(explanation, markdown);
/** A part of a document that uses amsmath. */
export const toLatex = (explanation: Explanation): string => render(explanation, latex);

function render(explanation: Explanation, f: Format): string {
  const { name, value, gradient, forward, paths, pathCount, rest, exhaustive, check, update } = explanation;
  const { loss, lossName } = explanation;
  const slope = partial(lossName, name);
  const equation = ({ left, symbols, numbers, value: v }: Equation): string[] =>
    f.chain(left, dropRepeats([symbols, ...(numbers ? [numbers] : []), number(v)]));
  const several = pathCount > 1;
  const lines = [
    ...f.paragraph(`${f.inline([name, number(value)], "=")}, ${f.inline([lossName, number(loss)], "=")}`),
    ...f.heading("Forward"),
    ...forward.flatMap(equation),
  ];
  const kind = exhaustive ? "largest" : "largest found, following the largest terms";
  if (pathCount > 0) {
    const title = "Backward, the chain rule";
    lines.push(...f.heading(title), ...f.paragraph("Derivatives that are 1 are left out."));
  }
  paths.forEach((path, i) => {
    const which = `Path ${i + 1} of ${count(pathCount)}${i === 0 ? `, the ${kind}` : ""}`;
    lines.push(...(several ? f.heading(which) : [""]), ...path.factors.flatMap(equation));
    const factors = path.factors.map(({ value: v }) => inProduct(number(v)));
    const left = several ? plain(`path ${i + 1}`) : slope;
    const parts = factors.length > 0 ? [product(path.factors.map(({ left: l }) => l)), product(factors)] : [];
    lines.push(...f.chain(left, dropRepeats([...parts, number(path.product)])));
  });
  lines.push(...f.heading("Gradient"));
  if (several) {
    const shown = paths.map(({ product: p }) => number(p));
    const others = pathCount - paths.length;
    const sum = [...shown, ...(others > 0 ? [number(rest)] : [])];
    lines.push(
      ...f.chain(slope, [
        plain(
          `${paths.map((_, i) => `path ${i + 1}`).join(" + ")}${others > 0 ? ` + the other ${count(others)} together` : ""}`,
        ),
        {
          text: sum
            .map((p) => p.text)
            .join(" + ")
            .replaceAll("+ −", "− "),
          tex: sum
            .map((p) => p.tex)
            .join(" + ")
            .replaceAll("+ -", "- "),
        },
        number(gradient),
      ]),
    );
  } else if (pathCount === 0) lines.push(...f.paragraph("No path with a derivative other than 0 leads to the loss."));
  if (!several) lines.push(...f.chain(slope, [number(gradient)]));
  const { step, above, below, slope: numeric } = check;
  lines.push(
    ...f.heading("Check by finite difference"),
    ...f.chain(
      plain(
        `(${lossName.text}(x + h) − ${lossName.text}(x − h)) / 2h`,
        `\\frac{${lossName.tex}(x + h) - ${lossName.tex}(x - h)}{2h}`,
      ),
      [
        plain(
          `(${full(above)} − ${full(below)}) / (2 · ${number(step).text})`,
          `\\frac{${full(above)} - ${full(below)}}{2 \\cdot ${number(step).tex}}`,
        ),
        number(numeric),
      ],
    ),
  );
  if (update !== undefined) lines.push(...f.heading("Update"), ...update.flatMap(equation));
  return `${lines.join("\n").trim()}\n`;
}

const count = (n: number): string => (n < 1e6 ? String(n) : n.toExponential(2).replace("e+", "e"));
const full = (value: number): string => String(value).replace(/^-/, "−");
const plain = (words: string, tex = `\\text{${words}}`): Written => ({ text: words, tex });
const inProduct = (piece: ReturnType<typeof number>): Written =>
  piece.rank >= 2 ? piece : { text: `(${piece.text})`, tex: `(${piece.tex})` };
const product = (factors: readonly Written[]): Written => ({
  text: factors.map((factor) => factor.text).join(" · "),
  tex: factors.map((factor) => factor.tex).join(" \\cdot "),
});

/** x = 2 = 2 is x = 2. */
const dropRepeats = (parts: readonly Written[]): Written[] =>
  parts.filter((part, i) => i === 0 || part.text !== parts[i - 1]!.text);
