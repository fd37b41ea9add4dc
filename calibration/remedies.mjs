// `npm run calibrate -- --remedies`: whether what is recommended mends, by whole trainings: without the fault, with it, and with the remedy.
import { tableFromRows } from "../dist/data/index.js";
import "../dist/index.js";
import { changed } from "../dist/diagnose/change.js";
import { bestRemedy, tryRemedies } from "../dist/diagnose/try-remedies.js";
import { flagText, trainTable } from "../dist/train/index.js";
import { share, table } from "./report.mjs";
import { runCase } from "./run.mjs";
import { prepareOptions, prepareTrial } from "./trial.mjs";

/** Accuracy or R² on the rows for validation: a fault costs something, and is mended, from here on. */
const margin = 0.02;

/** Of a training that failed, nothing. */
const resultOf = (events) => {
  const { accuracy, r2 } = events.findLast(({ type }) => type === "end")?.metrics.validation ?? {};
  return accuracy ?? r2 ?? Number.NEGATIVE_INFINITY;
};

/** What changes initial weights or encoded columns is no setting, and a twin of the training would not have it. */
const isInRecipe = ({ weights, edits }) => weights === undefined && edits.length === 0;

async function wholeTraining(trial, settings) {
  const events = [];
  try {
    for await (const event of trainTable(prepareTrial(trial), settings)) events.push(event);
  } catch (error) {
    if (error.code !== "NON_FINITE_LOSS") throw error;
  }
  return resultOf(events);
}

/** { name, kind, healthy, faulty, mended, flags, warnings, stillWarned } of a case; undefined where its fault is not in its settings or rows. */
async function remedyOf(one) {
  const { trial, events, verdicts } = await runCase(one);
  if (!isInRecipe(trial)) return undefined;
  const warnings = verdicts.filter(({ severity }) => severity !== "info");
  const faulty = resultOf(events);
  const about = { name: one.name, kind: one.kind, faulty, warnings: warnings.length };
  if (one.kind === "healthy" && warnings.length === 0) return about;
  const source = tableFromRows(trial.data.rows, { source: trial.data.name });
  const recipe = { data: prepareOptions(trial), settings: trial.settings };
  const trials = await tryRemedies(verdicts, events, source, recipe);
  const stillWarned = trials.verdicts.filter(({ severity }) => severity !== "info").length;
  const best = bestRemedy(trials);
  const { data, settings } = changed(recipe, best?.settings ?? {});
  const standardize = data.standardize ?? trial.standardize;
  const mended = best && (await wholeTraining({ ...trial, standardize }, settings));
  const healthy = one.without && (await wholeTraining(await one.without(), (await one.without()).settings));
  return { ...about, stillWarned, flags: best && flagText(best.settings), mended, healthy };
}

/** Prints what came of the cases, and gives it. */
export async function calibrateRemedies(cases) {
  const results = [];
  for (const one of cases) {
    const result = await remedyOf(one);
    if (result !== undefined) results.push(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} trainings `);
  }
  console.log(remediesTable(results));
  const alarms = results.filter(({ kind, warnings }) => kind === "healthy" && warnings > 0);
  const left = alarms.filter(({ stillWarned }) => stillWarned > 0);
  console.log(`\nHealthy trainings with a warning: ${alarms.length}, after remedies were tried ${left.length}.`);
  for (const { name, kind, faulty, mended, healthy, flags } of results)
    if (kind !== "healthy" && !isMended({ healthy, mended }))
      console.log(`  ${name}: ${faulty} → ${mended} with ${flags ?? "nothing"}, ${healthy} without the fault`);
  return results;
}

const isHarmful = ({ healthy, faulty }) => faulty < healthy - margin;
const isMended = ({ healthy, mended = Number.NEGATIVE_INFINITY }) => mended >= healthy - margin;

/** Of each kind: cases, those whose result the fault made worse, of them those mended, and those that a remedy made worse than they were. */
function remediesTable(results) {
  const kinds = [...new Set(results.map(({ kind }) => kind))].filter((kind) => kind !== "healthy");
  return table(
    ["kind", "cases", "harmful", "mended", "share", "worse"],
    [...kinds, "all"].map((kind) => {
      const own = results.filter((one) => (kind === "all" ? one.kind !== "healthy" : one.kind === kind));
      const harmful = own.filter(isHarmful);
      const mended = harmful.filter(isMended).length;
      const worse = own.filter(({ faulty, mended: after = faulty }) => after < faulty - margin).length;
      return [kind, own.length, harmful.length, mended, share(mended, harmful.length), worse];
    }),
  );
}
