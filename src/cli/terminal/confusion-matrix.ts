// The confusion matrix of up to ten classes: true classes down, predicted classes across.
import { grouped } from "../../data/wording.ts";
import { percent } from "./format.ts";
import type { Style } from "./style.ts";
import { renderTable, type TableColumn, tableWidth } from "./table.ts";
import { printable } from "./text.ts";

const mostClasses = 10;

/** No lines where there are too many classes to read, or too few cells to show them. */
export function renderConfusion(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  style: Style,
): string[] {
  if (classes.length > mostClasses) return [];
  const names = classes.map(printable);
  const numbers = names.map((_, k) => String(k + 1));
  const counts = (headers: readonly string[]) =>
    headers.map(
      (header, k): TableColumn => ({ header, align: "right", cells: confusion.map((row) => grouped(row[k]!)) }),
    );
  const left = (cells: readonly string[]): TableColumn => ({ header: "true ╲ predicted", align: "left", cells });
  const recalls: TableColumn = { header: "recall", align: "right", cells: confusion.map(recall) };
  // Where the names are too long to stand above the counts, numbers stand for them.
  const numbered = [
    left(names.map((name, k) => `${numbers[k]!.padStart(String(names.length).length)} ${name}`)),
    ...counts(numbers),
  ];
  // The left column may be cut to 10 cells.
  const fits = (columns: readonly TableColumn[]) =>
    tableWidth([{ ...columns[0]!, header: "", cells: ["".padEnd(10)] }, ...columns.slice(1)]) <= style.width;
  const layouts = [[left(names), ...counts(names), recalls], [...numbered, recalls], numbered];
  const layout = layouts.find(fits);
  return layout === undefined ? [] : renderTable(layout, style);
}

function recall(row: readonly number[], k: number): string {
  const total = row.reduce((a, b) => a + b, 0);
  return total === 0 ? "–" : percent(row[k]! / total, 1);
}
