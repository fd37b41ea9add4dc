// `npm run calibrate -- --remedies`: what verdicts become once remedies are tried, and whether what is recommended mends, by whole trainings.
import { changed } from "../dist/diagnose/change.js";
import { diagnose } from "../dist/diagnose/diagnose.js";
import { examine } from "../dist/diagnose/examine.js";
import { bestRemedy } from "../dist/diagnose/try-remedies.js";
import { flagText } from "../dist/train/index.js";
import { margin } from "./evidence.mjs";
import { alarmsOf, estimate, isFound, share } from "./figures.mjs";
import { table } from "./report.mjs";
import { caseTraining, run } from "./suite.mjs";

/** Tables of each mechanism whose first remedy is set in a whole training. */
export const tablesPerMechanism = 2;

const worst = Number.NEGATIVE_INFINITY;
/** Of the rows for validation, accuracy or R²; of a training that failed, nothing. */
const validationOf = (events) => {
  const { accuracy, r2 } = events.findLast(({ type }) => type === "end")?.metrics.validation ?? {};
  return accuracy ?? r2 ?? worst;
};
const isBetter = (events, before) => validationOf(events) > worst && validationOf(events) >= validationOf(before);

const kindsOf = (verdicts) => verdicts.map(({ kind, severity }) => ({ kind, severity }));

/**
 * Of a case that was seen: its verdicts before and after remedies were tried, and, of a sample, the metrics with the first remedy that is named
 * (`mended`) and of what `--fix` comes to (`fixed`). Undefined where a fault is not in rows or settings: a twin of the training would not have it.
 */
export async function remedyOf({ events, measured, ...about }, isSampled) {
  const one = await caseTraining(about);
  if (one.training.weights.length > 0 || one.training.edits.length > 0) return undefined;
  const { verdicts } = diagnose(events, measured);
  const began = performance.now();
  const trials = await examine(events, one.table, one.recipe);
  const seconds = (performance.now() - began) / 1000;
  const first = trials.verdicts.find(({ remedies }) => remedies.length > 0)?.remedies[0];
  const said = {
    ...about,
    seconds,
    verdicts: kindsOf(verdicts),
    tried: kindsOf(trials.verdicts),
    flags: first && flagText(first.settings),
  };
  if (!isSampled) return said;
  const best = bestRemedy(trials);
  const withRemedy = (remedy) => run({ ...one.training, ...changed(one.recipe, remedy.settings) });
  const mended = first && (await withRemedy(first));
  const fixed = best && (best.settings === first?.settings ? mended : await withRemedy(best));
  return {
    ...said,
    isSampled,
    mended: mended && (mended.metric ?? worst),
    // As `--fix` does it: of the two trainings the one that is better on the rows for validation.
    fixed: fixed && (isBetter(fixed.events, events) ? (fixed.metric ?? worst) : about.metric),
  };
}

/** The names of harmful faults and of healthy trainings, and whether each is of the sample: the first tables of every mechanism, and all healthy ones. */
export function remedyCases(seen) {
  const counts = new Map();
  const chosen = new Map();
  for (const { name, kind, mechanism, healthy, harmful } of seen) {
    if (kind === "healthy" ? !healthy : !harmful) continue;
    const key = `${kind} ${mechanism}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    chosen.set(name, kind === "healthy" || counts.get(key) <= tablesPerMechanism);
  }
  return chosen;
}

/** What lies in the rows, or in how few they are: no setting brings it back. */
const lost = ["uninformative-features", "label-noise", "overfitting", "class-imbalance"];
const isMended = ({ without, mended = worst }) => mended >= without - margin;
const isWorse = ({ metric = worst, fixed = metric }) => fixed < metric - margin;

const costlyOf = (results) =>
  results.filter(
    (one) =>
      one.kind !== "healthy" && one.isSampled && one.cost && one.without !== undefined && !lost.includes(one.kind),
  );

/** Sentences on what of the goals is not reached. */
export function remedyShortfalls(results) {
  const costly = costlyOf(results);
  const mended = costly.filter(isMended).length;
  const worse = results.filter(isWorse).length;
  return [
    ...(mended < 0.85 * costly.length
      ? [`${estimate(mended, costly.length)} of the faults brought back by the first remedy, where 85 % is the goal`]
      : []),
    ...(worse > 0 ? [`trainings that ended worse by what \`--fix\` keeps: ${worse}, where none should`] : []),
  ];
}

/** Of each kind: harmful faults, found before and after trials, mended by the first remedy, and ended worse by the best one. */
export function remediesTable(results) {
  const faults = results.filter(({ kind }) => kind !== "healthy");
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  const after = ({ tried, kind }) => isFound({ verdicts: tried }, kind);
  return table(
    ["kind", "harmful", "found", "after trials (95 %)", "a remedy", "costly", "brought back (95 %)", "ended worse"],
    [...kinds, "all"].map((kind) => {
      const own = faults.filter((one) => kind === "all" || one.kind === kind);
      const costly = costlyOf(own);
      return [
        kind,
        own.length,
        share(own.filter((one) => isFound(one, one.kind)).length, own.length),
        estimate(own.filter(after).length, own.length),
        own.filter(({ flags }) => flags !== undefined).length,
        costly.length || "–",
        estimate(costly.filter(isMended).length, costly.length),
        own.filter(isWorse).length || "·",
      ];
    }),
  );
}

/** What the trials left of the warnings of healthy trainings, of which there are so many. */
export function alarmsAfterTrials(results, healthy) {
  const own = results.filter(({ kind }) => kind === "healthy");
  const before = own.filter((one) => alarmsOf(one).length > 0).length;
  const after = own.filter((one) => alarmsOf({ ...one, verdicts: one.tried }).length > 0).length;
  return `Of ${healthy} healthy trainings ${before} have a false warning before remedies are tried, ${after} after: ${estimate(after, healthy)}; ${own.filter(isWorse).length} ended worse.`;
}

/** Faults that no remedy brought back, with what came of them. */
export const unmended = (results) =>
  costlyOf(results)
    .filter((one) => !isMended(one))
    .map(({ name, metric, mended, without, flags }) => {
      const text = (value) => (Number.isFinite(value) ? value.toFixed(3) : "failed");
      return `${name}: ${text(metric)} → ${flags === undefined ? "no remedy" : `${text(mended)} with ${flags}`}, ${text(without)} without the fault`;
    });
