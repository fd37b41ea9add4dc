// The network: every parameter, drawn with every frame, pointed at and opened; a grid beside it for keyboard and screen reader.
import "./network.css";
import {
  type CSSProperties,
  lazy,
  type PointerEvent,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useCell } from "../../page/cell.ts";
import { highlight, noHighlight, related } from "../../page/highlight.ts";
import { moment, momentWords } from "../../page/moment.ts";
import { networkLook } from "../../page/network-look.ts";
import { useFrames, useLab, useStore } from "../../page/use-lab.ts";
import { elementOf, nameOf, wordsOf } from "../../training/elements.ts";
import type { Frame } from "../../training/frame.ts";
import { sizedInParts } from "../../view/canvas.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { drawNetwork } from "./drawing.ts";
import { type Box, boxOf, elementAt, layoutOf, niceScale } from "./geometry.ts";
import { NetworkGrid } from "./grid.tsx";
import { LayerVerdicts } from "./layer-verdicts.tsx";
import { Ledger } from "./ledger.tsx";
import { useMomentOnWay } from "./moment-on-way.ts";
import { Readout } from "./readout.tsx";
import { largestOf, type Scales } from "./scene.ts";
import { NetworkToolbar, ScaleLegend, type ScaleLegendControl } from "./toolbar.tsx";
import { useUnitPlanes } from "./unit-planes.ts";

/** Loaded where a number is opened, as the formulas are. */
const Arithmetic = lazy(async () => ({ default: (await import("../arithmetic/arithmetic.tsx")).Arithmetic }));

const ledgerHeight = 24;
/** Where nothing scrolls, and the arithmetic stands over the panel's lower part; as in arithmetic.css. */
const oneScreen = "(min-width: 1024px)";

export function NetworkPanel({ training }: { readonly training: OpenedTraining }) {
  const store = useStore();
  const { selection } = useLab().state;
  const shownMoment = useCell(moment);
  const scroll = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const legend = useRef<ScaleLegendControl>(undefined);
  const frame = useRef<Frame | undefined>(store.frames.last);
  const scales = useRef<Scales>(undefined);
  const redraw = useRef(() => {});
  const again = useCallback(() => redraw.current(), []);
  const room = useRoom(scroll);
  const named = useMemo(() => ({ ...training, names: namesOf(training) }), [training]);
  const opened = selection === undefined ? undefined : elementOf(training, selection);
  // The whole network stays in sight above the arithmetic.
  const isShort = opened !== undefined && matchMedia(oneScreen).matches;
  const height = isShort ? Math.round(Math.max(200, room.height * 0.42)) : room.height;
  const layout = useMemo(() => {
    const ledger = training.layers.length > 1 ? ledgerHeight : 0;
    const own = Math.max(160, height - ledger);
    return layoutOf(training, { ...marginsOf(named.names, room.width), width: room.width, height: own });
  }, [training, named, room.width, height]);
  const planes = useUnitPlanes(training, again);
  const onWay = useMomentOnWay(frame, again);
  useEffect(() => {
    const surface = sizedInParts(canvas.current!, (context) => {
      if (frame.current === undefined) return [];
      const look = networkLook.get();
      scales.current = scalesOf(frame.current, look, planes.scale, scales.current);
      legend.current?.show(scales.current);
      return drawNetwork(context, {
        ...{ network: named, layout, frame: frame.current, look, scales: scales.current },
        lit: [...highlight.get(), ...(selection ? [selection] : [])],
        related: related.get(),
        moment: onWay(),
        planes: planes.images,
        colours: tokens(),
      });
    });
    redraw.current = surface.redraw;
    surface.redraw();
    const ends = [onTheme(surface.redraw), ...[highlight, related].map((cell) => cell.subscribe(surface.redraw))];
    ends.push(
      networkLook.subscribe(() => {
        scales.current = undefined;
        surface.redraw();
      }),
    );
    return () => {
      surface.end();
      for (const end of ends) end();
    };
  }, [named, layout, planes, onWay, selection]);
  useFrames((next) => {
    frame.current = next;
    redraw.current();
  });
  const under = (event: PointerEvent): string | undefined => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    const found = elementAt(layout, training, { x: event.clientX - left, y: event.clientY - top });
    return found && nameOf(training, found);
  };
  const open = (name: string | undefined) => {
    if (name !== selection) store.commit({ selection: name });
  };
  return (
    <div className="network" data-open={selection !== undefined || undefined}>
      <NetworkToolbar training={training} />
      <div ref={scroll} className="network-scroll">
        <div className="network-content" style={{ width: layout.width }}>
          <canvas
            ref={canvas}
            className="network-canvas"
            style={{ height: layout.height }}
            aria-hidden
            onPointerMove={(event) => {
              const name = under(event);
              const [before] = highlight.get();
              if (name !== before) highlight.set(name === undefined ? noHighlight : [name]);
              canvas.current!.toggleAttribute("data-over", name !== undefined);
            }}
            onPointerLeave={() => highlight.set(noHighlight)}
            onClick={(event) => open(under(event as unknown as PointerEvent))}
          />
          <LayerVerdicts training={training} layout={layout} />
          <Ledger training={training} layout={layout} />
          <NetworkGrid training={training} names={named.names} onOpen={open} />
        </div>
      </div>
      {opened && (
        <Suspense>
          <Arithmetic
            training={training}
            element={opened}
            style={placeOfArithmetic(boxOf(layout, opened), height, scroll.current)}
          />
        </Suspense>
      )}
      <p className="visually-hidden" role="status">
        {shownMoment ? momentWords[shownMoment] : opened ? `Open: ${wordsOf(training, opened)}` : ""}
      </p>
      <div className="network-foot">
        <Readout training={training} />
        <ScaleLegend control={legend} />
      </div>
    </div>
  );
}

/** The size of a box, in whole pixels. */
function useRoom(box: { readonly current: HTMLDivElement | null }): {
  readonly width: number;
  readonly height: number;
} {
  const [room, setRoom] = useState({ width: 600, height: 400 });
  useEffect(() => {
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = box.current!;
      setRoom((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [box]);
  return room;
}

/** In the lower part of the panel, grown out of where the number stands; below the network where the panel is narrow. */
function placeOfArithmetic(box: Box, height: number, scroll: HTMLElement | null): CSSProperties {
  const [left, top] = [scroll?.scrollLeft ?? 0, scroll?.offsetTop ?? 0];
  return {
    top: top + height,
    transformOrigin: `${box.x + box.width / 2 - left}px ${box.y + box.height / 2 - height}px`,
  };
}

interface Names {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What inputs and outputs are called. */
function namesOf({ features, classes, targets, layers }: OpenedTraining): Names {
  const outputs = layers.at(-1)?.outputs ?? 0;
  return { inputs: features, outputs: classes.length === outputs ? classes : targets };
}

/** Room beside the first and the last column for the longest names. */
function marginsOf({ inputs, outputs }: Names, width: number): { readonly left: number; readonly right: number } {
  const context = new OffscreenCanvas(1, 1).getContext("2d")!;
  context.font = '13px "Inter Variable", sans-serif';
  const most = width < 600 ? 64 : 120;
  const of = (names: readonly string[]): number => {
    let widest = 0;
    for (const name of names.slice(0, 64)) widest = Math.max(widest, context.measureText(name).width);
    return Math.min(most, widest) + 44;
  };
  return { left: of(inputs), right: of(outputs) };
}

/** Of everything that is drawn, quiet from frame to frame. */
function scalesOf(
  frame: Frame,
  look: { readonly edges: "weight" | "gradient"; readonly units: "value" | "delta" },
  planes: number | undefined,
  before: Scales | undefined,
): Scales {
  const edges = look.edges === "weight" ? frame.parameters : frame.gradients;
  const units = look.units === "value" ? frame.values : frame.deltas;
  return {
    edges: niceScale(largestOf(Object.values(edges)), before?.edges),
    units:
      look.units === "value" && planes !== undefined
        ? planes
        : niceScale(largestOf(Object.values(units)), before?.units),
  };
}
