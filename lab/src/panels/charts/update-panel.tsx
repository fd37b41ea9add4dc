// The last update: the loss along it, how far it went on the way to the minimum, and how much of it is noise.
import { useEffect, useImperativeHandle, useRef } from "react";
import { useAsked } from "../../page/use-asked.ts";
import type { LossAlong } from "../../training/along-update.ts";
import { shown } from "../../view/numbers.ts";
import { ChartFrame, useChartParts } from "./chart-frame.tsx";
import { LineChart } from "./line-chart.tsx";
import { LinePlot } from "./line-plot.ts";
import { linesOf } from "./lines.ts";

const alphaNames = ["alpha"];
const alphaLines = linesOf({ alpha: "α" });
/** −after / before of the slopes along the update. */
const alphaGuides = [
  { value: -1, name: "no way" },
  { value: 0, name: "minimum" },
  { value: 1, name: "twice as far" },
];
const noiseNames = ["noise"];
const noiseLines = linesOf({ noise: "noise" });
const noiseGuides = [{ value: 1, name: "as gradient" }];

export function UpdatePanel() {
  return (
    <div className="charts-grid">
      <AlongChart />
      <LineChart
        title="Way to the minimum, α"
        axis="signed"
        names={alphaNames}
        lines={alphaLines}
        guides={alphaGuides}
      />
      <LineChart title="Noise" axis="log" names={noiseNames} lines={noiseLines} guides={noiseGuides} />
    </div>
  );
}

/** t at which the update began and ended. */
const marks = [
  [0, "before"],
  [1, "after"],
] as const;
const range = [-1, 2] as const;

function AlongChart() {
  const box = useRef<HTMLDivElement>(null);
  const parts = useChartParts();
  const { handle, changed, reading } = parts;
  const plot = useRef<LinePlot>(undefined);
  const along = useRef<LossAlong>(undefined);
  useImperativeHandle(
    handle,
    () => ({
      sentence: () => sentence(along.current),
      table: () => ({
        header: ["t", "loss"],
        rows: Array.from(along.current?.t ?? [], (t, i) => [t, along.current!.loss[i]!]),
      }),
      canvas: () => plot.current?.canvas,
    }),
    [],
  );
  useEffect(() => {
    plot.current = new LinePlot(box.current!, "log", [], (over) => {
      for (const [t, name] of marks) {
        const mark = document.createElement("div");
        mark.className = "chart-mark";
        mark.textContent = name;
        mark.style.left = `${(100 * (t - range[0])) / (range[1] - range[0])}%`;
        over.append(mark);
      }
      return () => {};
    });
    return () => plot.current!.end();
  }, []);
  useAsked(
    (service) => service.along(),
    (answer) => {
      along.current = answer;
      const { t, loss } = answer ?? { t: [], loss: [] };
      plot.current?.draw(answer ? [{ name: "loss", x: t, mean: loss, low: loss, high: loss }] : [], range);
      reading.current!.textContent = answer ? `step ${answer.step}, ‖d‖ ${shown(answer.length)}` : "";
      changed.current?.();
    },
    { pause: 500 },
  );
  return (
    <ChartFrame title="Loss along the update" parts={parts}>
      <div ref={box} className="chart-plot" />
    </ChartFrame>
  );
}

function sentence(along: LossAlong | undefined): string {
  if (along === undefined) return "there is no update yet";
  const { step, t, loss } = along;
  const at = (place: number): string => shown(loss[t.indexOf(place)]!);
  let least = 0;
  for (let i = 1; i < loss.length; i++) if (loss[i]! < loss[least]!) least = i;
  return `of the batch of step ${step}, ${at(0)} before it, ${at(1)} after it, least at t = ${shown(t[least]!, 2)} with ${shown(loss[least]!)}`;
}
