// The metrics of the splits, side by side.
import type { MetricValues } from "../../train/events.ts";
import { metricLabel, metricValue } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

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
