// Cross-fitting: thresholds are chosen by one half of the suite and judged by the other, so that every table and mechanism is left out once.

import { detectorOf, verdictKinds } from "../dist/diagnose/detectors.js";
import { diagnose } from "../dist/diagnose/diagnose.js";
import { evidenceOf } from "../dist/diagnose/evidence.js";
import { isAsGoodAsOrdinary } from "../dist/diagnose/result.js";
import { halves, kept } from "./evidence.mjs";
import { alarmsOf } from "./figures.mjs";

/** What a threshold is tried at, times what it is. */
export const factors = [0.55, 0.7, 0.85, 1, 1.18, 1.4, 1.8];
const rounds = 2;
/** In units of recall: what a false warning of all healthy trainings costs, and one of all trainings that have another fault. */
export const costs = { healthy: 8, others: 0.2 };
/** What it costs to move a threshold: as much as two faults that are missed, since one alone is chance; and a little by each factor, so that ties go to the nearest. */
export const moving = { faults: 2, factor: 0.004 };

/** All numbers of a record of thresholds but counts: the record that holds each, and its key. */
function figures(record, path = []) {
  return Object.entries(record).flatMap(([key, value]) => {
    if (typeof value === "object") return figures(value, [...path, key]);
    const isCount = Number.isInteger(value) && Math.abs(value) >= 5;
    return isCount || value === 0 ? [] : [{ record, key, name: [...path, key].join("."), began: value }];
  });
}

/** What a detector is asked: the evidence of the whole, and that of each target. */
async function evidences(folder, half) {
  const seen = [];
  for await (const { events, measured, ...about } of kept(folder, half)) {
    if (about.kind !== "healthy" && about.without === undefined) continue;
    const { whole, targets } = evidenceOf(events, measured);
    const isAsGood = isAsGoodAsOrdinary(whole);
    seen.push({ about, events, measured, whole, targets, isAsGood });
  }
  return seen;
}

function isWarned({ detect, isOfTarget, isSymptom }, { whole, targets, isAsGood }) {
  const findings = isOfTarget ? targets.map(({ evidence }) => detect(evidence)) : [detect(whole)];
  return findings.some(
    (finding) =>
      finding !== undefined &&
      finding.severity !== "info" &&
      !(isSymptom && isAsGood && finding.severity === "warning"),
  );
}

/** Misses by harmful faults, and what false warnings cost beside; and how many harmful faults there are. */
function lossOf(kind, seen) {
  const detector = detectorOf(kind);
  const counts = { harmful: 0, missed: 0, healthy: 0, alarms: 0, others: 0, spurious: 0 };
  for (const one of seen) {
    const { about } = one;
    const warned = isWarned(detector, one);
    if (about.kind === "healthy") {
      if (!about.healthy) continue;
      counts.healthy++;
      if (warned && alarmsOf({ ...about, verdicts: [{ kind, severity: "warning" }] }).length > 0) counts.alarms++;
    } else if (about.kind === kind) {
      if (!about.harmful) continue;
      counts.harmful++;
      if (!warned) counts.missed++;
    } else {
      counts.others++;
      if (warned) counts.spurious++;
    }
  }
  const { harmful, missed, healthy, alarms, others, spurious } = counts;
  return { harmful, loss: missed / harmful + (costs.healthy * alarms) / healthy + (costs.others * spurious) / others };
}

/** Moves the thresholds of a kind, one after the other, to where the trainings that were seen speak for them; gives those that moved. */
function chooseThresholds(kind, seen) {
  const all = figures(detectorOf(kind).thresholds);
  const total = () => {
    const { harmful, loss } = lossOf(kind, seen);
    const priceOf = ({ record, key, began }) => {
      const steps = Math.abs(factors.indexOf(nearestFactor(record[key] / began)) - factors.indexOf(1));
      return steps === 0 ? 0 : moving.faults / harmful + moving.factor * steps;
    };
    return loss + all.reduce((sum, figure) => sum + priceOf(figure), 0);
  };
  let least = total();
  for (let round = 0; round < rounds; round++) {
    for (const { record, key, began } of all) {
      let best = record[key];
      for (const factor of factors) {
        record[key] = began * factor;
        const loss = total();
        if (loss < least - 1e-9) [least, best] = [loss, record[key]];
      }
      record[key] = best;
    }
  }
  return all
    .filter(({ record, key, began }) => record[key] !== began)
    .map(({ record, key, name, began }) => ({ kind, name, began, now: record[key] }));
}

const nearestFactor = (ratio) =>
  factors.reduce((a, b) => (Math.abs(Math.log(ratio / b)) < Math.abs(Math.log(ratio / a)) ? b : a));

const reset = () => {
  for (const kind of verdictKinds) for (const { record, key, began } of started.get(kind)) record[key] = began;
};
const started = new Map(verdictKinds.map((kind) => [kind, figures(detectorOf(kind).thresholds)]));

const verdictsOf = ({ events, measured, about }) => ({
  ...about,
  ...Object.fromEntries(
    [
      ["live", diagnose(events)],
      ["verdicts", diagnose(events, measured)],
    ].map(([name, { verdicts }]) => [name, verdicts.map(({ kind, severity }) => ({ kind, severity }))]),
  ),
});

/** Of both halves the verdicts by thresholds that the other half chose (`results`), and those thresholds by half (`moved`). */
export async function crossFit(folder) {
  const all = Object.fromEntries(await Promise.all(halves.map(async (half) => [half, await evidences(folder, half)])));
  const moved = {};
  const results = [];
  for (const [chooses, judged] of [halves, halves.toReversed()]) {
    moved[chooses] = verdictKinds.flatMap((kind) => chooseThresholds(kind, all[chooses]));
    results.push(...all[judged].map(verdictsOf));
    reset();
  }
  return { results, moved };
}
