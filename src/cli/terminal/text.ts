// Text measured in terminal cells: width, cutting, padding, wrapping.
import { stripVTControlCharacters } from "node:util";

// East Asian wide and full-width ranges (Unicode Standard Annex 11) and emoji take two cells, marks take none.
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f)/u;
const zeroWidth = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u;
const segmenter = new Intl.Segmenter();

const graphemes = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);
const cells = (grapheme: string) => (wide.test(grapheme) ? 2 : zeroWidth.test(grapheme) ? 0 : 1);

/** Cells that the text takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (/^[ -~]*$/.test(plain)) return plain.length;
  return graphemes(plain).reduce((sum, grapheme) => sum + cells(grapheme), 0);
}

/** Text from data, safe to print on one line: control and direction characters become "�". */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "�");
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
