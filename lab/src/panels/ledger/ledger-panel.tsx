// The ledger of the network as it is, on the row under the glass or the rows of the next step: measured anew with the frames.
import type { LedgerRow } from "chainrule/observe";
import { useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { useAsked } from "../../page/use-asked.ts";
import { useLab, useStore } from "../../page/use-lab.ts";
import { sized } from "../../view/canvas.ts";
import { shown } from "../../view/numbers.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import { ChartFrame, useChartParts } from "../charts/chart-frame.tsx";
import { attachRows } from "../charts/layer-rows.ts";
import { type BarColumn, drawBars, rowsPlace } from "./bars.ts";

interface Factor {
  readonly title: string;
  of(row: LedgerRow): number;
  readonly mark?: BarColumn["mark"] & {};
  readonly isProduct?: true;
}

/** σ′ = σ (1 − σ) is largest where σ = ½. */
const mostOfSigmoid = { value: 0.25, name: "σ′ ≤ ¼" };

const factorsOf = (activation: string | undefined, hasSkips: boolean): readonly Factor[] => [
  { title: "Weights", of: ({ weightFactor }) => weightFactor },
  {
    title: "Activation",
    of: ({ activationFactor }) => activationFactor,
    ...(activation === "sigmoid" && { mark: mostOfSigmoid }),
  },
  ...(hasSkips ? [{ title: "Identity", of: ({ skipFactor }: LedgerRow) => skipFactor }] : []),
  { title: "Attenuation", of: ({ attenuation }) => attenuation },
  { title: "Product", of: ({ product }) => product, isProduct: true },
];

export function LedgerPanel() {
  const { state, training } = useLab();
  const { row } = state;
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLDivElement>(null);
  const parts = useChartParts();
  const { handle, changed } = parts;
  const rows = useRef<readonly LedgerRow[]>([]);
  const redraw = useRef(() => {});
  const activation = training?.layers[0]?.activation;
  const hasSkips = training?.layers.some(({ others }) => others.includes("residual")) ?? false;
  const columns = useMemo(() => factorsOf(activation, hasSkips), [activation, hasSkips]);
  useImperativeHandle(
    handle,
    () => ({
      sentence: () => sentence(rows.current),
      table: () => ({
        header: ["layer", ...columns.map(({ title }) => title.toLowerCase())],
        rows: rows.current.map((one) => [one.layer, ...columns.map(({ of }) => of(one))]),
      }),
      canvas: () => canvas.current ?? undefined,
    }),
    [columns],
  );
  useEffect(() => {
    const surface = sized(canvas.current!, (context, width, height) => {
      const names = rows.current.map(({ layer }) => layer);
      const bars = columns.map(
        ({ title, of, mark, isProduct }): BarColumn => ({
          title,
          axis: isProduct ? "product" : "factor",
          // The output has no layer behind it.
          values: rows.current.map((one, i) => (i === 0 && !isProduct ? undefined : of(one))),
          ...(mark && { mark }),
        }),
      );
      drawBars(context, { width, height }, names, bars, tokens());
    });
    const element = over.current!;
    const lights = attachRows(element, store, () => ({
      ...rowsPlace(element.clientHeight, rows.current.length),
      names: rows.current.map(({ layer }) => layer),
    }));
    redraw.current = () => {
      surface.redraw();
      lights.place();
    };
    const off = onTheme(surface.redraw);
    return () => {
      surface.end();
      lights.end();
      off();
    };
  }, [store, columns]);
  useAsked(
    (service) => service.ledger({ row }),
    (answer) => {
      rows.current = answer;
      redraw.current();
      changed.current?.();
    },
  );
  return (
    <ChartFrame title="Chain-rule ledger" parts={parts} isLive>
      <canvas ref={canvas} className="chart-canvas" />
      <div ref={over} className="ledger-over" />
    </ChartFrame>
  );
}

function sentence(rows: readonly LedgerRow[]): string {
  const [output, last] = [rows[0], rows.at(-1)];
  if (output === undefined || last === undefined || rows.length === 1) return "one layer has no factors";
  return `from ${output.layer} back to ${last.layer}, ${rows.length === 2 ? "1 layer" : `${rows.length - 1} layers`}, δ comes to ${shown(last.product)} of its size`;
}
