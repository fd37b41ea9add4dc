// A chart of lines over the steps.
import { useEffect, useImperativeHandle, useRef } from "react";
import type { ColumnMap } from "../../page/figures.ts";
import { highlight } from "../../page/highlight.ts";
import { litAmong } from "../../page/lit-layer.ts";
import { useStore } from "../../page/use-lab.ts";
import { nearestTo, thinned } from "../../training/thin.ts";
import { joined, type NamedColumn, sentenceOf } from "../../view/chart-table.ts";
import { shown } from "../../view/numbers.ts";
import type { AxisKind } from "../../view/range.ts";
import { seriesToken } from "../../view/series.ts";
import { write } from "../../view/write.ts";
import { ChartFrame, type ChartParts, useChartParts } from "./chart-frame.tsx";
import { type Guide, LinePlot } from "./line-plot.ts";
import { attachSteps, stepsOf } from "./step-axis.ts";

interface LinesProps {
  readonly axis: AxisKind;
  /** Of columns, as `Columns.data` takes them. The same array as long as it is the same chart. */
  readonly names: readonly string[];
  /** The lines among the columns, in their order. The same function as long as it is the same chart. */
  readonly lines: (columns: ColumnMap) => readonly NamedColumn[];
  readonly guides?: readonly Guide[];
  /** Its lines are named by layers: of one that is lit elsewhere, the others are pale. */
  readonly isOfLayers?: boolean;
}

interface LineChartProps extends LinesProps {
  readonly title: string;
  readonly isLive?: boolean;
}

/** Values in the colours of their lines. */
function writeReading(element: HTMLElement, values: readonly (number | undefined)[]): void {
  while (element.children.length > values.length) element.lastChild!.remove();
  while (element.children.length < values.length) {
    const span = document.createElement("span");
    span.style.color = `var(--${seriesToken(element.children.length)})`;
    element.append(span);
  }
  for (const [i, value] of values.entries()) {
    const span = element.children[i] as HTMLElement;
    write(span, value === undefined ? "" : shown(value));
  }
}

export function LineChart({ title, isLive = false, ...body }: LineChartProps) {
  const parts = useChartParts();
  return (
    <ChartFrame title={title} parts={parts} isLive={isLive}>
      <Lines {...body} parts={parts} />
    </ChartFrame>
  );
}

/** The lines within the frame of a chart. */
export function Lines({
  parts: { handle, changed, reading },
  axis,
  names,
  lines,
  guides,
  isOfLayers = false,
}: LinesProps & { readonly parts: ChartParts }) {
  const store = useStore();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<LinePlot>(undefined);
  const shownLines = useRef<readonly NamedColumn[]>([]);
  useImperativeHandle(
    handle,
    () => ({
      sentence: () => sentenceOf(shownLines.current),
      table: () => joined(shownLines.current),
      whole: async () => joined(lines(await store.figures.whole(names)), { extremes: true }),
      canvas: () => plot.current?.canvas,
    }),
    [store, lines, names],
  );
  useEffect(() => reading.current!.replaceChildren(), [reading]);
  useEffect(() => {
    const { figures } = store;
    const { view } = figures;
    const own = new LinePlot(box.current!, axis, guides, (over) => attachSteps(over, stepsOf(store)));
    plot.current = own;
    let range = view.range;
    const draw = () => {
      range = view.range;
      const [from, to] = range;
      own.draw(
        shownLines.current.map(({ name, column }) => {
          const points = thinned(column, { from, to, points: own.pixels });
          return { ...points, name, x: points.step };
        }),
        range,
      );
    };
    const light = () => {
      const { training } = store.read();
      const names = shownLines.current.map(({ name }) => name);
      own.light(isOfLayers && training ? litAmong(training, names) : undefined);
    };
    const read = () => {
      const step = view.pointed ?? store.frames.step;
      writeReading(
        reading.current!,
        shownLines.current.map(({ column }) => column.mean[nearestTo(column.step, step)]),
      );
    };
    const offs = [
      highlight.subscribe(light),
      figures.subscribe(names, (columns) => {
        shownLines.current = lines(columns);
        draw();
        light();
        read();
        changed.current?.();
      }),
      view.subscribe(() => {
        // Where the end is followed, the figures themselves come with another range.
        if (!view.isFollowing() && String(view.range) !== String(range)) draw();
        read();
      }),
    ];
    return () => {
      for (const off of offs) off();
      own.end();
    };
  }, [store, axis, names, lines, guides, isOfLayers, changed, reading]);
  return <div ref={box} className="chart-plot" />;
}
