// Aligned columns without rules: a header and rows, as wide as their content, cut where told.

import { maximum } from "../../ir/stats.ts";
import type { Style } from "./style.ts";
import { cut, displayWidth, padEnd, padStart } from "./text.ts";

export interface TableColumn {
  readonly header: string;
  readonly align: "left" | "right";
  readonly cells: readonly string[];
}

const gap = 2;

/** Width of a table with all its columns uncut. */
export function tableWidth(columns: readonly TableColumn[]): number {
  return columns.reduce((sum, column) => sum + contentWidth(column), gap * (columns.length - 1));
}

/** Lines, at most style.width wide; where they would be wider, left-aligned columns are cut, the widest first. */
export function renderTable(columns: readonly TableColumn[], style: Style): string[] {
  const widths = columns.map(contentWidth);
  const excess = () => widths.reduce((a, b) => a + b, gap * (widths.length - 1)) - style.width;
  const cuttable = columns.flatMap((column, i) => (column.align === "left" ? [i] : []));
  while (excess() > 0) {
    const widest = cuttable.reduce((a, b) => (widths[b]! > widths[a]! ? b : a), cuttable[0]!);
    if (widths[widest]! <= 4) break;
    widths[widest]!--;
  }
  const line = (texts: string[]) => cut(texts.join(" ".repeat(gap)).trimEnd(), style.width);
  const place = (text: string, i: number) =>
    (columns[i]!.align === "left" ? padEnd : padStart)(cut(text, widths[i]!), widths[i]!);
  const rows = maximum(columns.map((column) => column.cells.length));
  return [
    style.colors.dim(line(columns.map((column, i) => place(column.header, i)))),
    ...Array.from({ length: rows }, (_, r) => line(columns.map((column, i) => place(column.cells[r] ?? "", i)))),
  ];
}

const contentWidth = ({ header, cells }: TableColumn) => maximum([header, ...cells].map(displayWidth));
