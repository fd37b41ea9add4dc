// Lesson 2 as text: forward from input to output, then the error terms back, layer by layer.
import type { Lesson2 } from "../../demo/lesson2.ts";
import type { Style } from "../terminal/style.ts";
import { padStart } from "../terminal/text.ts";
import { exact, few, product, scientific, sumOfProducts, vector } from "./digits.ts";
import { type Equation, renderEquations } from "./equations.ts";
import { formulas, heading, paragraph, title } from "./layout.ts";

export function renderLesson2(lesson: Lesson2, style: Style): string[] {
  const { x, w1, w2, target, rate } = lesson;
  return [
    ...title("2  Backpropagation through a hidden layer", style),
    ...formulas(["h = σ(x W₁)", "y = σ(h W₂)", "E = ½ (target − y)²"], style),
    ...heading(["Given", `x = ${vector(x)}`, `target = ${few(target)}`, `η = ${few(rate)}`], style),
    `  W₁ = (${w1.map(vector).join(", ")})`,
    `  W₂ = ${vector(w2)}`,
    ...heading(["Forward, input to output"], style),
    ...renderEquations(forward(lesson), style),
    ...heading(["Backward 1, the output layer:", "δ_out = (target − y) y (1 − y)"], style),
    ...renderEquations(outputLayer(lesson), style),
    ...heading(["Backward 2, the hidden layer:", "δ_hidden = δ_out W₂ ⊙ h (1 − h)"], style),
    ...renderEquations(hiddenLayer(lesson), style),
    "",
    ...firstWeights(lesson, style),
    "",
    ...paragraph(
      "One rule, used twice: the error that reaches a layer, times σ′ there, is its δ; δ times the layer's input is the step of its weights.",
      style,
    ),
  ];
}

const sub = (i: number) => "₁₂₃₄₅₆₇₈₉"[i];

function forward({ x, w1, w2, hiddenNet, h, z, y }: Lesson2): Equation[] {
  const column = (j: number) => w1.map((row) => row[j]!);
  return [
    ...hiddenNet.map((value, j): Equation => [`in${sub(j)}`, "x W₁", sumOfProducts(x, column(j)), exact(value)]),
    ...h.map((value, j): Equation => [`h${sub(j)}`, `σ(in${sub(j)})`, `σ(${few(hiddenNet[j]!)})`, exact(value)]),
    ["z", "h W₂", sumOfProducts(h, w2), exact(z)],
    ["y", "σ(z)", `σ(${few(z)})`, exact(y)],
  ];
}

function outputLayer({ target, rate, h, y, loss, error, outputTerm, dw2 }: Lesson2): Equation[] {
  return [
    ["error", "target − y", `${few(target)} − ${few(y)}`, exact(error)],
    ["E", "½ error²", `½·(${few(error)})²`, exact(loss)],
    ["δ_out", "error·y·(1 − y)", product(error, y, 1 - y), exact(outputTerm)],
    ...dw2.map(
      (value, j): Equation => [`ΔW₂${sub(j)}`, `η δ_out h${sub(j)}`, product(rate, outputTerm, h[j]!), exact(value)],
    ),
  ];
}

function hiddenLayer({ w2, h, outputTerm, hiddenError, hiddenTerm }: Lesson2): Equation[] {
  return [
    ...hiddenError.map(
      (value, j): Equation => [`g${sub(j)}`, `δ_out W₂${sub(j)}`, product(outputTerm, w2[j]!), exact(value)],
    ),
    ...hiddenTerm.map(
      (value, j): Equation => [
        `δ${sub(j)}`,
        `g${sub(j)} h${sub(j)} (1 − h${sub(j)})`,
        product(hiddenError[j]!, h[j]!, 1 - h[j]!),
        exact(value),
      ],
    ),
  ];
}

/** ΔW₁ as a matrix: a row for each input, a column for each hidden neuron. */
function firstWeights({ dw1, h }: Lesson2, { colors }: Style): string[] {
  const cell = (text: string) => padStart(text, 17);
  return [
    `  ΔW₁ = η xᵢ δⱼ${colors.dim(h.map((_, j) => cell(`h${sub(j)}`)).join(""))}`,
    ...dw1.map(
      (row, i) => `${padStart(`x${sub(i)}`, 15)}${row.map((value) => colors.bold(cell(scientific(value)))).join("")}`,
    ),
  ];
}
