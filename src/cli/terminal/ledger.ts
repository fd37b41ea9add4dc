// The chain-rule ledger as a picture and a table.

import { meanFactors } from "../../diagnose/course.ts";
import { maximum, minimum } from "../../ir/stats.ts";
import type { LedgerRow } from "../../observe/ledger.ts";
import { logShare, thinBar } from "./bar.ts";
import { plainOrPower } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn, tableWidth } from "./table.ts";
import { cut, padEnd, wrap } from "./text.ts";

/** Rows from the output to the input, as `ledgerOf` gives them. */
export function renderLedger(ledger: readonly LedgerRow[], style: Style): string[] {
  const right = (header: string, cell: (row: LedgerRow, i: number) => string): TableColumn => ({
    header,
    align: "right",
    cells: ledger.map(cell),
  });
  /** The first row has nothing to be compared with. */
  const factor = (value: (row: LedgerRow) => number) => (row: LedgerRow, i: number) =>
    i === 0 ? "" : plainOrPower(value(row));
  const hasSkips = ledger.some((row) => row.skipFactor !== 1);
  const columns: TableColumn[] = [
    { header: "layer", align: "left", cells: ledger.map(({ layer }) => layer) },
    right(
      "W",
      factor((row) => row.weightFactor),
    ),
    right(
      "φ′",
      factor((row) => row.activationFactor),
    ),
    ...(hasSkips
      ? [
          right(
            "skip",
            factor((row) => row.skipFactor),
          ),
        ]
      : []),
    right(
      "total",
      factor((row) => row.attenuation),
    ),
    right("so far", ({ product }) => plainOrPower(product)),
  ];
  const room = style.width - tableWidth(columns) - 2;
  const [lowest, highest] = scaleOf(ledger.map(({ product }) => product));
  const table = renderTable(columns, style);
  const hasBars = room >= 12;
  const width = Math.min(32, room);
  const scale = scaleText(lowest, highest);
  const lines = table.map((line, i) => {
    if (!hasBars) return line;
    const place = padEnd(line, tableWidth(columns) + 2);
    if (i === 0) return `${place}${style.colors.dim(scale.length <= width ? scale : "")}`.trimEnd();
    return `${place}${style.colors.cyan(thinBar(logShare(ledger[i - 1]!.product, lowest, highest), width))}`.trimEnd();
  });
  return [...lines, "", ...wrap(summary(ledger), Math.min(style.width, 76))];
}

export interface LedgerBeside {
  readonly name: string;
  /** Where it stands: runs may end before the step that was asked for. */
  readonly step: number;
  readonly epoch: number;
  readonly ledger: readonly LedgerRow[];
}

/**
 * Two networks side by side, from the output to the input: what is left of the gradient at each layer, on one scale. Rows
 * are layers with weights, counted from the output, since the networks may differ in all else.
 */
export function renderLedgersBeside(networks: readonly LedgerBeside[], { width, colors }: Style): string[] {
  const all = networks.flatMap(({ ledger }) => ledger.map(({ product }) => product));
  const [lowest, highest] = scaleOf(all);
  const layerWidth = maximum(networks.flatMap(({ ledger }) => ledger.map(({ layer }) => layer.length)));
  const column = Math.floor((Math.min(width, 100) - 3 * (networks.length - 1)) / networks.length);
  const barWidth = Math.max(4, column - layerWidth - 10);
  const rows = maximum(networks.map(({ ledger }) => ledger.length));
  const cell = (row: LedgerRow | undefined): string => {
    if (row === undefined) return " ".repeat(column);
    const bar = colors.cyan(padEnd(thinBar(logShare(row.product, lowest, highest), barWidth), barWidth));
    return padEnd(`${padEnd(row.layer, layerWidth)} ${bar} ${plainOrPower(row.product)}`, column);
  };
  const line = (cells: readonly string[]) => cells.join("   ").trimEnd();
  return [
    line(networks.map(({ name }) => padEnd(colors.bold(cut(name, column)), column))),
    line(networks.map(({ step, epoch }) => padEnd(stepText(step, epoch), column))),
    ...Array.from({ length: rows }, (_, i) => line(networks.map(({ ledger }) => cell(ledger[i])))),
    "",
    colors.dim(`‖δ‖ by that at the output, ${scaleText(lowest, highest)}`),
    "",
    ...networks.flatMap(({ name, ledger }) => wrap(`${name}: ${summary(ledger)}`, Math.min(width, 76))),
  ];
}

export const stepText = (step: number, epoch: number): string => `step ${step} (epoch ${epoch})`;

/** Powers of ten around all finite products. */
function scaleOf(all: readonly number[]): [lowest: number, highest: number] {
  const products = all.filter((product) => product > 0 && Number.isFinite(product));
  return [
    Math.min(0.1, 10 ** Math.floor(Math.log10(minimum(products)))),
    Math.max(1, 10 ** Math.ceil(Math.log10(maximum(products)))),
  ];
}

const scaleText = (lowest: number, highest: number): string =>
  `${plainOrPower(lowest)} to ${plainOrPower(highest)}, logarithmic`.replaceAll("1.0e", "1e");

/** "‖δ‖ at layers.0 is 2.3e-5 of that at layers.16. A step back multiplies it by W 0.97 · φ′ 0.24 = 0.23 on average." */
function summary(ledger: readonly LedgerRow[]): string {
  const last = ledger.at(-1)!;
  if (ledger.length < 2) return "One layer with weights: the gradient has no way to go.";
  const { weightFactor, activationFactor, skipFactor, attenuation } = meanFactors(ledger);
  const factors = [
    `W ${plainOrPower(weightFactor)}`,
    `φ′ ${plainOrPower(activationFactor)}`,
    ...(skipFactor === undefined ? [] : [`skip ${plainOrPower(skipFactor)}`]),
  ];
  const each =
    last.product > 0
      ? ` A step back multiplies it by ${factors.join(" · ")} = ${plainOrPower(attenuation)} on average (geometric means).`
      : "";
  return `‖δ‖ at ${last.layer} is ${plainOrPower(last.product)} of that at ${ledger[0]!.layer}.${each}`;
}
