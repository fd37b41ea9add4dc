// What chainrule train prints of a table, of a training's end, and of what comes next.
import type { Prepared, PreparedStream, Table } from "../data/index.ts";
import { count, short } from "../data/wording.ts";
import type { Findings } from "../diagnose/verdict.ts";
import type { EndEvent, RanksEvent, TargetMetrics } from "../train/events.ts";
import { shellWord } from "./output.ts";
import type { ClassWeights } from "./run-training.ts";
import { renderColumns } from "./terminal/columns-table.ts";
import { renderDataWarning } from "./terminal/data-warning.ts";
import { renderVerdicts } from "./terminal/diagnosis.ts";
import { duration } from "./terminal/format.ts";
import { renderMetrics, renderTargetMetrics } from "./terminal/metrics-table.ts";
import type { Style } from "./terminal/style.ts";
import { printable, wrap } from "./terminal/text.ts";

export function describeData(
  table: Table,
  { columns, notes, warnings }: Prepared,
  style: Style,
  stream?: Pick<PreparedStream, "rows">,
): string[] {
  const { bold } = style.colors;
  return [
    `${bold(printable(table.source))}: ${count(stream?.rows ?? table.rows, "row")}, ${count(table.columns.length, "column")}`,
    "",
    ...renderColumns(columns, style),
    "",
    ...notes.flatMap((note) => wrap(printable(note), style.width)),
    ...warnings.flatMap((warning) => renderDataWarning(warning, style)),
    ...(notes.length + warnings.length > 0 ? [""] : []),
  ];
}

export function describeResult(
  { reason, epochs, bestEpoch, seconds, metrics, targets = [] }: EndEvent,
  validationRows: number,
  run: string,
  classWeights: ClassWeights,
  style: Style,
): string[] {
  const why = {
    epochs: "Trained",
    steps: "Stopped after",
    patience: "Stopped early, after",
    interrupted: "Interrupted after",
  }[reason];
  const weights =
    metrics.validation === undefined || bestEpoch === epochs
      ? ""
      : `, with the weights of epoch ${bestEpoch}: the lowest loss of all on the ${count(validationRows, "row")} for validation`;
  return [
    "",
    ...wrap(`${why} ${count(epochs, "epoch")} in ${duration(seconds)}${weights}.`, style.width),
    "",
    ...renderMetrics(Object.entries(metrics), style),
    ...(targets.length > 0 ? ["", ...renderTargetMetrics(ofSplit(targets), style, whereOf(metrics))] : []),
    ...(classWeights ? ["", ...wrap(printable(weighed(classWeights)), style.width)] : []),
    "",
    `Saved in ${style.colors.bold(run)}`,
  ];
}

/** On the rows for validation, where there are some. */
const ofSplit = (targets: readonly TargetMetrics[]) =>
  targets.map(({ name, train, validation }) => ({ name, metrics: validation ?? train }));

const whereOf = ({ validation }: EndEvent["metrics"]): string =>
  validation === undefined ? "on the rows trained on" : "on the rows for validation";

/** Classes that are named one by one. */
const mostClasses = 10;

function weighed(classWeights: NonNullable<ClassWeights>): string {
  const all = Object.entries(classWeights).map(([name, weight]) => `${name} ${short(weight)}`);
  const listed = all.length <= mostClasses ? all : [...all.slice(0, mostClasses), "…"];
  return `The loss weighs the rows of the classes: ${listed.join(", ")}. The other figures count every row alike.`;
}

/** The share of a step that ranks may wait for each other before it is said. */
const mostWaiting = 0.3;

/** How well ranks go together: nothing where they do. */
export function describeWaiting({ ranks, waited }: RanksEvent): string[] {
  if (waited <= mostWaiting) return [];
  return [
    `warning: the ${ranks} ranks wait for each other during ${Math.round(100 * waited)} % of a step. Larger batches (--batch), sums over several of them (--accumulate), fewer ranks, or one process with threads may be faster.`,
  ];
}

export function describeFindings({ healthy, verdicts }: Findings, style: Style): string[] {
  const serious = verdicts.filter(({ severity }) => severity !== "info");
  const causes = serious.filter(({ consequenceOf }) => consequenceOf === undefined);
  return healthy
    ? []
    : ["", `${count(causes.length, "thing")} wrong with this training:`, ...renderVerdicts(serious, style)];
}

export function describeNext(run: string, data: readonly string[], { healthy }: Findings, { colors }: Style): string[] {
  const folder = shellWord(run);
  const files = data.map(shellWord).join(" ");
  return [
    "",
    colors.dim("Next:"),
    ...(healthy ? [] : [`  ${colors.cyan(`npx chainrule diagnose ${folder}`)}`]),
    `  ${colors.cyan(`npx chainrule evaluate ${folder} ${files}`)}`,
    `  ${colors.cyan(`npx chainrule predict ${folder} ${files} --out predictions.csv`)}`,
  ];
}
