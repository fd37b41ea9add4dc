// Lesson 3 as text: gradients by layer as bars, the chain rule's factors as tables, both trainings as curves.

import { grouped } from "../../data/wording.ts";
import type { DeepNetwork, LayerFactors, Lesson3 } from "../../demo/lesson3.ts";
import { maximum } from "../../ir/stats.ts";
import { logShare, thinBar } from "../terminal/bar.ts";
import { magnitude, percent } from "../terminal/format.ts";
import { axis, plot } from "../terminal/plot.ts";
import type { Style } from "../terminal/style.ts";
import { renderTable } from "../terminal/table.ts";
import { padEnd, padStart } from "../terminal/text.ts";
import { few, fixed } from "./digits.ts";
import { formulas, heading, paragraph, sideBySide, title } from "./layout.ts";

export function renderLesson3(lesson: Lesson3, style: Style): string[] {
  const { depth, width, points, rate, steps, seed, networks } = lesson;
  const [sigmoid, relu] = networks as [DeepNetwork, DeepNetwork];
  const largest = maximum(sigmoid.ledger.map((row) => row.activation));
  return [
    ...title("3  Why sigmoid gradients vanish", style),
    ...paragraph(
      `Two networks of ${depth} hidden layers with ${width} neurons each learn which of ${points} points lie inside a circle. Same data, same initial weights (He, seed ${seed}), same gradient descent (η = ${few(rate)}). They differ in the activation φ alone.`,
      style,
    ),
    "",
    ...paragraph(
      "On the way back every layer multiplies the gradient by one more φ′: σ′ at the output, σ′·σ′ one layer down, σ′·σ′·σ′ the next.",
      style,
    ),
    ...heading(["Size of the gradients at the first step,", scaleText], style),
    ...bars(networks, style),
    ...heading(["The factors of the chain rule,", "on the way back from output to input"], style),
    ...formulas(["‖δₗ‖ / ‖δₗ₊₁‖ = W · φ′", "W = ‖gₗ‖ / ‖δₗ₊₁‖", "φ′ = ‖δₗ‖ / ‖gₗ‖"], style),
    ...formulas(["δ = ∂E/∂z before the activation,", "g = ∂E/∂a behind it"], style).map(style.colors.dim),
    "",
    ...sideBySide(
      networks.map((network) => ledgerTable(network, style)),
      6,
      style,
    ),
    "",
    ...paragraph(
      `σ′ = σ (1 − σ) is at most ¼; the largest factor measured here is ${few(largest, 3)}. The weights cannot make up for it: ${each(sigmoid.ledger)} a layer, so ${magnitude(sigmoid.ledger.at(-1)!.product)} of the gradient is left at layer 1. With relu it is ${each(relu.ledger)} a layer: φ′ is 1 or 0, and He's weights make up for the zeros.`,
      style,
    ),
    ...heading([`The loss over ${grouped(steps)} steps`], style),
    ...lossCurves(networks, steps, style),
    "",
    ...paragraph(
      `The sigmoid network stays near ln 2 = ${few(Math.LN2, 3)}, the loss of a tossed coin: ${percent(sigmoid.accuracy, 0)} of the points right. The relu network learns the circle: ${percent(relu.accuracy, 0)} right.`,
      style,
    ),
  ];
}

const lowest = 1e-8;
const highest = 1;
const scaleText = "from 1e-8 to 1, logarithmic";

/** A line each layer, from the output down to the input, with a bar for each network. */
function bars(networks: readonly DeepNetwork[], { width, colors }: Style): string[] {
  const barWidth = Math.max(4, Math.min(24, Math.floor((width - 10) / 2) - 12));
  const layers = networks[0]!.gradients.map((_, i) => i).reverse();
  const line = (name: string, cells: readonly string[]) => `  ${padEnd(name, 8)}${cells.join("   ")}`.trimEnd();
  const cell = (bar: string, size: string) => `${colors.cyan(padEnd(bar, barWidth))} ${size}`;
  return [
    colors.dim(
      line(
        "layer",
        networks.map(({ activation }) => padEnd(activation, barWidth + 8)),
      ),
    ),
    ...layers.map((i) =>
      line(
        i === layers.length - 1 ? "output" : padStart(String(i + 1), 5),
        networks.map(({ gradients }) =>
          cell(thinBar(logShare(gradients[i]!, lowest, highest), barWidth), padStart(magnitude(gradients[i]!), 7)),
        ),
      ),
    ),
  ];
}

function ledgerTable({ activation, ledger }: DeepNetwork, style: Style): string[] {
  const column = (header: string, cells: string[]) => ({ header, align: "right" as const, cells });
  const lines = renderTable(
    [
      column(
        "layer",
        ledger.map(({ layer }) => String(layer)),
      ),
      column(
        "W",
        ledger.map((row) => fixed(row.weight, 2)),
      ),
      column(
        "φ′",
        ledger.map((row) => fixed(row.activation, 3)),
      ),
      column(
        "W·φ′",
        ledger.map((row) => fixed(row.attenuation, 3)),
      ),
      column(
        "so far",
        ledger.map((row) => magnitude(row.product)),
      ),
    ],
    style,
  );
  return [`  ${activation}`, ...lines.map((line) => `  ${line}`)];
}

/** "1.4 · 0.23 = 0.33": the geometric means of the factors. */
function each(ledger: readonly LayerFactors[]): string {
  const mean = (value: (row: LayerFactors) => number) =>
    Math.exp(ledger.reduce((sum, row) => sum + Math.log(value(row)), 0) / ledger.length);
  return [mean((row) => row.weight), mean((row) => row.activation), mean((row) => row.attenuation)]
    .map((value) => fixed(value, 2))
    .join("·")
    .replace(/·([^·]*)$/, " = $1");
}

function lossCurves(networks: readonly DeepNetwork[], steps: number, style: Style): string[] {
  const { width, colors } = style;
  const high = maximum(networks.flatMap(({ losses }) => losses));
  const height = 5;
  const frame = { width: Math.min(28, Math.floor((width - 2) / networks.length) - 10), height, low: 0, high };
  const labels = new Map([
    [0, fixed(high, 1)],
    [height - 1, "0.0"],
  ]);
  const panels = networks.map(({ activation, losses }) => [
    `       ${activation}`,
    ...plot([losses], frame).map(
      (line, row) => `  ${colors.dim(padStart(labels.get(row) ?? "", 3))}  ${colors.cyan(line)}`,
    ),
    `       ${colors.dim(axis(["1", grouped(steps)], frame.width))}`,
  ]);
  return sideBySide(panels, 4, style);
}
