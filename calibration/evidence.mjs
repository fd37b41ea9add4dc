// What is seen of every case, kept in files so that it can be diagnosed again without training: one JSON a line, packed.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { measureTable } from "../dist/diagnose/measure/measure-table.js";
import { caseTraining, run, trainingOf } from "./suite.mjs";
import { peerScores, tableNamed } from "./tables.mjs";

/** Accuracy or R² on the rows held out: what a fault costs at least, to be one that harms. */
export const margin = 0.02;
/** What a healthy training may stay behind the better of scikit-learn's two. */
export const healthyMargin = 0.05;
/** Counted as harmful whatever they did to the result: it is wrong to go by it. */
export const alwaysHarmful = ["leaking-feature", "label-noise", "non-finite"];

const bestConstant = async (table) => {
  const { classes, rows } = await tableNamed(table);
  return classes.length === 0 ? 0 : classes[0].count / rows;
};
/** By kind, whether a result is that of the fault: others have come round, or were put right as the table was read. */
const cameAbout = {
  "non-finite": ({ metric }) => metric === undefined,
  "constant-output": async ({ metric, table }) => !(metric > 0.05 + (await bestConstant(table))),
  // Numbers of the rows are left out as the table is read, whatever order they are in.
  "leaking-feature": ({ events, others }) => featuresOf(events) !== featuresOf(others),
};
const featuresOf = (events) =>
  events
    .find(({ type }) => type === "data")
    ?.features.map(({ name }) => name)
    .join("\n");

export const halves = ["choosing", "reported"];

const rounded = (value) => (value === undefined ? undefined : Number(value.toFixed(4)));

const measurements = new Map();

/** What a diagnosis measures of the table itself: once for all cases whose tables and seeds are the same. */
export async function measuredOf(one) {
  const { training, table, recipe } = await caseTraining(one);
  const { columns, rows } = training;
  const cells = rows.map((row) => columns.map((name) => row[name]));
  const key = createHash("sha256")
    .update(JSON.stringify([columns, cells, recipe.data, recipe.settings.loss]))
    .digest("hex");
  if (!measurements.has(key)) measurements.set(key, await measureTable(table, recipe));
  return measurements.get(key);
}

/**
 * A case with its events but those of progress, what a diagnosis `measured` of its table, `metric` and `sklearn` on the same rows held out; of a healthy one whether it is (`healthy`), of a
 * fault the metric `without` it, whether it `cost` anything, and whether that counts as `harmful`.
 */
export async function evidenceOf(one) {
  const { kind, table, split } = one;
  const { MLP, linear } = (await peerScores())[table][split];
  const sklearn = Math.max(MLP, linear);
  const { events, metric } = await run(await trainingOf(one));
  const seen = { events, measured: await measuredOf(one) };
  const about = { ...one, metric: rounded(metric), sklearn: rounded(sklearn) };
  if (kind === "healthy") return { ...about, healthy: metric >= sklearn - healthyMargin, ...seen };
  const { events: others, metric: without } = await run(await trainingOf(one, false));
  const cost = metric === undefined || without - metric > margin;
  const isHarmful = cost || alwaysHarmful.includes(kind);
  const harmful = isHarmful && ((await cameAbout[kind]?.({ metric, table, events, others })) ?? true);
  return { ...about, without: rounded(without), cost, harmful, ...seen };
}

const pathOf = (folder, half) => join(folder, `${half}.jsonl.gz`);

/** Keeps what `see` says of the cases of a half, beside what `isKept` of before. */
export async function gather(cases, folder, half, see, isKept) {
  mkdirSync(folder, { recursive: true });
  const path = pathOf(folder, half);
  const file = createGzip();
  const written = pipeline(file, createWriteStream(`${path}.new`));
  const before = existsSync(path) ? kept(folder, half) : [];
  for await (const one of before) if (isKept(one)) file.write(`${JSON.stringify(one)}\n`);
  for await (const one of cases) file.write(`${JSON.stringify(await see(one))}\n`);
  file.end();
  await written;
  renameSync(`${path}.new`, path);
}

/** What was kept of a half; numbers that are not finite are NaN, as in the events of a run. */
export async function* kept(folder, half) {
  const lines = createInterface({ input: createReadStream(pathOf(folder, half)).pipe(createGunzip()) });
  for await (const line of lines) yield JSON.parse(line, (_, value) => (value === null ? Number.NaN : value));
}
