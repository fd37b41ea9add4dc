// A table as CSV, which gives the same table when it is read.
import type { Cell, Table } from "chainrule/data";

/** With a header, commas and line feeds; a missing cell is empty. */
export function csvOf({ columns, rows }: Pick<Table, "columns" | "rows">): string {
  const lines = [columns.map(({ name }) => csvCell(name)).join(",")];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ cells }) => csvCell(cells.at(row)!)).join(","));
  return `${lines.join("\n")}\n`;
}

function csvCell(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
