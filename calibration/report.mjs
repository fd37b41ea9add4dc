// Results → recall and false alarms per kind, the confusion matrix, as Markdown that also reads well in a terminal.
import { verdictKinds } from "../dist/diagnose/detectors.js";
import { faults } from "./faults.mjs";

export const share = (part, whole) => (whole === 0 ? "–" : `${Number(((100 * part) / whole).toFixed(1))} %`);

/** Rows of cells as a Markdown table whose columns are as wide as their widest cell. */
export function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, c) => Math.max(3, ...all.map((row) => [...String(row[c])].length)));
  const line = (row) =>
    `| ${row.map((cell, c) => (c === 0 ? String(cell).padEnd(widths[c]) : String(cell).padStart(widths[c]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, c) => (c === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** At least a warning, of faults and of healthy trainings alike: a remark is none. */
const isWarning = ({ severity }) => severity !== "info";
const found = (result, kind) => result.verdicts.some((verdict) => verdict.kind === kind && isWarning(verdict));
const isRemarked = (result, kind) => !found(result, kind) && result.verdicts.some((verdict) => verdict.kind === kind);
/** The first verdict names the fault, or what was done to put it in. */
const isFirst = ({ kind, variant, verdicts: [first] }) =>
  first !== undefined &&
  (first.kind === kind || faults[kind].find(({ name }) => name === variant)?.causes?.includes(first.kind) === true);
const isSevere = ({ verdicts }) => verdicts.some(({ severity }) => severity === "severe");
const isWarned = ({ verdicts }) => verdicts.some(isWarning);

/** Figures of the results of one half of the seeds. */
export function figures(results) {
  const healthy = results.filter(({ kind }) => kind === "healthy");
  const recall = Object.fromEntries(
    verdictKinds.map((kind) => [
      kind,
      Object.fromEntries(
        ["weak", "plain", "strong"].map((strength) => {
          const cases = results.filter((result) => result.kind === kind && result.strength === strength);
          const count = (test) => cases.filter((result) => test(result, kind)).length;
          return [
            strength,
            { cases: cases.length, found: count(found), remarked: count(isRemarked), first: count(isFirst) },
          ];
        }),
      ),
    ]),
  );
  const alarms = Object.fromEntries(
    verdictKinds.map((kind) => [
      kind,
      {
        remark: healthy.filter((result) => isRemarked(result, kind)).length,
        warning: healthy.filter((result) => found(result, kind)).length,
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
    ["kind", "weak", "plain", "strong", "remark", "first", "healthy: warning", "severe", "remark"],
    verdictKinds.map((kind) => {
      const { weak, plain, strong } = recall[kind];
      const { remark, warning, severe } = alarms[kind];
      return [
        kind,
        ...[weak, plain, strong].map((one) => share(one.found, one.cases)),
        share(plain.remarked, plain.cases),
        share(plain.first, plain.cases),
        ...[warning, severe, remark].map((count) => share(count, healthy)),
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
        cases.filter((result) => !isWarned(result)).length || "·",
      ];
    }),
  );
}

/** Cases whose fault was not found, and healthy ones with a severe verdict. */
export const misses = (results) =>
  results.filter((result) => (result.kind === "healthy" ? isSevere(result) : !found(result, result.kind)));

/** Sentences on what of the goals is not reached. */
export function shortfalls(results) {
  const { healthy, warning, severe, recall } = figures(results);
  const weak = Object.entries(recall).filter(([, { plain }]) => plain.found < 0.95 * plain.cases);
  return [
    ...weak.map(([kind, { plain }]) => `${kind}: recall ${share(plain.found, plain.cases)} at plain strength`),
    ...(warning > 0.02 * healthy ? [`${share(warning, healthy)} of healthy trainings have a warning`] : []),
    ...(severe > 0 ? [`${share(severe, healthy)} of healthy trainings have a severe verdict`] : []),
  ];
}
