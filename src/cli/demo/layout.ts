// The demo's page: titles, paragraphs, blocks side by side.
import type { Style } from "../terminal/style.ts";
import { displayWidth, padEnd, wrap } from "../terminal/text.ts";

/** Longest line of a paragraph: longer ones are hard to read. */
const measure = 76;

export const title = (text: string, { width, colors }: Style): string[] => [
  colors.bold(text),
  colors.dim("─".repeat(Math.min(width, measure))),
];

/** A small heading inside a lesson. */
export const heading = (text: string, style: Style): string[] => [
  "",
  ...wrap(text, Math.min(style.width, measure)).map((line) => style.colors.cyan(line)),
  "",
];

export const paragraph = (text: string, { width }: Style): string[] => wrap(text, Math.min(width, measure));

/** Blocks of lines beside each other, or one below the other where they do not fit. */
export function sideBySide(blocks: readonly (readonly string[])[], gap: number, { width }: Style): string[] {
  const widths = blocks.map((block) => Math.max(...block.map(displayWidth)));
  const total = widths.reduce((a, b) => a + b, gap * (blocks.length - 1));
  if (total > width) return blocks.flatMap((block, i) => (i === 0 ? block : ["", ...block]));
  const height = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    blocks
      .map((block, i) => padEnd(block[row] ?? "", widths[i]!))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}
