// A learning-rate range test as a picture: the smoothed loss over the rate, with the suggestion marked.
import { maximum, minimum } from "../../ir/stats.ts";
import type { RangeTest } from "../../train/range-test.ts";
import { magnitude, significant } from "./format.ts";
import { axis, plot } from "./plot.ts";
import type { Style } from "./style.ts";
import { padStart } from "./text.ts";

const height = 10;

export function renderRangeTest({ points, suggestion }: RangeTest, { width, colors }: Style): string[] {
  const losses = points.map(({ smoothed }) => smoothed);
  const low = minimum(losses);
  // A loss that goes up without end would leave no room for its way down.
  const high = maximum(losses.slice(0, losses.indexOf(low) + 1));
  const top = low + 1.25 * Math.max(high - low, 1e-3 * Math.abs(high));
  const labels = [top, low].map(significant);
  const margin = maximum(labels.map((label) => label.length)) + 1;
  const room = Math.max(8, Math.min(width - margin - 1, 72));
  const rows = plot([losses], { width: room, height, low, high: top });
  const label = (i: number) => padStart(i === 0 ? labels[0]! : i === height - 1 ? labels[1]! : "", margin - 1);
  const indent = " ".repeat(margin);
  const [first, last] = [points[0]!.learningRate, points.at(-1)!.learningRate];
  /** Rates are spread evenly by their logarithms, as the steps are. */
  const share = (rate: number) => Math.log(rate / first) / Math.log(last / first);
  const middle = Math.sqrt(first * last);
  const lines = [
    ...rows.map((row, i) => `${colors.dim(`${label(i)} `)}${colors.cyan(row)}`.trimEnd()),
    `${indent}${colors.dim(axis([first, middle, last].map(magnitude), room))}`,
  ];
  if (suggestion === undefined) return lines;
  const at = Math.round(Math.min(Math.max(share(suggestion), 0), 1) * (room - 1));
  const text = String(suggestion);
  const marker = at + 2 + text.length <= room ? `${" ".repeat(at)}▲ ${text}` : padStart(`${text} ▲`, at + 1);
  return [...lines.slice(0, -1), `${indent}${colors.green(marker)}`, lines.at(-1)!];
}
