// Four networks beside one another, from one seed, before their first step: what is left of δ on the way back through each.
import { useEffect, useImperativeHandle, useRef } from "react";
import { useLab, useStore } from "../../page/use-lab.ts";
import type { Variant } from "../../training/variants.ts";
import { sized } from "../../view/canvas.ts";
import { shown } from "../../view/numbers.ts";
import { onTheme, tokens } from "../../view/tokens.ts";
import { ChartFrame, useChartParts } from "../charts/chart-frame.tsx";
import { drawBars } from "./bars.ts";

/** What differs from the recipe of the page. */
const networks = [
  { title: "sigmoid", settings: { activation: "sigmoid", residual: false } },
  { title: "tanh", settings: { activation: "tanh", residual: false } },
  { title: "ReLU", settings: { activation: "relu", residual: false } },
  { title: "sigmoid, residual", settings: { activation: "sigmoid", residual: true } },
] as const;

export function FourPanel() {
  const store = useStore();
  const { state } = useLab();
  const canvas = useRef<HTMLCanvasElement>(null);
  const parts = useChartParts();
  const { handle, changed } = parts;
  const variants = useRef<readonly Variant[]>([]);
  const redraw = useRef(() => {});
  useImperativeHandle(
    handle,
    () => ({
      sentence: () =>
        variants.current.length === 0
          ? "nothing yet"
          : `at the first layer δ has, of its size at the output, ${networks
              .map(({ title }, i) => `${shown(variants.current[i]!.ledger.at(-1)!.product)} with ${title}`)
              .join("; ")}`,
      table: () => ({
        header: ["layer", ...networks.map(({ title }) => title)],
        rows: namesOf(variants.current).map((name, r) => [
          name,
          ...variants.current.map(({ ledger }) => ledger[r]!.product),
        ]),
      }),
      canvas: () => canvas.current ?? undefined,
    }),
    [],
  );
  useEffect(() => {
    const surface = sized(canvas.current!, (context, width, height) => {
      const columns = networks.map(({ title }, i) => ({
        title,
        axis: "product",
        values: variants.current[i]?.ledger.map(({ product }) => product) ?? [],
      }));
      drawBars(context, { width, height }, namesOf(variants.current), columns, tokens());
    });
    redraw.current = surface.redraw;
    const off = onTheme(surface.redraw);
    return () => {
      surface.end();
      off();
    };
  }, []);
  const { data, settings } = state;
  // As text, since a state that is read anew is another object.
  const recipe = JSON.stringify({ data, settings });
  useEffect(() => {
    let isLatest = true;
    const { data, settings } = JSON.parse(recipe);
    store.client
      .ask((service) =>
        service.variants(
          { data, settings, interventions: [] },
          networks.map((network) => network.settings),
        ),
      )
      .then((answer) => {
        if (!isLatest) return;
        variants.current = answer;
        redraw.current();
        changed.current?.();
      })
      .catch((error: unknown) => store.tell(error));
    return () => {
      isLatest = false;
    };
  }, [store, recipe, changed]);
  return (
    <ChartFrame title="What is left of δ, at the initial weights, by all rows for training" parts={parts} isLive>
      <canvas ref={canvas} className="chart-canvas" />
    </ChartFrame>
  );
}

/** Layers from the output down to the first hidden one. */
function namesOf([first]: readonly Variant[]): readonly string[] {
  const count = first?.ledger.length ?? 0;
  return Array.from({ length: count }, (_, i) => (i === 0 ? "output" : `hidden ${count - i}`));
}
