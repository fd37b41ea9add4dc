// `npm run calibrate`: trains with faults put in and without, and counts what the diagnosis says of each.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { diagnose } from "../dist/diagnose/diagnose.js";
import { crossFit } from "./cross-fit.mjs";
import { evidenceOf, gather, halves, kept, measuredOf } from "./evidence.mjs";
import { alarms } from "./figures.mjs";
import { page } from "./page.mjs";
import { alarmsAfterTrials, remediesTable, remedyCases, remedyOf, unmended } from "./remedies.mjs";
import { alarmKindTable, alarmTable, mechanismTable, misses, recallTable, shortfalls } from "./report.mjs";
import { allCases, run, trainingOf } from "./suite.mjs";
import { peerScores } from "./tables.mjs";

const { values: options } = parseArgs({
  options: {
    /** Every twelfth case. */
    quick: { type: "boolean", default: false },
    half: { type: "string" },
    kind: { type: "string" },
    case: { type: "string" },
    /** Where what is seen of the trainings is kept, … */
    folder: { type: "string", default: join(tmpdir(), "chainrule-tables", "evidence") },
    /** … and whether what is there is diagnosed again, without training. */
    kept: { type: "boolean", default: false },
    /** As that, but what was kept is trained again, … */
    train: { type: "boolean", default: false },
    /** … and its tables are measured again. */
    measure: { type: "boolean", default: false },
    /** Whether remedies are tried on some of what was kept. */
    remedies: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const verdictsOf = (events, measured) =>
  diagnose(events, measured).verdicts.map(({ kind, severity }) => ({ kind, severity }));
const isAgain = options.train || options.measure;
const wanted = halves.filter((half) => options.half === undefined || half === options.half);
const kinds = options.kind?.split(",");
const isWanted = ({ kind }) => kinds?.includes(kind) ?? true;

async function calibrate() {
  const began = performance.now();
  if (!options.kept) await seeAll();
  const all = {};
  for (const half of wanted) {
    all[half] = [];
    for await (const { events, measured, ...about } of kept(options.folder, half)) {
      // What fails without its fault, too, tells nothing of it.
      const isCase = about.kind === "healthy" || about.without !== undefined;
      if (isWanted(about) && isCase)
        all[half].push({ ...about, live: verdictsOf(events), verdicts: verdictsOf(events, measured) });
    }
    const results = all[half];
    console.log(`\n${half}: ${results.length} trainings\n\n${recallTable(results)}\n\n${alarmTable(results)}\n`);
    console.log(`${alarmKindTable(results)}\n\n${mechanismTable(results)}\n`);
    for (const line of misses(results)) console.log(`  ${line}`);
  }
  console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
  const isWhole = !options.quick && options.kind === undefined && wanted.length === halves.length;
  if (isWhole) await judge(all);
}

/** What thresholds say of the half that they were not chosen by, and what remedies do. */
async function judge(all) {
  const crossed = await crossFit(options.folder);
  console.log(`\nLeft out of the choice:\n\n${recallTable(crossed.results)}\n\n${alarmTable(crossed.results)}`);
  for (const goal of shortfalls(crossed.results)) console.log(`Short of the goal: ${goal}`);
  if (options.remedies) await tryAll(all);
  const remedies = remediesKept();
  if (remedies) console.log(`\n${remedyText(remedies, all).join("\n\n")}`);
  if (options.write) writeFileSync(new URL("../docs/calibration.md", import.meta.url), page(all, crossed, remedies));
}

/** Trains the cases and measures their tables; or does one of these again for what was kept. */
async function seeAll() {
  const cases = (await allCases()).filter((one, i) => isWanted(one) && (!options.quick || i % 12 === 0));
  for (const half of wanted) {
    const own = cases.filter((one) => one.half === half);
    let done = 0;
    const tell = ({ name }) => {
      done++;
      if (process.stderr.isTTY) process.stderr.write(`\r${half}: ${done} of ${own.length} ${name}\x1b[K`);
    };
    const see = async (one) => {
      tell(one);
      if (!isAgain) return evidenceOf(one);
      return {
        ...one,
        ...(options.train && { events: (await run(await trainingOf(one))).events }),
        ...(options.measure && { measured: await measuredOf(one) }),
      };
    };
    const isKept = (one) => options.kind !== undefined && !isWanted(one);
    await gather(isAgain ? keptOnes(half) : own, options.folder, half, see, isKept);
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  }
}

async function* keptOnes(half) {
  for await (const one of kept(options.folder, half)) if (isWanted(one)) yield one;
}

const remediesFile = join(options.folder, "remedies.json");

/** Remedies are tried on what is harmful or healthy. */
async function tryAll(all) {
  const cases = remedyCases(Object.values(all).flat());
  const results = [];
  for (const half of halves) {
    for await (const one of kept(options.folder, half)) {
      if (!cases.has(one.name)) continue;
      const result = await remedyOf(one, cases.get(one.name));
      if (result !== undefined) results.push(result);
      if (process.stderr.isTTY) process.stderr.write(`\rremedies: ${results.length} ${one.name}\x1b[K`);
    }
  }
  writeFileSync(remediesFile, JSON.stringify(results));
}

/** What was kept of them; the metric of a training that failed is -∞, of which JSON has none. */
const remediesKept = () =>
  existsSync(remediesFile)
    ? JSON.parse(readFileSync(remediesFile, "utf8"), (_, value) => (value === null ? Number.NEGATIVE_INFINITY : value))
    : undefined;

const remedyText = (remedies, all) => [
  remediesTable(remedies),
  alarmsAfterTrials(remedies, alarms(Object.values(all).flat()).cases),
  unmended(remedies).join("\n"),
];

/** One case in full. */
async function showCase(name) {
  const one = (await allCases()).find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`There is no case ${name}.`);
  const { events, measured, ...about } = await evidenceOf(one);
  console.log(about);
  console.dir(measured, { depth: 4 });
  for (const event of events) {
    if (event.type === "epoch") console.log(event.epoch, event.step, event.loss, event.validation?.loss, event.best);
    if (["data", "examples", "failure", "end"].includes(event.type)) console.dir(event, { depth: 4 });
  }
  console.dir(diagnose(events, measured).verdicts, { depth: 4 });
}

await peerScores();
if (options.case !== undefined) await showCase(options.case);
else await calibrate();
