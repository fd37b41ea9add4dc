// The demo's page: titles, paragraphs, blocks side by side.
import { maximum } from "../../ir/stats.ts";
import type { Style } from "../terminal/style.ts";
import { displayWidth, padEnd, wrap } from "../terminal/text.ts";

/** Longest line of a paragraph: longer ones are hard to read. */
const measure = 76;

export const title = (text: string, { width, colors }: Style): string[] => [
  colors.bold(text),
  colors.dim("─".repeat(Math.min(width, measure))),
];

/** A small heading inside a lesson; its parts stay whole. */
export const heading = (parts: readonly string[], style: Style): string[] => [
  "",
  ...formulas(parts, style).map((line) => style.colors.cyan(line)),
  "",
];

/** Formulas beside each other as far as they fit; none is broken. */
export function formulas(parts: readonly string[], { width }: Style): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1) ?? "";
    const line = `${last}${/[,:]$/.test(last) ? " " : "   "}${part}`;
    if (lines.length > 0 && displayWidth(line) <= Math.min(width, measure)) lines[lines.length - 1] = line;
    else lines.push(part);
  }
  return lines;
}

export const paragraph = (text: string, { width }: Style): string[] => wrap(text, Math.min(width, measure));

/** Blocks of lines beside each other, or one below the other where they do not fit. */
export function sideBySide(blocks: readonly (readonly string[])[], gap: number, { width }: Style): string[] {
  const widths = blocks.map((block) => maximum(block.map(displayWidth)));
  const total = widths.reduce((a, b) => a + b, gap * (blocks.length - 1));
  if (total > width) return blocks.flatMap((block, i) => (i === 0 ? block : ["", ...block]));
  const height = maximum(blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block, i) => padEnd(block[row] ?? "", widths[i]!))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}
