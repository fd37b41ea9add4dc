// The confusion matrix of up to ten classes: true classes down, predicted classes across.
import { grouped } from "../../data/wording.ts";
import { percent } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn, tableWidth } from "./table.ts";
import { cut, displayWidth, printable } from "./text.ts";

const mostClasses = 10;

/** No lines where there are too many classes to read, or too few cells to show them. */
export function renderConfusion(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  style: Style,
): string[] {
  if (classes.length > mostClasses) return [];
  const names = classes.map(printable);
  const table = (nameWidth: number): TableColumn[] => [
    { header: "true ╲ predicted", align: "left", cells: names },
    ...names.map((name, k) => {
      const cells = confusion.map((row) => grouped(row[k]!));
      return { header: cut(name, Math.max(nameWidth, ...cells.map(displayWidth))), align: "right" as const, cells };
    }),
    { header: "recall", align: "right", cells: confusion.map((row, k) => recall(row, k)) },
  ];
  // Class names above the counts are cut to the widest that fits; the left column may be cut further, to 10 cells.
  const fits = (columns: readonly TableColumn[]) =>
    tableWidth(columns) - Math.max(0, displayWidth(columns[0]!.header) - 10) <= style.width;
  for (let nameWidth = 12; nameWidth >= 3; nameWidth--) {
    const columns = table(nameWidth);
    if (fits(columns)) return renderTable(columns, style);
    if (nameWidth === 3 && fits(columns.slice(0, -1))) return renderTable(columns.slice(0, -1), style);
  }
  return [];
}

function recall(row: readonly number[], k: number): string {
  const total = row.reduce((a, b) => a + b, 0);
  return total === 0 ? "–" : percent(row[k]! / total, 1);
}
