// Line plots in Braille characters: a cell is 2 dots wide and 4 high.

/** Bits of the dots in U+2800 … U+28FF, [row][column] (Unicode chart "Braille Patterns"). */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

export interface Frame {
  /** Cells. */
  readonly width: number;
  readonly height: number;
  /** Values at the lower and at the upper edge; what lies below or above is not drawn. */
  readonly low: number;
  readonly high: number;
}

/** Lines of text, from the top; the points of every curve are spread evenly over the width. */
export function plot(curves: readonly (readonly number[])[], { width, height, low, high }: Frame): string[] {
  const cells = Array.from({ length: height }, () => new Array<number>(width).fill(0));
  const columns = 2 * width;
  const rows = 4 * height;
  const rowOf = (value: number) => Math.round((1 - (value - low) / (high - low)) * (rows - 1));
  for (const curve of curves) {
    let last: number | undefined;
    for (let column = 0; column < columns; column++) {
      const row = rowOf(interpolated(curve, column / (columns - 1)));
      if (!(row >= 0 && row < rows)) break;
      // Steep lines stay connected: the rows between this point and the one before it are filled too.
      const from = last === undefined || Math.abs(row - last) <= 1 ? row : last + Math.sign(row - last);
      for (let r = Math.min(from, row); r <= Math.max(from, row); r++) {
        cells[r >> 2]![column >> 1]! |= bits[r & 3]![column & 1]!;
      }
      last = row;
    }
  }
  return cells.map((line) => line.map((dots) => (dots === 0 ? " " : String.fromCodePoint(0x2800 + dots))).join(""));
}

/** The curve at a share of its length, between two points by a straight line. */
function interpolated(curve: readonly number[], share: number): number {
  const at = share * (curve.length - 1);
  const left = Math.floor(at);
  const a = curve[left]!;
  const b = curve[Math.min(left + 1, curve.length - 1)]!;
  return a + (b - a) * (at - left);
}

/** Labels under a plot, spread evenly from its left edge to its right one. */
export function axis(labels: readonly string[], width: number): string {
  let line = "";
  labels.forEach((label, i) => {
    const share = i / Math.max(1, labels.length - 1);
    const start = Math.round(share * (width - 1) - share * (label.length - 1));
    line = line.padEnd(start) + label;
  });
  return line;
}
