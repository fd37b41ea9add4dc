// Lesson 1 as text: each step of the neuron, and the learning rates as curves.
import { grouped } from "../../data/wording.ts";
import type { Lesson1, NeuronStep, RateComparison } from "../../demo/lesson1.ts";
import { axis, plot } from "../terminal/plot.ts";
import type { Style } from "../terminal/style.ts";
import { padStart } from "../terminal/text.ts";
import { exact, few, fixed, product, sumOfProducts, vector } from "./digits.ts";
import { type Equation, renderEquations } from "./equations.ts";
import { formulas, heading, paragraph, title } from "./layout.ts";

export function renderLesson1({ cases, rates }: Lesson1, style: Style): string[] {
  return [
    ...title("1  Gradient descent on one neuron", style),
    ...formulas(["y = σ(w·x)", "E = ½ (target − y)²", "Δw = −η ∂E/∂w = η δ x"], style),
    ...formulas(["σ(z) = 1 / (1 + e^−z)", "σ′ = σ (1 − σ)", "δ = (target − y) σ′(w·x)"], style),
    ...cases.flatMap((step, i) => [...heading(caseName(step, i), style), ...renderEquations(equations(step), style)]),
    "",
    ...paragraph(
      "Nothing here was typed in: E was traced as a function, and error, δ and Δw are its gradients −∂E/∂y, −∂E/∂(w·x) and −η ∂E/∂w.",
      style,
    ),
    ...renderRates(rates, style),
  ];
}

const caseName = ({ x, w, target, rate }: NeuronStep, i: number) => [
  `Case ${i + 1}`,
  `x = ${vector(x)}`,
  `w = ${vector(w)}`,
  `target = ${few(target)}`,
  `η = ${few(rate)}`,
];

const subscripts = "₁₂₃₄₅₆₇₈₉";

function equations({ x, w, target, rate, net, y, error, errorTerm, dw, loss }: NeuronStep): Equation[] {
  return [
    ["w·x", w.map((_, i) => `w${subscripts[i]}x${subscripts[i]}`).join(" + "), sumOfProducts(w, x), exact(net)],
    ["y", "σ(w·x)", `1 / (1 + e^${few(-net)})`, exact(y)],
    ["error", "target − y", `${few(target)} − ${few(y)}`, exact(error)],
    ["E", "½ error²", `½·(${few(error)})²`, exact(loss)],
    ["δ", "error·y·(1 − y)", product(error, y, 1 - y), exact(errorTerm)],
    ...dw.map(
      (value, i): Equation => [
        `Δw${subscripts[i]}`,
        `η δ x${subscripts[i]}`,
        product(rate, errorTerm, x[i]!),
        exact(value),
      ],
    ),
  ];
}

function renderRates({ steps, descents, curvature, limit }: RateComparison, style: Style): string[] {
  const { colors } = style;
  const gentle = descents.filter(({ rate }) => rate < limit);
  const wild = descents.filter(({ rate }) => rate >= limit);
  const names = gentle.map(({ rate }) => few(rate));
  return [
    ...heading(["The learning rate η:", "the neuron of case 2, trained for 10,000 steps"], style),
    ...curves(descents, steps, style),
    "",
    ...paragraph(
      `From left to right η = ${names.join(", ")}: a tenth of the rate takes ten times the steps. Along the top η = ${wild.map(({ rate }) => few(rate)).join(", ")}, which never arrives.`,
      style,
    ),
    "",
    colors.dim("         η   target − y before step 1, 2, 3 …"),
    ...[...gentle.slice(0, 1), ...wild].map(
      ({ rate, firstErrors }) =>
        `${padStart(few(rate), 10)}${firstErrors.map((error) => padStart(fixed(error, 3), 8)).join("")}`,
    ),
    "",
    ...paragraph(
      `Too large jumps across: each step lands on the other side of the target, no nearer. The limit is 2/λ = 2/${few(curvature)} = ${few(limit)}, with λ the curvature ∂²E/∂w² along x at the minimum, a second derivative.`,
      style,
    ),
  ];
}

/** E against steps, both axes logarithmic. */
function curves(descents: Lesson1["rates"]["descents"], steps: readonly number[], { width, colors }: Style): string[] {
  const low = -6;
  const high = -1;
  const height = 8;
  const labels = new Map([
    [0, "1e-1"],
    [height - 1, "1e-6"],
  ]);
  const plotWidth = Math.min(width - 10, 64);
  const logs = descents.map(({ losses }) => losses.map((loss) => Math.log10(loss)));
  const decades = Math.round(Math.log10(steps.at(-1)!));
  const ticks = Array.from({ length: decades + 1 }, (_, i) => grouped(10 ** i));
  return [
    colors.dim("         E"),
    ...plot(logs, { width: plotWidth, height, low, high }).map(
      (line, row) => `${colors.dim(padStart(labels.get(row) ?? "", 6))}  ${colors.cyan(line).trimEnd()}`,
    ),
    colors.dim(`        ${axis(ticks, plotWidth)}`),
    colors.dim(padStart("steps", 8 + plotWidth)),
  ];
}
