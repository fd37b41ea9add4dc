// docs/calibration.md, from the results of a whole run.
import { perStrength } from "./cases.mjs";
import { faults } from "./faults.mjs";
import { confusionTable, figures, misses, recallTable, share } from "./report.mjs";

const list = (items) => items.map((item) => `- ${item}`).join("\n");

export function page(results) {
  const test = results.filter(({ split }) => split === "test");
  const { healthy, warning, severe, recall } = figures(test);
  const plain = Object.values(recall).map((strengths) => strengths.plain);
  const sum = (of) => plain.reduce((all, one) => all + of(one), 0);
  const missed = misses(test.filter(({ kind, strength }) => kind === "healthy" || strength === "plain"));
  const injected = Object.entries(faults).map(
    ([kind, variants]) => `**${kind}**: ${variants.map(({ how }) => how).join("; or ")}.`,
  );
  return `# How often the diagnosis is right

\`chainrule diagnose\` names what is wrong with a training. This page counts how often it finds a fault that was put in
on purpose, and how often it speaks of one where there is none. ${results.length} trainings of small networks, a third
of them healthy, go through the same path as any table: preparation, training, events, diagnosis. The command writes
this page:

\`\`\`sh
npm run calibrate -- --write
\`\`\`

It takes a few minutes on one core. \`-- --quick\` runs two cases of each kind, \`-- --kind dead-units\` one kind, and
\`-- --case dead-units-plain-test-3\` one training in full. All is drawn from seeds, so that the figures are the same on every machine.

## What is trained

A case's name seeds everything in it. Half of the cases have tuning seeds: the thresholds of the detectors were
chosen by them and by further cases drawn in the same way. The figures below are those of the other half, the test
seeds, which were drawn after the last threshold was set. They are drawn anew whenever a threshold changes.

- Data: clouds of 3 to 5 classes, moons, circles, spirals, the sign of a product, logistic labels, sparse features, linear
  values, Friedman's function, waves; iris, penguins, and cars.
- Networks: 1 to 8 hidden layers of 8 to 128 units, eight activations, with and without layer or batch normalisation and
  identities.
- Optimizers: gradient descent, momentum, RMSprop, Adagrad, Adam, AdamW; batches of 16 to 128 rows; some hundreds of steps.

## The faults

Each is put into a training that is healthy by construction, at three strengths (weak, plain, strong), never by a
detector's own threshold:

${list(injected)}

## Found, and false alarms

Weak, plain and strong: the share of the trainings with a fault that have a verdict of its kind which is at least a warning (recall). Of
those at plain strength, the share where it is only a remark, and the share where the first verdict names the fault or what was done to put
it in. On the right, the share of the ${healthy} healthy trainings with a verdict of that kind: at least a warning, severe, only a remark.
One rule for both: a remark is no warning.
Trainings of each fault: ${Object.entries(perStrength)
    .map(([strength, count]) => `${strength} ${count}`)
    .join(", ")}.

${recallTable(test)}

Of the ${healthy} healthy trainings, ${warning} (${share(warning, healthy)}) have any verdict that is at least a warning, and ${severe} (${share(severe, healthy)})
any severe one. Of the trainings with a fault at plain strength ${share(
    sum(({ found }) => found),
    sum(({ cases }) => cases),
  )} have a warning of its kind, and in ${share(
    sum(({ first }) => first),
    sum(({ cases }) => cases),
  )} it is named first.

**What these figures do not say.** Faults and data come from the same generators as those that the thresholds were chosen by. Other tables and other
ways to go wrong are harder: expect less there, most of all of leaks, wrong labels, small batches, overfitting and rare classes.

## Which verdicts a fault gets

Trainings at plain strength, verdicts that are at least a warning. One fault often brings another about, and then both are named, the consequence
under its cause: steps that are too large kill units, gradients that explode end in NaN.

${confusionTable(test)}

${missed.length === 0 ? "Nothing of this was missed." : `Missed at plain strength, or severe though healthy:\n\n${list(missed.map(({ name, variant, verdicts }) => `\`${name}\`${variant ? ` (${variant})` : ""}: ${verdicts.map(({ kind }) => kind).join(", ") || "nothing"}`))}`}
`;
}
