// What a chart shows as a table: joined over the steps, as text for people, and as CSV.
import type { ColumnData } from "../training/columns.ts";
import { shown } from "./numbers.ts";

export interface ChartTable {
  readonly header: readonly string[];
  /** NaN where there is no figure. */
  readonly rows: readonly (readonly (number | string)[])[];
}

/** A line of a chart by its name. */
export interface NamedColumn {
  readonly name: string;
  readonly column: ColumnData;
}

/** Columns over all steps that any of them has. With `extremes` each has its lowest and highest beside it, where points were joined. */
export function joined(lines: readonly NamedColumn[], { extremes = false } = {}): ChartTable {
  const steps = [...new Set(lines.flatMap(({ column }) => Array.from(column.step)))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, i) => [step, i]));
  const header = ["step"];
  const rows: number[][] = steps.map((step) => [step]);
  for (const { name, column } of lines) {
    const kinds = extremes ? (["mean", "low", "high"] as const) : (["mean"] as const);
    for (const kind of kinds) {
      header.push(kind === "mean" ? name : `${name} ${kind}`);
      for (const row of rows) row.push(Number.NaN);
      for (const [i, step] of column.step.entries()) rows[place.get(step)!]![header.length - 1] = column[kind][i]!;
    }
  }
  return { header, rows };
}

/** At most so many rows, evenly spread, the first and the last among them. */
export function bounded({ header, rows }: ChartTable, most: number): ChartTable {
  if (rows.length <= most) return { header, rows };
  return {
    header,
    rows: Array.from({ length: most }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))]!),
  };
}

/** RFC 4180, with an empty cell where there is no figure. */
export const csvOf = ({ header, rows }: ChartTable): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");

const cell = (value: number | string): string =>
  typeof value === "number"
    ? Number.isNaN(value)
      ? ""
      : String(value)
    : /[",\r\n]/.test(value)
      ? `"${value.replaceAll('"', '""')}"`
      : value;

/** "training falls from 0.6931 at step 1 to 0.01020 at step 300" */
export function sentenceOf(lines: readonly NamedColumn[]): string {
  const parts = lines.flatMap(({ name, column: { step, mean } }) => {
    if (step.length === 0) return [];
    const [first, last] = [mean[0]!, mean.at(-1)!];
    if (step.length === 1 || Number.isNaN(last)) return [`${name} is ${shown(last)} at step ${step.at(-1)}`];
    const verb = last < first ? "falls" : last > first ? "rises" : "stays";
    const way =
      verb === "stays"
        ? `at ${shown(last)} from step ${step[0]}`
        : `from ${shown(first)} at step ${step[0]} to ${shown(last)}`;
    return [`${name} ${verb} ${way} at step ${step.at(-1)}`.replace(/^(.* stays .*) at step/, "$1 to step")];
  });
  return parts.length === 0 ? "no figures yet" : parts.join("; ");
}
