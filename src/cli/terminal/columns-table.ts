// What was inferred about the columns of the data: type, missing cells, what each became.
import type { ColumnDescription } from "../../data/index.ts";
import { count, grouped } from "../../data/wording.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";
import { cut, printable } from "./text.ts";

const mostLines = 20;

export function renderColumns(columns: readonly ColumnDescription[], style: Style): string[] {
  const shown = columns.length <= mostLines ? columns : firstColumns(columns);
  const missing = { header: "missing", align: "right" as const, cells: shown.map((column) => grouped(column.missing)) };
  const lines = renderTable(
    [
      { header: "column", align: "left", cells: shown.map(({ name }) => cut(printable(name), 30)) },
      { header: "type", align: "left", cells: shown.map(({ type }) => type) },
      ...(style.width < 50 ? [] : [missing]),
      { header: "becomes", align: "left", cells: shown.map(becomes) },
    ],
    style,
  );
  const rest = columns.filter((column) => !shown.includes(column));
  if (rest.length > 0) lines.push(style.colors.dim(cut(summary(rest), style.width)));
  return lines;
}

/** The first columns in their order, and the targets wherever they stand: of many the first half of the lines. */
function firstColumns(columns: readonly ColumnDescription[]): ColumnDescription[] {
  const targets = columns.filter(({ role }) => role === "target").slice(0, mostLines / 2);
  const others = columns.filter(({ role }) => role !== "target");
  const shown = new Set([...targets, ...others.slice(0, mostLines - 1 - targets.length)]);
  return columns.filter((column) => shown.has(column));
}

function becomes({ role, features, featureWords, reason }: ColumnDescription): string {
  if (role === "feature") return printable(count(features, "feature") + (featureWords ? `: ${featureWords}` : ""));
  return printable(reason === "" ? role : `${role} (${reason})`);
}

/** "… 43 more columns: 40 number, 3 category" */
function summary(columns: readonly ColumnDescription[]): string {
  const types = new Map<string, number>();
  for (const { type } of columns) types.set(type, (types.get(type) ?? 0) + 1);
  const parts = [...types].sort(([, a], [, b]) => b - a).map(([type, amount]) => `${grouped(amount)} ${type}`);
  return `… ${count(columns.length, "more column")}: ${parts.join(", ")}`;
}
