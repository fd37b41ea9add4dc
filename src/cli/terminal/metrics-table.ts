// The metrics of the splits, side by side.
import type { MetricValues } from "../../train/events.ts";
import { metricLabel, metricValue } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn, tableWidth } from "./table.ts";
import { cut, printable, wrap } from "./text.ts";

/** One column per split, named as given ("train", "validation"); one line per metric. */
export function renderMetrics(splits: readonly (readonly [string, MetricValues])[], style: Style): string[] {
  const names = [...new Set(splits.flatMap(([, values]) => Object.keys(values)))];
  return renderTable(
    [
      { header: "", align: "left", cells: names.map(metricLabel) },
      ...splits.map(([header, values]) => ({
        header,
        align: "right" as const,
        cells: names.map((name) => (values[name] === undefined ? "–" : metricValue(name, values[name]))),
      })),
    ],
    style,
  );
}

/** Below their means, the metrics of several targets, a line for each: as many as there is room for. `where`: of which rows. */
export function renderTargetMetrics(
  targets: readonly { readonly name: string; readonly metrics: MetricValues }[],
  style: Style,
  where?: string,
): string[] {
  const names = [...new Set(targets.flatMap(({ metrics }) => Object.keys(metrics)))];
  const first: TableColumn = { header: "target", align: "left", cells: targets.map(({ name }) => printable(name)) };
  const columns = names.map(
    (name): TableColumn => ({
      header: metricLabel(name),
      align: "right",
      cells: targets.map(({ metrics }) => (metrics[name] === undefined ? "–" : metricValue(name, metrics[name]))),
    }),
  );
  // The left column may be cut to 10 cells.
  const least: TableColumn = { ...first, cells: first.cells.map((cell) => cut(cell, 10)) };
  let shown = columns.length;
  while (shown > 1 && tableWidth([least, ...columns.slice(0, shown)]) > style.width) shown--;
  return [
    ...wrap(
      `The figures above are means over the ${targets.length} targets${where === undefined ? "" : `; ${where}`}:`,
      style.width,
    ),
    "",
    ...renderTable([first, ...columns.slice(0, shown)], style),
  ];
}
