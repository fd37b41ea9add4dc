// Figures of layers as colours: logarithmic for sizes, about 1 for products, as they are for shares.
import type { ColumnData } from "../../training/columns.ts";
import { axisOf, placeOn } from "../../view/range.ts";
import { endOf, type HeatRow, type HeatScale } from "./heat.ts";

/** "size": positive, the larger the deeper. "product": below 1 orange, above it blue. "share": 0 to 1. */
export type LayerFigure = "size" | "product" | "share";

/** "layers.0:gradientRms" → "layers.0" */
export const layerOf = (name: string): string => name.slice(0, name.lastIndexOf(":"));

/** Columns of one figure of all layers, in the order of the forward pass. */
export const byLayer = (columns: Iterable<ColumnData>, suffix: string): readonly ColumnData[] =>
  [...columns]
    .filter(({ name }) => name.endsWith(suffix))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));

export function coloursOf(figure: LayerFigure, columns: readonly ColumnData[]): { rows: HeatRow[]; scale: HeatScale } {
  const rows = (colour: (value: number) => number) =>
    columns.map(
      ({ name, step, low, high }): HeatRow => ({
        name: layerOf(name),
        step,
        // Of joined points the one that stands out: for a product the one further from 1.
        colour: Float32Array.from(high, (top, i) => {
          const [a, b] = [colour(low[i]!), colour(top)];
          return Math.abs(a) > Math.abs(b) ? a : b;
        }),
      }),
    );
  if (figure === "share") return { rows: rows((value) => value), scale: { low: "0", high: "1", ends: [0, 1] } };
  const positive = columns.map(({ low, high }) => ({
    low: low.map((value) => (value > 0 ? value : Number.NaN)),
    high: high.map((value) => (value > 0 ? value : Number.NaN)),
  }));
  const axis = axisOf("log", positive);
  if (figure === "product") {
    const most = Math.max(Math.abs(Math.log10(axis.from)), Math.abs(Math.log10(axis.to)), 0.3);
    return {
      rows: rows((value) => (value === 0 ? -1 : clamp(Math.log10(value) / most))),
      scale: { low: endOf(10 ** -most), high: endOf(10 ** most), ends: [-1, 1] },
    };
  }
  return {
    // Zero is the ground, and the least of what is positive is told from it.
    rows: rows((value) => (value === 0 ? 0 : clamp(0.08 + 0.92 * placeOn(axis, value), 0.08))),
    scale: { low: endOf(axis.from), high: endOf(axis.to), ends: [0.08, 1] },
  };
}

const clamp = (value: number, least = -1): number =>
  Number.isFinite(value) ? Math.min(1, Math.max(least, value)) : value;
