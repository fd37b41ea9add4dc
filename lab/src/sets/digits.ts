// Handwritten digits: a thousand of MNIST as images of 14 by 14 pixels, each a column from 0 (paper) to 1 (ink).
import { rounded } from "./points.ts";
import type { SetRows, TableSet } from "./set.ts";

const side = 14;

/** The column of a pixel, counted from the upper left: "r3c5". */
const pixelName = (place: number): string => `r${Math.floor(place / side)}c${place % side}`;

export const digits: TableSet = {
  kind: "table",
  title: "Digits",
  about: "A thousand handwritten digits of MNIST as 196 pixels: draw one, and see which pixels the loss pulls on.",
  target: "digit",
  picture: "3 8 5",
  image: { width: side, height: side, columns: Array.from({ length: side * side }, (_, place) => pixelName(place)) },
  // Pixels are alike as they are: to be standardised would make much of those that are hardly ever inked.
  settings: {
    task: "classification",
    standardize: false,
    hidden: [32],
    learningRate: 0.01,
    weightDecay: 0,
    schedule: "constant",
    epochs: 30,
    patience: 30,
  },
  reaches: 0.85,
  rows: async () => rowsOf((await import("./digits.data.ts")).digitImages),
};

/** 0 to 9 in turn; two pixels a byte. */
function rowsOf(images: string): SetRows {
  const bytes = Uint8Array.from(atob(images), (letter) => letter.charCodeAt(0));
  const pixels = side * side;
  return Array.from({ length: (2 * bytes.length) / pixels }, (_, i) => {
    const row: Record<string, number> = {};
    for (let place = 0; place < pixels; place++) {
      const at = i * pixels + place;
      const byte = bytes[at >> 1]!;
      row[pixelName(place)] = rounded((at % 2 === 0 ? byte >> 4 : byte & 15) / 15);
    }
    row.digit = i % 10;
    return row;
  });
}
