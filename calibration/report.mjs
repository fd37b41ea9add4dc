// Results → recall and false alarms per kind, the confusion matrix, as Markdown that also reads well in a terminal.
import { verdictKinds } from "../dist/diagnose/detectors.js";

export const share = (part, whole) => (whole === 0 ? "–" : `${Number(((100 * part) / whole).toFixed(1))} %`);

/** Rows of cells as a Markdown table whose columns are as wide as their widest cell. */
function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, c) => Math.max(3, ...all.map((row) => [...String(row[c])].length)));
  const line = (row) =>
    `| ${row.map((cell, c) => (c === 0 ? String(cell).padEnd(widths[c]) : String(cell).padStart(widths[c]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, c) => (c === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

const found = (result, kind) => result.verdicts.some((verdict) => verdict.kind === kind);
const isSevere = ({ verdicts }) => verdicts.some(({ severity }) => severity === "severe");
const isWarned = ({ verdicts }) => verdicts.some(({ severity }) => severity !== "info");

/** Figures of the results of one half of the seeds. */
export function figures(results) {
  const healthy = results.filter(({ kind }) => kind === "healthy");
  const recall = Object.fromEntries(
    verdictKinds.map((kind) => [
      kind,
      Object.fromEntries(
        ["weak", "plain", "strong"].map((strength) => {
          const cases = results.filter((result) => result.kind === kind && result.strength === strength);
          return [strength, { cases: cases.length, found: cases.filter((result) => found(result, kind)).length }];
        }),
      ),
    ]),
  );
  const alarms = Object.fromEntries(
    verdictKinds.map((kind) => [
      kind,
      {
        any: healthy.filter((result) => found(result, kind)).length,
        warning: healthy.filter(({ verdicts }) => verdicts.some((v) => v.kind === kind && v.severity !== "info"))
          .length,
        severe: healthy.filter(({ verdicts }) => verdicts.some((v) => v.kind === kind && v.severity === "severe"))
          .length,
      },
    ]),
  );
  return {
    healthy: healthy.length,
    warning: healthy.filter(isWarned).length,
    severe: healthy.filter(isSevere).length,
    recall,
    alarms,
  };
}

export function recallTable(results) {
  const { healthy, recall, alarms } = figures(results);
  return table(
    ["kind", "recall weak", "plain", "strong", "plain cases", "healthy: any", "warning", "severe"],
    verdictKinds.map((kind) => {
      const { weak, plain, strong } = recall[kind];
      const { any, warning, severe } = alarms[kind];
      return [
        kind,
        ...[weak, plain, strong].map((one) => share(one.found, one.cases)),
        plain.cases,
        ...[any, warning, severe].map((count) => share(count, healthy)),
      ];
    }),
  );
}

/** How many trainings with each fault, at plain strength, got each verdict; columns are numbered as the rows. */
export function confusionTable(results) {
  const rows = ["healthy", ...verdictKinds];
  return table(
    ["fault put in ↓, verdict →", ...verdictKinds.map((_, i) => i + 1), "none"],
    rows.map((kind, i) => {
      const cases = results.filter((one) => one.kind === kind && (one.strength ?? "plain") === "plain");
      return [
        kind === "healthy" ? `healthy (${cases.length})` : `${i} ${kind} (${cases.length})`,
        ...verdictKinds.map((verdict) => cases.filter((result) => found(result, verdict)).length || "·"),
        cases.filter(({ verdicts }) => verdicts.length === 0).length || "·",
      ];
    }),
  );
}

/** Cases whose fault was not found, and healthy ones with a severe verdict. */
export const misses = (results) =>
  results.filter((result) => (result.kind === "healthy" ? isSevere(result) : !found(result, result.kind)));

/** Sentences on what of the goals is not reached. */
export function shortfalls(results) {
  const { healthy, severe, recall } = figures(results);
  const weak = Object.entries(recall).filter(([, { plain }]) => plain.found < 0.95 * plain.cases);
  return [
    ...weak.map(([kind, { plain }]) => `${kind}: recall ${share(plain.found, plain.cases)} at plain strength`),
    ...(severe > 0.02 * healthy ? [`${share(severe, healthy)} of healthy trainings have a severe verdict`] : []),
  ];
}
