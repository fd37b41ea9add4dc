// The loss over the steps; metrics of the validation rows, and how well the network does as it stands.
import { useLab } from "../../page/use-lab.ts";
import { LineChart } from "./line-chart.tsx";
import { linesOf } from "./lines.ts";
import { ResultsChart } from "./results-chart.tsx";

const loss = { loss: "batch", "validation:loss": "validation", "epoch:loss": "epoch" };
/** Of classes; or of numbers. */
const metrics = { "validation:accuracy": "accuracy", "validation:rocAuc": "ROC AUC", "validation:r2": "R²" };
const errors = {
  "validation:brier": "Brier",
  "validation:ece": "ECE",
  "validation:rmse": "RMSE",
  "validation:mae": "MAE",
};
const lossNames = Object.keys(loss);
const lossLines = linesOf(loss);
const metricNames = Object.keys(metrics);
const metricLines = linesOf(metrics);
const errorNames = Object.keys(errors);
const errorLines = linesOf(errors);

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
