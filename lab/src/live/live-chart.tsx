// Figures of live runs over the steps: one line for each run and figure, those of a second run dashed; all charts show the same steps.
import "./live.css";
import { useEffect, useImperativeHandle, useRef } from "react";
import type { ChartView } from "../page/chart-view.ts";
import { ChartFrame, useChartParts } from "../panels/charts/chart-frame.tsx";
import { LinePlot } from "../panels/charts/line-plot.ts";
import { attachSteps } from "../panels/charts/step-axis.ts";
import { joined, type NamedColumn, sentenceOf } from "../view/chart-table.ts";
import type { AxisKind } from "../view/range.ts";
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
  readonly axis: AxisKind;
  readonly view: ChartView;
}

interface LiveLine extends NamedColumn {
  readonly look: { readonly hue: number; readonly isDashed: boolean };
}

export function LiveChart({ title, runs, lines, axis, view }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const parts = useChartParts();
  const { handle, changed } = parts;
  const plot = useRef<LinePlot>(undefined);
  const drawn = useRef<readonly LiveLine[]>([]);
  useImperativeHandle(
    handle,
    () => ({
      sentence: () => sentenceOf(drawn.current),
      table: () => joined(drawn.current, { extremes: true }),
      canvas: () => plot.current?.canvas,
    }),
    [],
  );
  useEffect(() => {
    const own = new LinePlot(box.current!, axis, [], (over) => attachSteps(over, { view }));
    plot.current = own;
    let versions = "";
    const show = () =>
      own.draw(
        drawn.current.map(({ name, column, look }) => ({ ...column, name, look, x: column.step })),
        view.range,
      );
    const take = () => {
      const now = runs.map(({ columns }) => columns.version).join();
      if (now === versions) return;
      versions = now;
      drawn.current = runs.flatMap((run, at) => linesOf(run, lines, runs.length > 1, at > 0));
      view.reach(Math.max(0, ...runs.map(({ columns }) => columns.end)));
      show();
      changed.current?.();
    };
    const { ask, cancel } = paced(take);
    ask();
    const offs = [view.subscribe(show), ...runs.map((run) => run.subscribe(ask))];
    return () => {
      cancel();
      for (const off of offs) off();
      own.end();
    };
  }, [runs, lines, axis, view, changed]);
  return (
    <ChartFrame title={title} parts={parts}>
      <div ref={box} className="chart-plot" />
    </ChartFrame>
  );
}

/** Those that the run has figures of; beside another run with its name. */
function linesOf(run: LiveRun, lines: readonly ChartLine[], isNamed: boolean, isDashed: boolean): readonly LiveLine[] {
  const columns = run.columns.data(lines.map(({ figure }) => figure));
  return lines.flatMap(({ figure, words }, hue) => {
    const column = columns.find(({ name }) => name === figure);
    const name = isNamed ? `${run.name}: ${words}` : words;
    return column === undefined ? [] : [{ name, column, look: { hue, isDashed } }];
  });
}
