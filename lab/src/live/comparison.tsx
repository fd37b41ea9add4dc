// The runs of a sweep beside each other: parallel coordinates, whose axes filter, and a table with the best first.
import "./comparison.css";
import { bestFirst, metricsOf } from "chainrule/runs";
import { useMemo, useState } from "react";
import { Button, Link } from "react-aria-components";
import { counted } from "../view/numbers.ts";
import { Segments } from "../view/segments.tsx";
import { addressOfRuns } from "./address.ts";
import { axesOf, type Brushes, isWithin, type RunAxis } from "./axes.ts";
import { ParallelPlot } from "./parallel-plot.tsx";
import { statusWords } from "./runs-list.tsx";
import type { ListedRun } from "./server.ts";

/** What says most to people, of the metrics that there are. */
const headlines = ["accuracy", "r2", "rmse", "loss"] as const;

export function Comparison({ runs }: { readonly runs: readonly ListedRun[] }) {
  const metrics = useMemo(() => metricsOf(runs), [runs]);
  const [asked, setMetric] = useState<string>();
  const metric = asked ?? headlines.find((name) => metrics.includes(name)) ?? "loss";
  const axes = useMemo(() => axesOf(runs, metric), [runs, metric]);
  const [brushes, setBrushes] = useState<Brushes>({});
  const [lit, setLit] = useState<string>();
  const sorted = useMemo(() => runs.toSorted(bestFirst(metric)), [runs, metric]);
  const shown = sorted.filter((run) => isWithin(run, axes, brushes));
  const names = useMemo(() => new Set(shown.map(({ name }) => name)), [shown]);
  const litRun = runs.find(({ name }) => name === lit);
  return (
    <section className="comparison" aria-label="Comparison of the runs">
      <header className="comparison-head">
        <h2 className="live-name">Runs beside each other</h2>
        {metrics.length > 0 && (
          <Segments
            label="Metric"
            chosen={metric}
            choices={metrics.map((id) => ({ id, words: id }))}
            onChange={setMetric}
          />
        )}
        <p className="caption" role="status">
          {shown.length === runs.length
            ? `${counted(runs.length)} runs, the best first`
            : `${counted(shown.length)} of ${counted(runs.length)} runs, the best first`}
        </p>
        {Object.keys(brushes).length > 0 && (
          <Button className="text-button" onPress={() => setBrushes({})}>
            Show all
          </Button>
        )}
      </header>
      <ParallelPlot
        runs={sorted}
        axes={axes}
        shown={names}
        brushes={brushes}
        lit={lit}
        onBrush={(name, part) => setBrushes((before) => ({ ...before, [name]: part }))}
        onLight={setLit}
      />
      <p className="comparison-lit number" data-testid="comparison-lit">
        {litRun ? sentence(litRun, axes) : "Point at a line, or go through the table, to see a run"}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section className="comparison-table" aria-label="Table of the runs" tabIndex={0}>
        <RunsTable runs={shown} axes={axes} lit={lit} onLight={setLit} />
      </section>
    </section>
  );
}

const sentence = (run: ListedRun, axes: readonly RunAxis[]): string =>
  [run.name, ...axes.flatMap((axis) => (axis.words(run) === "" ? [] : [`${axis.label} ${axis.words(run)}`]))].join(
    " · ",
  );

interface RunsTableProps {
  readonly runs: readonly ListedRun[];
  readonly axes: readonly RunAxis[];
  readonly lit: string | undefined;
  onLight(name: string | undefined): void;
}

function RunsTable({ runs, axes, lit, onLight }: RunsTableProps) {
  // The metric by which they are sorted stands beside the name.
  const columns = [axes.at(-1)!, ...axes.slice(0, -1)];
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Status</th>
          <th scope="col" data-numeric>
            Epoch
          </th>
          {columns.map(({ name, label, isNumeric }, i) => (
            <th key={name} scope="col" data-numeric={isNumeric || undefined} aria-sort={i === 0 ? "other" : undefined}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr
            key={run.name}
            data-lit={run.name === lit || undefined}
            onPointerEnter={() => onLight(run.name)}
            onPointerLeave={() => onLight(undefined)}
            onFocus={() => onLight(run.name)}
            onBlur={() => onLight(undefined)}
          >
            <th scope="row">
              <Link className="live-run-name" href={addressOfRuns([run.name])}>
                {run.name}
              </Link>
            </th>
            <td className="live-status" data-status={run.status} title={run.message}>
              {shortWords[run.status]}
            </td>
            <td data-numeric>{run.epoch === undefined ? "" : counted(run.epoch)}</td>
            {columns.map((axis) => (
              <td key={axis.name} data-numeric={axis.isNumeric || undefined}>
                {axis.words(run)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shortWords = { ...statusWords, crashed: "Cut off" };
