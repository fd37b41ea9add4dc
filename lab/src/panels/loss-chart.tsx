// The loss over the steps, as uPlot draws it: of the observed steps, and of the validation rows at the ends of epochs.
import "uplot/dist/uPlot.min.css";
import "./loss-chart.css";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { useFrames, useStore } from "../page/use-lab.ts";
import type { ColumnData } from "../training/columns.ts";
import { shown } from "../view/numbers.ts";
import { onTheme, tokens } from "../view/tokens.ts";

const names = ["loss", "validation:loss"] as const;
/** Milliseconds between two looks at the figures. */
const pause = 100;

export function LossChart() {
  const store = useStore();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const seen = useRef({ version: -1, due: 0, isAsked: false });
  useEffect(() => {
    const element = box.current!;
    const make = () => {
      const data = plot.current?.data ?? [[], [], []];
      plot.current?.destroy();
      plot.current = new uPlot(chartOptions(element.clientWidth, element.clientHeight), data, element);
    };
    make();
    const observer = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    const off = onTheme(make);
    return () => {
      observer.disconnect();
      off();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useFrames(() => {
    const look = seen.current;
    const now = performance.now();
    if (look.isAsked || (now < look.due && store.read().isPlaying)) return;
    look.isAsked = true;
    look.due = now + pause;
    store.client
      .ask((service) => service.columns(look.version, names))
      .then(({ version, columns }) => {
        if (version === look.version) return;
        look.version = version;
        plot.current?.setData(joined(columns));
      })
      .catch((error: unknown) => store.tell(error))
      .finally(() => {
        look.isAsked = false;
      });
  });
  return (
    <figure className="loss-chart">
      <figcaption className="panel-title">Loss</figcaption>
      <div ref={box} className="loss-chart-box" role="img" aria-label="Loss over the steps" />
    </figure>
  );
}

/** Columns of different steps as uPlot takes them: over all steps, with gaps. */
function joined(columns: readonly ColumnData[]): uPlot.AlignedData {
  const tables = names.map((name): uPlot.AlignedData => {
    const column = columns.find((one) => one.name === name);
    return column === undefined ? [[], []] : [Array.from(column.step), Array.from(column.mean)];
  });
  return uPlot.join(tables, [[1], [2]]);
}

function chartOptions(width: number, height: number): uPlot.Options {
  const colours = tokens();
  const axis: uPlot.Axis = {
    stroke: colours.faint!,
    font: "12px Inter Variable, sans-serif",
    grid: { stroke: colours.grid!, width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    scales: { x: { time: false }, y: { distr: 3 } },
    axes: [
      axis,
      { ...axis, size: 56, values: (_, splits) => splits.map((value) => (value === null ? "" : shown(value, 2))) },
    ],
    series: [
      {},
      { stroke: colours["series-1"]!, width: 1.5, spanGaps: true, points: { show: false } },
      { stroke: colours["series-2"]!, width: 1.5, dash: [6, 4], spanGaps: true, points: { show: false } },
    ],
  };
}
