// A gradient check as tables: the directions, the sweep of step sizes, and what is wrong.

import type { Disagreement, GradientCheck, KinkedOp, WrongOp } from "../../grad/check.ts";
import { minimum } from "../../ir/stats.ts";
import { magnitude } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";
import { printable, wrap } from "./text.ts";

const digits = (value: number): string => String(Number(value.toPrecision(8)));
const element = (name: string, indices: readonly number[]) =>
  indices.length === 0 ? printable(name) : `${printable(name)}[${indices.join(",")}]`;

export function renderCheck(check: GradientCheck, style: Style): string[] {
  return [...directions(check, style), "", ...sweep(check, style), "", ...findings(check, style)];
}

function directions({ checks }: GradientCheck, style: Style): string[] {
  const column = (header: string, cells: readonly string[]) => ({ header, align: "right" as const, cells });
  return renderTable(
    [
      column(
        "direction",
        checks.map((_, i) => String(i + 1)),
      ),
      column(
        "order",
        checks.map(({ order }) => String(order)),
      ),
      column(
        "gradient·v",
        checks.map(({ reverse }) => digits(reverse)),
      ),
      column(
        "differences",
        checks.map(({ numeric, kink }) => (kink ? "" : digits(numeric))),
      ),
      column(
        "error",
        checks.map(({ error, kink }) => (kink ? "on a kink" : magnitude(error))),
      ),
    ],
    style,
  );
}

/** Errors of each direction by step size: large steps see curvature and kinks, small ones rounding. */
function sweep({ checks }: GradientCheck, style: Style): string[] {
  const steps = checks[0]!.sweep.map(({ step }) => step);
  const columns = checks.map(({ sweep: own, step: best }, i) => ({
    header: `${i + 1}  `,
    align: "right" as const,
    cells: own.map(({ step, error, stable }) => `${magnitude(error)} ${!stable ? "~" : step === best ? "•" : " "}`),
  }));
  return [
    ...renderTable([{ header: "step", align: "right", cells: steps.map(magnitude) }, ...columns], style),
    ...wrap(
      "v is random. Above: slopes along v, and the error of each direction by step size: • the step that is trusted most, ~ not stable.",
      style.width,
    ).map(style.colors.dim),
  ];
}

function findings({ passed, checks, tolerance, disagreements, kinks }: GradientCheck, style: Style): string[] {
  const { colors, width } = style;
  if (passed) {
    const skipped = checks.filter(({ kink }) => kink).length;
    const but = skipped === 0 ? "" : ` ${skipped} of ${checks.length} directions met a kink and say nothing.`;
    return wrap(
      `Gradients agree with differences: errors are below ${tolerance.toExponential()}, or below what rounding leaves open.${but}`,
      width,
    ).map((line, i) => (i === 0 ? line.replace("agree", colors.green("agree")) : line));
  }
  if (disagreements.length === 0) {
    return [
      ...wrap("Differences say nothing here: the point lies on a kink, or the function is not smooth.", width),
      ...kinks.flatMap((kink) => wrap(kinkText(kink), width - 2).map((line) => `  ${line}`)),
    ];
  }
  // Where gradients are wrong, those of gradients are too.
  const lowest = minimum(disagreements.map(({ order }) => order));
  const shown = disagreements.filter(({ order }) => order === lowest);
  const nodes = [...new Set(shown.map(({ op }) => op?.node))];
  return nodes.flatMap((node, i) => {
    const own = shown.filter(({ op }) => op?.node === node);
    return [...(i > 0 ? [""] : []), ...blame(own, own[0]!.op, style)];
  });
}

function blame(disagreements: readonly Disagreement[], op: WrongOp | undefined, style: Style): string[] {
  const { colors, width } = style;
  const order = disagreements[0]!.order;
  const head =
    op === undefined
      ? [`${colors.red("wrong")}, though the rule of each op is right by itself`]
      : [
          `${colors.red("wrong rule")}: ${printable(op.name)} (%${op.node}), ${placeOfOp(op)}`,
          `  its rule${op.order === 2 ? ", differentiated again," : ""} gives  ${digits(op.analytic)}`,
          `  differences give  ${digits(op.numeric)}`,
        ];
  const table = renderTable(
    [
      { header: "element", align: "left", cells: disagreements.map(({ input, indices }) => element(input, indices)) },
      {
        header: order === 1 ? "gradient" : "second",
        align: "right",
        cells: disagreements.map(({ analytic }) => digits(analytic)),
      },
      { header: "differences", align: "right", cells: disagreements.map(({ numeric }) => digits(numeric)) },
    ],
    { ...style, width: width - 2 },
  );
  return [...head, "", ...table.map((line) => `  ${line}`)];
}

const placeOfOp = ({ operand, indices }: Pick<WrongOp, "operand" | "indices">) =>
  element(operand < 0 ? "dy" : `operand ${operand}`, indices).replace("[", " at [");

const kinkText = (kink: KinkedOp) =>
  `${printable(kink.name)} (%${kink.node}): ${placeOfOp(kink)} is ${digits(kink.at)}`;
