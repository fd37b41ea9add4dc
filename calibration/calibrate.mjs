// `npm run calibrate`: trains with faults put in and without, and counts what the diagnosis says of each.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { detectorOf } from "../dist/diagnose/detectors.js";
import { allCases, splits } from "./cases.mjs";
import { page } from "./page.mjs";
import { calibrateRemedies } from "./remedies.mjs";
import { confusionTable, misses, recallTable, shortfalls } from "./report.mjs";
import { runCase } from "./run.mjs";

/** Of trainings that a remedy is tried against. */
const perKind = 8;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    kind: { type: "string" },
    case: { type: "string" },
    split: { type: "string" },
    remedies: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

if (options.case !== undefined) await showCase(options.case);
else if (options.remedies) await calibrateRemedies(remedyCases());
else await calibrate();

async function calibrate() {
  const cases = allCases().filter(
    ({ kind, split, strength, name }) =>
      (options.kind === undefined || options.kind === kind) &&
      (options.split === undefined || options.split === split) &&
      // One case per kind, and a few healthy ones.
      (!options.quick || (split === "test" && (strength === "plain" || kind === "healthy") && /-[12]$/.test(name))),
  );
  const began = performance.now();
  const results = [];
  for (const one of cases) {
    const { name, split, kind, strength, variant } = one;
    const { verdicts, seconds } = await runCase(one);
    results.push({
      name,
      split,
      kind,
      strength,
      variant,
      seconds,
      verdicts: verdicts.map(({ kind, severity }) => ({ kind, severity })),
    });
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} of ${cases.length} trainings `);
  }
  if (process.stderr.isTTY) process.stderr.write("\r");
  const seconds = (performance.now() - began) / 1000;
  console.log(`${results.length} trainings in ${seconds.toFixed(0)} s\n`);
  for (const split of splits) {
    const own = results.filter((result) => result.split === split);
    if (own.length === 0) continue;
    console.log(`${split} seeds\n\n${recallTable(own)}\n\n${confusionTable(own)}\n`);
    for (const { name, variant, verdicts } of misses(own)) {
      const said = verdicts.map(({ kind, severity }) => `${kind} (${severity})`).join(", ") || "nothing";
      console.log(`  ${name}${variant ? ` (${variant})` : ""}: ${said}`);
    }
    console.log();
  }
  if (options.write) writeFileSync(new URL("../docs/calibration.md", import.meta.url), page(results));
  const goals = options.quick ? [] : shortfalls(results.filter(({ split }) => split === "test"));
  for (const goal of goals) console.log(`Short of the goal: ${goal}`);
  if (goals.length > 0) process.exitCode = 1;
}

/** Of the test seeds the first cases of each kind at plain strength, and the healthy ones. */
function remedyCases() {
  const counts = new Map();
  return allCases().filter(({ kind, split, strength }) => {
    if (split !== "test" || (options.kind !== undefined && options.kind !== kind)) return false;
    const count = (counts.get(`${kind} ${strength}`) ?? 0) + 1;
    counts.set(`${kind} ${strength}`, count);
    if (kind === "healthy") return !options.quick;
    // Of what lies in the data there is nothing to be tried.
    return strength === "plain" && count <= (options.quick ? 1 : perKind) && detectorOf(kind).remedies.length > 0;
  });
}

/** One case in full. */
async function showCase(name) {
  const one = allCases().find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`There is no case ${name}.`);
  const { trial, events, verdicts, seconds } = await runCase(one);
  const { rows, name: data } = trial.data;
  console.log({ name, variant: one.variant, data, rows: rows.length, ...trial.settings, seconds });
  for (const event of events) {
    if (event.type === "epoch") console.log(event.epoch, event.step, event.loss, event.validation?.loss, event.best);
    if (["data", "examples", "failure", "end"].includes(event.type)) console.dir(event, { depth: 4 });
  }
  console.dir(verdicts, { depth: 4 });
}
