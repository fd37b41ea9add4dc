// Results → counts: faults found, and healthy trainings that a verdict speaks of; with intervals.
import { verdictKinds } from "../dist/diagnose/detectors.js";
import { mechanisms } from "./faults/index.mjs";
import { isOtherOptimizer } from "./settings.mjs";
import { isUnbalanced, tellsLittle } from "./tables.mjs";

const number = (value) => `${Number(value.toFixed(1))}`;

/** Of so many; the interval that holds the share in 95 of 100 such counts (Wilson 1927). */
export function interval(part, whole) {
  const z = 1.96;
  const share = part / whole;
  const middle = share + z ** 2 / (2 * whole);
  const half = z * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2));
  const scale = 1 + z ** 2 / whole;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

export const share = (part, whole) => (whole === 0 ? "–" : `${number((100 * part) / whole)} %`);
/** "90 % (81 to 95)". */
export function estimate(part, whole) {
  if (whole === 0) return "–";
  const [from, to] = interval(part, whole).map((value) => Math.round(100 * value));
  return `${share(part, whole)} (${from} to ${to})`;
}

const isWarning = ({ severity }) => severity !== "info";
/** At least a warning, of faults and of healthy trainings alike: a remark is none. */
export const isFound = ({ verdicts }, kind) => verdicts.some((one) => one.kind === kind && isWarning(one));
const isRemarked = (result, kind) => !isFound(result, kind) && result.verdicts.some((one) => one.kind === kind);

/** The first verdict names the fault, or what was done to put it in. */
export function isFirst({ kind, mechanism, verdicts: [first] }) {
  const { causes } = mechanisms.find((one) => one.kind === kind && one.name === mechanism);
  return first !== undefined && (first.kind === kind || causes.includes(first.kind));
}

/** What a healthy training's verdict says is so: of tables with rare classes that these are rare, of tables that tell little that they do. */
const isTrue = (kind, { table }) =>
  (kind === "class-imbalance" && isUnbalanced(table)) || (kind === "uninformative-features" && tellsLittle(table));

/** Kinds of the verdicts that are false alarms. */
export const alarmsOf = (result, atLeast = isWarning) =>
  result.verdicts.filter((one) => atLeast(one) && !isTrue(one.kind, result)).map(({ kind }) => kind);
export const isSevere = ({ severity }) => severity === "severe";

const count = (list, test) => list.filter(test).length;

/** Of each kind, faults that harm and faults that do not: how many there are, found, only remarked, and named first. */
export function recall(results) {
  return verdictKinds.map((kind) => {
    const own = results.filter((one) => one.kind === kind);
    const [harmful, harmless] = [true, false].map((isHarmful) => {
      const cases = own.filter((one) => one.harmful === isHarmful);
      return {
        cases: cases.length,
        found: count(cases, (one) => isFound(one, kind)),
        live: count(cases, ({ live }) => isFound({ verdicts: live }, kind)),
        remarked: count(cases, (one) => isRemarked(one, kind)),
        first: count(cases, isFirst),
      };
    });
    return { kind, harmful, harmless };
  });
}

/** Of healthy trainings: how many there are, left out, with a warning that is no news of the table, with any, and severe; and by kind. */
export function alarms(results, which = () => true) {
  const all = results.filter((one) => one.kind === "healthy" && which(one));
  const healthy = all.filter((one) => one.healthy);
  return {
    cases: healthy.length,
    leftOut: all.length - healthy.length,
    warned: count(healthy, (one) => alarmsOf(one).length > 0),
    warnedLive: count(healthy, (one) => alarmsOf({ ...one, verdicts: one.live }).length > 0),
    anyWarning: count(healthy, ({ verdicts }) => verdicts.some(isWarning)),
    severe: count(healthy, (one) => alarmsOf(one, isSevere).length > 0),
    byKind: Object.fromEntries(
      verdictKinds.map((kind) => [
        kind,
        {
          warned: count(healthy, (one) => alarmsOf(one).includes(kind)),
          severe: count(healthy, (one) => alarmsOf(one, isSevere).includes(kind)),
          remarked: count(healthy, (one) => isRemarked(one, kind)),
        },
      ]),
    ),
  };
}

/** With the optimizer that is the default, and with the others at their own default rates. */
export const ofOptimizers = {
  usual: ({ mechanism }) => !isOtherOptimizer(mechanism),
  other: ({ mechanism }) => isOtherOptimizer(mechanism),
};

/** Sums of what `recall` counts. */
export const total = (rows, which, what) => rows.reduce((sum, row) => sum + row[which][what], 0);

/** Of each mechanism how many harmful faults there are, and those that were missed. */
export const byMechanism = (results) =>
  mechanisms.flatMap(({ kind, name, how }) => {
    const cases = results.filter((one) => one.kind === kind && one.mechanism === name);
    const harmful = cases.filter((one) => one.harmful);
    const missed = harmful.filter((one) => !isFound(one, kind));
    return cases.length === 0 ? [] : [{ kind, name, how, cases: cases.length, harmful: harmful.length, missed }];
  });

/** Of each table: harmful faults found, and healthy trainings with a warning that is no news of it. */
export function byTable(results) {
  const names = [...new Set(results.map(({ table }) => table))].sort();
  return names.map((name) => {
    const own = results.filter(({ table }) => table === name);
    const harmful = own.filter((one) => one.kind !== "healthy" && one.harmful);
    return {
      name,
      harmful: harmful.length,
      found: count(harmful, (one) => isFound(one, one.kind)),
      ...alarms(own),
    };
  });
}
