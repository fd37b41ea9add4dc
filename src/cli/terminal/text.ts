// Text measured in terminal cells: width, cutting, padding, wrapping.
import { randomBytes } from "node:crypto";
import { stripVTControlCharacters } from "node:util";

// East Asian wide and full-width ranges (Unicode Standard Annex 11) and emoji take two cells, marks take none.
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const zeroWidth = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u;
/** ASCII, Latin letters, dashes, quotes, "…", lines and blocks of bars: a cell each, alone whatever stands beside them. */
const narrow = /^[ -~\u00a1-\u00ac\u00ae-\u017f\u2010-\u2027\u2500-\u259f]*$/;

/** Made where a text needs it: making and first asking it takes 20 ms, and most texts are narrow. */
let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  if (narrow.test(text)) return Array.from(text);
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
const cells = (grapheme: string) => (wide.test(grapheme) ? 2 : zeroWidth.test(grapheme) ? 0 : 1);

const esc = "\u001b";
/** Stands for the escape character of colours until a text is written: drawn anew by every process, so that no file can hold it. */
const mark = Array.from(randomBytes(8), (byte) => String.fromCharCode(0xfdd0 + (byte % 32))).join("");

/** What gives a text its colour, with marks in place of escape characters; those that the text has itself are taken away. */
export const marked =
  (color: (text: string) => string) =>
  (text: string | number | null | undefined): string =>
    color(String(text).replaceAll(esc, "�").replaceAll(mark, esc)).replaceAll(esc, mark);

/**
 * A text as a terminal may have it, which every text passes that is written for a person: what names, cells and messages hold of
 * control and direction characters becomes "�", line breaks and this program's own colours stay.
 */
export const terminalText = (text: string): string => text.split("\n").map(terminalLine).join("\n");

/** The same of one line, in which a line break is none of this program's. */
export const terminalLine = (line: string): string => printable(line).replaceAll(mark, esc);

/** A message in which the names that it speaks of, such as those of files, make no lines of their own. */
export const inLines = (message: string, names: readonly unknown[]): string =>
  names.reduce<string>(
    (text, name) =>
      typeof name === "string" && /[\n\r]/.test(name) ? text.replaceAll(name, () => printable(name)) : text,
    message,
  );

/** Cells that the text takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text.replaceAll(mark, esc));
  if (narrow.test(plain)) return plain.length;
  return graphemes(plain).reduce((sum, grapheme) => sum + cells(grapheme), 0);
}

/** Characters that steer a terminal: controls, line and paragraph separators, marks of direction. */
export const steering = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text from data, safe to print on one line: control and direction characters become "�". */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(steering, "�");
}

/** Text without colour codes, cut to the width with "…" at its end. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const grapheme of graphemes(text)) {
    used += cells(grapheme);
    if (used > width) break;
    kept += grapheme;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** Cut with "…" at its start, for paths, whose end tells more. */
export function cutStart(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const grapheme of graphemes(text).reverse()) {
    used += cells(grapheme);
    if (used > width) break;
    kept = grapheme + kept;
  }
  return width < 1 ? "" : `…${kept}`;
}

export const padEnd = (text: string, width: number) => text + " ".repeat(Math.max(0, width - displayWidth(text)));
export const padStart = (text: string, width: number) => " ".repeat(Math.max(0, width - displayWidth(text))) + text;

/** Lines of at most `width` cells, broken at spaces; a longer word stays whole, so that paths can be copied. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}
