// The loss over the steps; metrics of the validation rows, and how well the network does as it stands.

import type { ColumnMap } from "../../page/figures.ts";
import { twinPrefix } from "../../page/twins.ts";
import { useLab } from "../../page/use-lab.ts";
import type { NamedColumn } from "../../view/chart-table.ts";
import { LineChart } from "./line-chart.tsx";
import { ResultsChart } from "./results-chart.tsx";

const lossNames = ["loss", "epoch:loss", "validation:loss"];
/** Beside twins the loss of each alone, in the order of the twins. */
function lossLines(columns: ColumnMap): readonly NamedColumn[] {
  const twins = [...columns].flatMap(([name, column]) =>
    name.startsWith(twinPrefix) ? [{ name: name.slice(twinPrefix.length), column }] : [],
  );
  if (twins.length > 0) return [...pick(columns, { loss: "as it is" }), ...twins];
  return pick(columns, { loss: "batch", "validation:loss": "validation", "epoch:loss": "epoch" });
}

/** Of classes; or of numbers. */
const metrics = { accuracy: "accuracy", rocAuc: "ROC AUC", r2: "R²" } as const;
const metricNames = Object.keys(metrics).map((name) => `validation:${name}`);
const metricLines = (columns: ColumnMap): readonly NamedColumn[] =>
  pick(columns, Object.fromEntries(Object.entries(metrics).map(([name, words]) => [`validation:${name}`, words])));

const errorNames = ["validation:brier", "validation:ece", "validation:rmse", "validation:mae"];
const errorLines = (columns: ColumnMap): readonly NamedColumn[] =>
  pick(columns, {
    "validation:brier": "Brier",
    "validation:ece": "ECE",
    "validation:rmse": "RMSE",
    "validation:mae": "MAE",
  });

function pick(columns: ColumnMap, words: Readonly<Record<string, string>>): readonly NamedColumn[] {
  return Object.entries(words).flatMap(([name, word]) => {
    const column = columns.get(name);
    return column === undefined ? [] : [{ name: word, column }];
  });
}

/** The loss alone, as the page always has it. */
export function LossChart() {
  return <LineChart title="Loss" axis="log" names={lossNames} lines={lossLines} isLive />;
}

/** Beside the loss, which the page always has. */
export function LossPanel() {
  const { training } = useLab();
  const hasValidation = (training?.validationRows ?? 0) > 0;
  return (
    <div className="charts-grid">
      {hasValidation && (
        <>
          <LineChart
            title="Metrics"
            axis={(training?.classes.length ?? 0) > 0 ? "share" : "signed"}
            names={metricNames}
            lines={metricLines}
          />
          <LineChart title="Errors" axis="log" names={errorNames} lines={errorLines} />
        </>
      )}
      <ResultsChart />
    </div>
  );
}
