// How sure the answers were, and how many of them were right.
import { grouped } from "../../data/wording.ts";
import type { ReliabilityBin } from "../../train/calibration.ts";
import { percent } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn } from "./table.ts";

/** A line for each interval of the confidence that has rows. */
export function renderReliability(bins: readonly ReliabilityBin[], style: Style): string[] {
  const column = (header: string, cell: (bin: ReliabilityBin) => string): TableColumn => ({
    header,
    align: "right",
    cells: bins.map(cell),
  });
  return renderTable(
    [
      column("confidence", ({ from, to }) => `${percent(from, 0)} to ${percent(to, 0)}`),
      column("mean", ({ confidence }) => percent(confidence, 1)),
      column("right", ({ accuracy }) => percent(accuracy, 1)),
      column("rows", ({ rows }) => grouped(rows)),
    ],
    style,
  );
}
