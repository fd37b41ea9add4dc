// Counts as text: tables in Markdown that also read well in a terminal.
import { verdictKinds } from "../dist/diagnose/detectors.js";
import {
  alarms,
  alarmsOf,
  byMechanism,
  byTable,
  estimate,
  isFound,
  ofOptimizers,
  recall,
  share,
  total,
} from "./figures.mjs";

/** Rows of cells as a Markdown table whose columns are as wide as their widest cell. */
export function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, c) => all.reduce((most, row) => Math.max(most, [...String(row[c])].length), 3));
  const line = (row) =>
    `| ${row.map((cell, c) => (c === 0 ? String(cell).padEnd(widths[c]) : String(cell).padStart(widths[c]))).join(" | ")} |`;
  const rule = `| ${widths.map((width, c) => (c === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

export function recallTable(results) {
  const rows = recall(results);
  const line = (kind, { cases, live, found, remarked, first }, harmless) => [
    kind,
    cases,
    share(live, cases),
    estimate(found, cases),
    share(remarked, cases),
    share(first, cases),
    harmless.cases,
    share(harmless.found, harmless.cases),
  ];
  const sums = (which) =>
    Object.fromEntries(["cases", "live", "found", "remarked", "first"].map((what) => [what, total(rows, which, what)]));
  return table(
    ["kind", "harmful", "while training", "found (95 %)", "remark", "first", "harmless", "warned of"],
    [
      ...rows.map(({ kind, harmful, harmless }) => line(kind, harmful, harmless)),
      line("all", sums("harmful"), sums("harmless")),
    ],
  );
}

export function alarmTable(results) {
  const line = (name, which) => {
    const { cases, leftOut, warned, warnedLive, anyWarning, severe } = alarms(results, which);
    return [
      name,
      cases,
      share(warnedLive, cases),
      estimate(warned, cases),
      share(anyWarning, cases),
      estimate(severe, cases),
      leftOut,
    ];
  };
  return table(
    [
      "healthy trainings",
      "number",
      "while training",
      "false warning (95 %)",
      "any warning",
      "severe (95 %)",
      "left out",
    ],
    [
      line("all"),
      line("the default optimizer", ofOptimizers.usual),
      line("others at their own default rates", ofOptimizers.other),
    ],
  );
}

export function alarmKindTable(results) {
  const { byKind, cases } = alarms(results);
  return table(
    ["verdict", "false warnings", "share", "severe", "remarks"],
    verdictKinds.map((kind) => {
      const { warned, severe, remarked } = byKind[kind];
      return [kind, warned || "·", share(warned, cases), severe || "·", share(remarked, cases)];
    }),
  );
}

export const mechanismTable = (results) =>
  table(
    ["kind: mechanism", "found of the harmful", "missed on"],
    byMechanism(results).map(({ kind, name, harmful, missed }) => [
      `${kind}: ${name}`,
      `${harmful - missed.length} of ${harmful}`,
      missed.map((one) => one.table).join("; ") || "·",
    ]),
  );

export const tableTable = (results) =>
  table(
    ["table", "harmful faults found", "healthy trainings with a false warning"],
    byTable(results).map(({ name, harmful, found, warned, cases }) => [
      name,
      `${found} of ${harmful}`,
      `${warned} of ${cases}`,
    ]),
  );

/** How many trainings with each harmful fault got each verdict, at least a warning; columns are numbered as the rows. */
export function confusionTable(results) {
  const rows = ["healthy", ...verdictKinds];
  return table(
    ["fault ↓, verdict →", ...verdictKinds.map((_, i) => i + 1), "none"],
    rows.map((kind, i) => {
      const cases = results.filter((one) => one.kind === kind && (one.harmful ?? one.healthy));
      return [
        kind === "healthy" ? `healthy (${cases.length})` : `${i} ${kind} (${cases.length})`,
        ...verdictKinds.map((verdict) => cases.filter((one) => isFound(one, verdict)).length || "·"),
        cases.filter(({ verdicts }) => verdicts.every(({ severity }) => severity === "info")).length || "·",
      ];
    }),
  );
}

const said = ({ verdicts }) =>
  verdicts.map(({ kind, severity }) => (severity === "info" ? `${kind} (remark)` : kind)).join(", ") || "nothing";

/** Lines on what was missed and what was said wrongly. */
export const misses = (results) =>
  results
    .filter((one) =>
      one.kind === "healthy" ? one.healthy && alarmsOf(one).length > 0 : one.harmful && !isFound(one, one.kind),
    )
    .map((one) => `${one.name}: ${said(one)}`);

/** Sentences on what of the goals is not reached. */
export function shortfalls(results) {
  const weak = recall(results).filter(({ harmful: { found, cases } }) => found < 0.95 * cases);
  const { cases, warned, severe } = alarms(results);
  return [
    ...weak.map(
      ({ kind, harmful: { found, cases } }) => `${kind}: ${estimate(found, cases)} found, where 95 % is the goal`,
    ),
    ...(warned > 0.02 * cases
      ? [`${share(warned, cases)} of healthy trainings have a false warning, where 2 % is the goal`]
      : []),
    ...(severe > 0 ? [`${share(severe, cases)} of healthy trainings have a severe verdict, where none should`] : []),
  ];
}
