// Figures of live runs over the steps: one line for each run and figure, those of a second run dashed.
import "uplot/dist/uPlot.min.css";
import "./live.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import type { ColumnData } from "../training/columns.ts";
import { shown } from "../view/numbers.ts";
import { onTheme, tokens } from "../view/tokens.ts";
import type { LiveRun } from "./live-run.ts";
import { paced } from "./paced.ts";

export interface ChartLine {
  /** Of a column. */
  readonly figure: string;
  readonly words: string;
}

interface ChartProps {
  readonly title: string;
  readonly runs: readonly LiveRun[];
  readonly lines: readonly ChartLine[];
  /** All figures are positive, and differ by orders. */
  readonly isLog: boolean;
}

export function LiveChart({ title, runs, lines, isLog }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const sentence = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = box.current!;
    let plot: uPlot | undefined;
    let versions = "";
    const draw = () => {
      const now = runs.map(({ columns }) => columns.version).join();
      if (plot === undefined || now === versions) return;
      versions = now;
      const data = runs.map(({ columns }) => columns.data(lines.map(({ figure }) => figure)));
      plot.setData(joined(data, lines));
      sentence.current!.textContent = runs.map((run, i) => last(run.name, data[i]!, lines)).join(" ");
    };
    const { ask, cancel } = paced(draw);
    const make = () => {
      plot?.destroy();
      plot = new uPlot(
        options(element.clientWidth, element.clientHeight, runs, lines, isLog),
        joined([], lines),
        element,
      );
      versions = "";
      ask();
    };
    make();
    const observer = new ResizeObserver(() =>
      plot?.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    const off = [onTheme(make), ...runs.map((run) => run.subscribe(ask))];
    return () => {
      cancel();
      observer.disconnect();
      for (const leave of off) leave();
      plot?.destroy();
    };
  }, [runs, lines, isLog]);
  return (
    <figure className="live-chart">
      <figcaption className="live-chart-title">
        <span className="panel-title">{title}</span>
        {lines.map(({ figure, words }, i) => (
          <span key={figure} className="caption" style={{ color: `var(--series-${(i % 7) + 1})` }}>
            {words}
          </span>
        ))}
      </figcaption>
      <div ref={box} className="live-chart-box" aria-hidden />
      <span ref={sentence} className="visually-hidden" />
    </figure>
  );
}

/** "runs/a: loss 0.1234 at step 500." */
function last(name: string, columns: readonly ColumnData[], lines: readonly ChartLine[]): string {
  const parts = lines.flatMap(({ figure, words }) => {
    const column = columns.find((one) => one.name === figure);
    const at = (column?.step.length ?? 0) - 1;
    return at < 0 ? [] : [`${words} ${shown(column!.mean[at]!)} at step ${column!.step[at]}`];
  });
  return parts.length === 0 ? "" : `${name}: ${parts.join(", ")}.`;
}

/** Columns of different steps as uPlot takes them: over all steps, with gaps. */
function joined(runs: readonly (readonly ColumnData[])[], lines: readonly ChartLine[]): uPlot.AlignedData {
  const tables = runs.flatMap((columns) =>
    lines.map(({ figure }): uPlot.AlignedData => {
      const column = columns.find((one) => one.name === figure);
      return column === undefined ? [[], []] : [Array.from(column.step), Array.from(column.mean, drawn)];
    }),
  );
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}

/** A log axis has no place for what is not positive. */
const drawn = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Lines at powers of ten alone. */
const decades = (_: uPlot, splits: number[]): (number | null)[] =>
  splits.map((value) => (Number.isInteger(Number(Math.log10(value).toFixed(9))) ? value : null));

function options(
  width: number,
  height: number,
  runs: readonly LiveRun[],
  lines: readonly ChartLine[],
  isLog: boolean,
): uPlot.Options {
  const colours = tokens();
  const axis: uPlot.Axis = {
    stroke: colours.faint!,
    font: "12px Inter Variable, sans-serif",
    grid: { stroke: colours.grid!, width: 1, ...(isLog && { filter: decades }) },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    scales: { x: { time: false }, y: isLog ? { distr: 3 } : {} },
    axes: [
      { ...axis, size: 28, grid: { stroke: colours.grid!, width: 1 } },
      { ...axis, size: 56, values: (_, splits) => splits.map((value) => (value === null ? "" : shown(value, 2))) },
    ],
    series: [
      {},
      ...runs.flatMap((_, run) =>
        lines.map((_, line) => ({
          stroke: colours[`series-${(line % 7) + 1}`]!,
          width: 1.5,
          ...(run > 0 && { dash: [6, 4] }),
          spanGaps: true,
          points: { show: false },
        })),
      ),
    ],
  };
}
