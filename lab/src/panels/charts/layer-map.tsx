// One figure of all layers as one picture, layer × step; single layers as lines on demand.
import { ChartSpline } from "lucide-react";
import { useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import type { ColumnMap } from "../../page/figures.ts";
import { highlight } from "../../page/highlight.ts";
import { useStore } from "../../page/use-lab.ts";
import type { ColumnData } from "../../training/columns.ts";
import { nearestTo } from "../../training/thin.ts";
import { sized } from "../../view/canvas.ts";
import { joined, type NamedColumn, sentenceOf } from "../../view/chart-table.ts";
import { shown } from "../../view/numbers.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import { write } from "../../view/write.ts";
import { ChartFrame, type ChartParts, useChartParts } from "./chart-frame.tsx";
import { drawHeat } from "./heat.ts";
import { byLayer, coloursOf, type LayerFigure, layerOf } from "./layer-colours.ts";
import { attachRows } from "./layer-rows.ts";
import { Lines } from "./line-chart.tsx";
import { attachSteps, stepsOf } from "./step-axis.ts";

interface LayerMapProps {
  readonly title: string;
  /** ":gradientRms" */
  readonly suffix: string;
  readonly figure: LayerFigure;
}

export function LayerMap({ title, suffix, figure }: LayerMapProps) {
  const store = useStore();
  const parts = useChartParts();
  const names = useMemo(() => [suffix], [suffix]);
  const [layers, setLayers] = useState<readonly string[]>([]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(
    () =>
      store.figures.subscribe(names, (columns) => {
        const found = byLayer(columns.values(), suffix).map(({ name }) => layerOf(name));
        setLayers((before) => (String(before) === String(found) ? before : found));
      }),
    [store, names, suffix],
  );
  const lines = useMemo(
    () => (columns: ColumnMap) => named(byLayer(columns.values(), suffix)).filter(({ name }) => chosen.has(name)),
    [suffix, chosen],
  );
  const tools = (
    <MenuTrigger>
      <Button className="icon-button small-button" aria-label={`${title}: layers as lines`}>
        <ChartSpline size={15} aria-hidden />
      </Button>
      <Popover className="popover">
        <Menu
          className="list-box"
          aria-label={`${title}: layers as lines`}
          selectionMode="multiple"
          selectedKeys={chosen}
          onSelectionChange={(keys) => setChosen(keys === "all" ? new Set(layers) : new Set([...keys].map(String)))}
        >
          {layers.map((name) => (
            <MenuItem key={name} id={name} className="list-box-item">
              {name}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
  return (
    <ChartFrame title={title} parts={parts} tools={tools}>
      {chosen.size > 0 ? (
        <Lines parts={parts} axis={figure === "share" ? "share" : "log"} names={names} lines={lines} isOfLayers />
      ) : (
        <Picture parts={parts} suffix={suffix} figure={figure} names={names} />
      )}
    </ChartFrame>
  );
}

const named = (columns: readonly ColumnData[]): readonly NamedColumn[] =>
  columns.map((column) => ({ name: layerOf(column.name), column }));

function Picture({
  parts: { handle, changed, reading },
  suffix,
  figure,
  names,
}: Omit<LayerMapProps, "title"> & { readonly parts: ChartParts; readonly names: readonly string[] }) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLDivElement>(null);
  const columns = useRef<readonly ColumnData[]>([]);
  useImperativeHandle(
    handle,
    () => ({
      sentence: () => sentenceOf(named(columns.current)),
      table: () => joined(named(columns.current)),
      whole: async () =>
        joined(named(byLayer((await store.figures.whole(names)).values(), suffix)), { extremes: true }),
      canvas: () => canvas.current ?? undefined,
    }),
    [store, names, suffix],
  );
  useEffect(() => {
    const { figures } = store;
    const { view } = figures;
    let made = coloursOf(figure, []);
    const surface = sized(canvas.current!, (context, width, height) =>
      drawHeat(context, { width, height }, made.rows, view.range, made.scale, tokens()),
    );
    const element = over.current!;
    const rows = attachRows(element, store, () => {
      const names = columns.current.map(({ name }) => layerOf(name));
      return { names, top: 0, height: element.clientHeight / Math.max(1, names.length) };
    });
    let range = view.range;
    const draw = () => {
      range = view.range;
      surface.redraw();
      rows.place();
    };
    const read = () => {
      const step = view.pointed ?? store.frames.step;
      const row = rows.lit();
      const own = row === undefined ? undefined : columns.current[row];
      const value = own?.mean[nearestTo(own.step, step)];
      write(reading.current!, value === undefined ? "" : `${layerOf(own!.name)} ${shown(value)}`);
    };
    const offs = [
      attachSteps(element, stepsOf(store)),
      onTheme(draw),
      highlight.subscribe(read),
      figures.subscribe(names, (all) => {
        columns.current = byLayer(all.values(), suffix);
        made = coloursOf(figure, columns.current);
        draw();
        read();
        changed.current?.();
      }),
      view.subscribe(() => {
        if (!view.isFollowing() && String(view.range) !== String(range)) draw();
        read();
      }),
    ];
    return () => {
      for (const off of offs) off();
      rows.end();
      surface.end();
    };
  }, [store, figure, suffix, names, changed, reading]);
  return (
    <>
      <canvas ref={canvas} className="chart-canvas" />
      <div ref={over} className="chart-over" />
    </>
  );
}
