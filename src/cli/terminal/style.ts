// What a renderer may use of the place it writes to: width and colours.
import picocolors from "picocolors";
import { marked } from "./text.ts";

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Style {
  /** Cells that a line may take. */
  readonly width: number;
  readonly colors: Colors;
}

/** Colours on a terminal unless NO_COLOR is set (https://no-color.org), none elsewhere. */
export function styleOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): Style {
  const noColor = (process.env.NO_COLOR ?? "") !== "" || process.env.TERM === "dumb";
  return {
    width: stream.isTTY ? Math.max(20, (stream.columns || 80) - 1) : 80,
    colors: stream.isTTY === true && !noColor ? markedColors : picocolors.createColors(false),
  };
}

const colors = picocolors.createColors(true);
/** With marks in place of escape characters, which `print` puts back. */
const markedColors = Object.fromEntries(
  Object.entries(colors).map(([name, color]) => [name, typeof color === "function" ? marked(color) : color]),
) as object as Colors;
