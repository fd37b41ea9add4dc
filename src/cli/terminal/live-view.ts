// The live view of a training: progress and figures, and every layer's gradient under them.
import { maximum } from "../../ir/stats.ts";
import type { LayerStatistics, MetricValues, StartEvent, TrainEvent } from "../../train/events.ts";
import { logShare, progressBar, thinBar } from "./bar.ts";
import { compact, duration, headline, magnitude, metricLabel, metricValue, percent, significant } from "./format.ts";
import type { Style } from "./style.ts";
import { cut, cutStart, displayWidth, padEnd, padStart, printable } from "./text.ts";

/** What the view shows, gathered from the events so far. */
export interface LiveState {
  readonly epoch: number;
  readonly epochs: number;
  /** Share of the planned steps that are done. */
  readonly done: number;
  readonly loss?: number;
  readonly rowsPerSecond?: number;
  readonly secondsLeft?: number;
  readonly validation?: MetricValues;
  /** Whether its figures are means over several targets. */
  readonly areMeans?: boolean;
  readonly layers: readonly LayerStatistics[];
}

export function initialState({ epochs }: StartEvent): LiveState {
  return { epoch: 0, epochs, done: 0, layers: [] };
}

export function advance(state: LiveState, event: Exclude<TrainEvent, StartEvent>): LiveState {
  if (event.type === "observation") return { ...state, layers: event.layers };
  if (event.type === "progress") {
    const { epoch, loss, rowsPerSecond, secondsLeft, layers = state.layers } = event;
    return { ...state, epoch, loss, rowsPerSecond, secondsLeft, layers, done: event.step / event.steps };
  }
  if (event.type === "epoch") {
    const { epoch, loss, validation, targets, layers = state.layers } = event;
    const done = Math.max(state.done, epoch / state.epochs);
    return { ...state, epoch, loss, layers, done, ...(validation && { validation, areMeans: targets !== undefined }) };
  }
  if (event.type !== "end") return state;
  const { secondsLeft: _, ...rest } = state;
  return { ...rest, epoch: event.epochs, layers: event.layers };
}

/** Lines of the view, at most style.width wide and `rows` many. */
export function renderLive(state: LiveState, style: Style, rows: number): string[] {
  const head = [progressLine(state, style), figuresLine(state, style)];
  const room = rows - head.length - 2;
  if (state.layers.length === 0 || room < 2) return head.slice(0, Math.max(rows, 1));
  return [...head, "", ...layerLines(state.layers, style, room)];
}

function progressLine({ epoch, epochs, done, secondsLeft }: LiveState, { width, colors }: Style): string {
  const label = `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const share = padStart(percent(done, 0), 4);
  const left = secondsLeft === undefined ? "" : `  ${duration(secondsLeft)}${width < 60 ? "" : " left"}`;
  const tail =
    [`  ${share}${left}`, `  ${share}`, ""].find((tail) => label.length + 2 + 4 + tail.length <= width) ?? "";
  const room = width - label.length - 2 - tail.length;
  if (room < 4) return cut(label, width);
  return `${colors.bold(label)}  ${progressBar(done, Math.min(room, 60), colors.dim)}${tail}`;
}

/** The figures of the state, as [importance, label, value]; 0 is the most important. */
export function figures({ loss, validation, areMeans, rowsPerSecond }: LiveState): [number, string, string][] {
  const metric = headline(validation, areMeans);
  const parts: [number, string, string][] = [];
  if (loss !== undefined) parts.push([0, "loss", significant(loss)]);
  if (validation?.loss !== undefined) parts.push([2, "validation", significant(validation.loss)]);
  if (metric !== undefined) parts.push([1, metricLabel(metric), metricValue(metric, validation![metric]!)]);
  if (rowsPerSecond !== undefined) parts.push([3, "", `${compact(rowsPerSecond)} rows/s`]);
  return parts;
}

function figuresLine(state: LiveState, { width, colors }: Style): string {
  let parts = figures(state);
  const gap = "   ";
  const size = () =>
    parts.reduce((sum, [, label, value]) => sum + (label === "" ? 0 : label.length + 1) + value.length, 0);
  while (parts.length > 1 && size() + gap.length * (parts.length - 1) > width) {
    const last = maximum(parts.map(([importance]) => importance));
    parts = parts.filter(([importance]) => importance !== last);
  }
  return parts.map(([, label, value]) => (label ? `${colors.dim(label)} ${value}` : colors.dim(value))).join(gap);
}

/** Ends of the logarithmic scale of gradient sizes: fixed, so that frames and runs can be compared by eye. */
const lowest = 1e-8;
const highest = 1e2;

/** A header and at most `room` − 1 lines: one per layer, from the input to the output. */
export function layerLines(layers: readonly LayerStatistics[], { width, colors }: Style, room: number): string[] {
  const shown = shorten(layers, room - 1);
  const names = shown.map((layer) => ("more" in layer ? "" : printable(layer.name)));
  const nameWidth = Math.min(Math.max(5, maximum(names.map(displayWidth))), Math.max(8, Math.floor(width * 0.3)));
  const sizeWidth = 8;
  const ratioHeader = "  update/weight";
  const withRatio = width >= 60;
  const barWidth = Math.min(40, width - nameWidth - 2 - 2 - sizeWidth - (withRatio ? ratioHeader.length : 0));
  const withBar = barWidth >= 4;

  const line = (name: string, bar: string, size: string, ratio: string) =>
    cut(
      padEnd(name, nameWidth) +
        (withBar ? `  ${padEnd(bar, barWidth)}` : "") +
        `  ${padStart(size, sizeWidth)}` +
        (withRatio ? padStart(ratio, ratioHeader.length) : ""),
      width,
    );
  const scale = ["gradient, 1e-8 to 100, log", "1e-8 to 100, log", ""].find((text) => text.length <= barWidth) ?? "";
  return [
    colors.dim(line("layer", scale, withBar ? "RMS" : "gradient", ratioHeader.trim())),
    ...shown.map((layer, i) => {
      if ("more" in layer) return colors.dim(cut(`… ${layer.more} more layers`, width));
      const bar = thinBar(logShare(layer.gradientRms, lowest, highest), barWidth);
      const text = line(
        cutStart(names[i]!, nameWidth),
        bar,
        magnitude(layer.gradientRms),
        magnitude(layer.updateRatio),
      );
      return bar === "" ? text : text.replace(bar, colors.cyan(bar));
    }),
  ];
}

/** The first and the last layers, and between them how many are left out. */
function shorten<T>(layers: readonly T[], room: number): (T | { readonly more: number })[] {
  if (layers.length <= room) return [...layers];
  const first = Math.ceil((room - 1) / 2);
  const last = room - 1 - first;
  return [...layers.slice(0, first), { more: layers.length - first - last }, ...layers.slice(layers.length - last)];
}
