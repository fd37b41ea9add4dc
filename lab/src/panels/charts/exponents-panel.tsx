// Exponents over the steps: how the sizes of one tensor's numbers, and of their gradients, are spread.
import { useEffect, useImperativeHandle, useRef, useState } from "react";
import { useAsked } from "../../page/use-asked.ts";
import { useLab, useStore } from "../../page/use-lab.ts";
import { buckets, type ExponentData, lowestExponent } from "../../training/exponents.ts";
import { type NetworkLayer, unitParametersOf } from "../../training/network.ts";
import { sized } from "../../view/canvas.ts";
import type { ChartTable } from "../../view/chart-table.ts";
import { Choice } from "../../view/choice.tsx";
import { minus, percent } from "../../view/numbers.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import type { OpenedTraining } from "../../worker/service.ts";
import { ChartFrame, useChartParts } from "./chart-frame.tsx";
import { drawHeat, type HeatRow } from "./heat.ts";
import { attachSteps, stepsOf } from "./step-axis.ts";

/** Tensors of a network whose exponents are kept: parameters, z and what each layer gives. */
const tensorsOf = ({ layers }: OpenedTraining): readonly string[] => [
  ...new Set(layers.flatMap((layer) => [...parametersOf(layer), layer.z, layer.output])),
];

const parametersOf = (layer: NetworkLayer): readonly string[] => [
  layer.weight,
  ...unitParametersOf(layer).map((kind) => layer[kind]!),
];

export function ExponentsPanel() {
  const { state, training } = useLab();
  const [own, setOwn] = useState<string>();
  const selected = state.selection?.replace(/\[.*$/, "");
  // A new selection takes the place of what was chosen here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selection alone decides when.
  useEffect(() => setOwn(undefined), [selected]);
  if (training === undefined || training.layers.length === 0) return null;
  const names = tensorsOf(training);
  const tensor = [own, selected].find((name) => name !== undefined && names.includes(name)) ?? names[0]!;
  const isParameter = training.layers.some((layer) => parametersOf(layer).includes(tensor));
  const kinds = isParameter ? (["gradient", "update"] as const) : (["value", "gradient"] as const);
  return (
    <div className="charts-chosen">
      <Choice label="Of" chosen={tensor} choices={names.map((name) => ({ id: name, words: name }))} onChange={setOwn} />
      <div className="charts-grid">
        {kinds.map((kind) => (
          <Exponents key={`${tensor} ${kind}`} name={`${tensor}:${kind}`} title={`Exponents of ${tensor}, ${kind}`} />
        ))}
      </div>
    </div>
  );
}

function Exponents({ name, title }: { readonly name: string; readonly title: string }) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLDivElement>(null);
  const parts = useChartParts();
  const { handle, changed } = parts;
  const data = useRef<ExponentData>(undefined);
  const redraw = useRef(() => {});
  useImperativeHandle(
    handle,
    () => ({
      sentence: () => sentenceOf(data.current),
      table: () => tableOf(data.current),
      canvas: () => canvas.current ?? undefined,
    }),
    [],
  );
  useEffect(() => {
    const { view } = store.figures;
    const surface = sized(canvas.current!, (context, width, height) => {
      const { rows, most } = rowsOf(data.current);
      const scale = { low: "0", high: percent(most), ends: [0, 1] as const };
      drawHeat(context, { width, height }, rows, view.range, scale, tokens());
    });
    redraw.current = surface.redraw;
    let range = String(view.range);
    const offs = [
      attachSteps(over.current!, stepsOf(store)),
      onTheme(surface.redraw),
      // With the others, so that all show the same steps.
      store.figures.subscribe([], surface.redraw),
      view.subscribe(() => {
        if (!view.isFollowing() && String(view.range) !== range) surface.redraw();
        range = String(view.range);
      }),
    ];
    return () => {
      for (const off of offs) off();
      surface.end();
    };
  }, [store]);
  useAsked(
    (service) => service.exponents([name]),
    ([answer]) => {
      data.current = answer;
      redraw.current();
      changed.current?.();
    },
    { pause: 250 },
  );
  return (
    <ChartFrame title={title} parts={parts}>
      <canvas ref={canvas} className="chart-canvas" />
      <div ref={over} className="chart-over" />
    </ChartFrame>
  );
}

const label = (exponent: number): string => minus(`2^${exponent}`);

/** First and last bucket that anything was counted in. */
function occupied({ counts }: ExponentData): readonly [number, number] {
  let [first, last] = [buckets, -1];
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    first = Math.min(first, i % buckets);
    last = Math.max(last, i % buckets);
  }
  return [first, last];
}

const sumAt = ({ counts }: ExponentData, point: number): number => {
  let sum = 0;
  for (let b = 0; b < buckets; b++) sum += counts[point * buckets + b]!;
  return sum || 1;
};

/** Shares of each point by exponent, the largest on top; `most` is the largest share. */
function rowsOf(data: ExponentData | undefined): { readonly rows: readonly HeatRow[]; readonly most: number } {
  if (data === undefined) return { rows: [], most: 1 };
  const { step, counts } = data;
  const [first, last] = occupied(data);
  const sums = Float64Array.from(step, (_, i) => sumAt(data, i));
  let most = 0;
  for (let i = 0; i < counts.length; i++) most = Math.max(most, counts[i]! / sums[Math.floor(i / buckets)]!);
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, r): HeatRow => {
    const b = last - r;
    return {
      name: label(b + lowestExponent),
      step,
      colour: Float32Array.from(step, (_, i) => counts[i * buckets + b]! / sums[i]! / most),
    };
  });
  return { rows, most };
}

function tableOf(data: ExponentData | undefined): ChartTable {
  if (data === undefined) return { header: ["step"], rows: [] };
  const [first, last] = occupied(data);
  const length = Math.max(0, last - first + 1);
  return {
    header: ["step", ...Array.from({ length }, (_, i) => label(first + i + lowestExponent))],
    rows: Array.from(data.step, (step, point) => [
      step,
      ...Array.from({ length }, (_, i) => data.counts[point * buckets + first + i]!),
    ]),
  };
}

function sentenceOf(data: ExponentData | undefined): string {
  const points = data?.step.length ?? 0;
  if (data === undefined || points === 0) return "no figures yet";
  const at = (point: number): string => {
    const half = sumAt(data, point) / 2;
    let [sum, b] = [0, 0];
    while (b < buckets - 1 && (sum += data.counts[point * buckets + b]!) < half) b++;
    return label(b + lowestExponent);
  };
  return `half are below ${at(0)} at step ${data.step[0]}, below ${at(points - 1)} at step ${data.step.at(-1)}`;
}
