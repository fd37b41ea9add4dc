// The cases of the suite: every mechanism on some tables that suit it, and every table without a fault in several settings.
import "../dist/index.js";
import { prepare, transform } from "../dist/data/index.js";
import { fittingInit } from "../dist/nn/activation.js";
import { initialize } from "../dist/nn/model.js";
import { mapTree } from "../dist/trace/tree.js";
import { predictTable, trainTable } from "../dist/train/index.js";
import { perceptron } from "../dist/train/perceptron.js";
import { resolve } from "../dist/train/settings/resolve.js";
import { mechanisms } from "./faults/index.mjs";
import { isRegression, numberOf } from "./parts.mjs";
import { draws, hash } from "./random.mjs";
import { drawnSettings, healthySettings, healthyWays } from "./settings.mjs";
import { heldOut, readRows, splits, tableList, tableNamed, tellsLittle } from "./tables.mjs";

/** Tables that each mechanism is tried on. */
const tablesPerMechanism = 6;

/** A case by what it is made of. */
export function caseOf(half, kind, mechanism, table) {
  const name = `${kind}/${mechanism}/${table}`;
  return { name, half, kind, mechanism, table, split: hash(name) % splits };
}

/** { name, half, kind, mechanism, table, split }: kind "healthy" has settings for a mechanism. The name decides all that is drawn. */
export async function allCases() {
  const tables = await Promise.all(tableList().map(({ name }) => tableNamed(name)));
  return [
    ...mechanisms.flatMap(({ kind, name, half, suits = () => true, isForAll }) => {
      const own = tables.filter(
        (table) => table.half === half && suits(table) && (isForAll || !tellsLittle(table.name)),
      );
      return draws(hash(`${kind} ${name}`))
        .shuffled(own)
        .slice(0, tablesPerMechanism)
        .map((table) => caseOf(half, kind, name, table.name));
    }),
    ...tables.flatMap(({ name, half }) =>
      healthyWays(draws(hash(name))).map((way) => caseOf(half, "healthy", way, name)),
    ),
  ];
}

/**
 * A training of a case, or of the same without its fault: rows as they are given and those held out, what they are prepared and trained with, and the
 * changes of initial weights and of encoded features.
 */
export async function trainingOf({ name, kind, mechanism, table: tableName, split }, isFaulty = true) {
  const table = await tableNamed(tableName);
  const draw = draws(hash(name));
  // Of a table and its split alone, so that a table that the fault leaves as it is is measured once.
  const seed = hash(`${tableName} ${split}`) % 100_000;
  const fault = mechanisms.find((one) => one.kind === kind && one.name === mechanism);
  const settings =
    fault === undefined ? healthySettings(mechanism) : { ...drawnSettings(draw), ...fault.start?.(draw, table) };
  const { given, held } = heldOut(table, split);
  const copy = (rows) => rows.map((r) => ({ ...table.all[r] }));
  const training = {
    ...{ table, target: table.target, columns: [...table.columns], rows: copy(given), heldRows: copy(held) },
    data: { target: table.target, task: table.task, seed },
    settings: { ...settings, seed, threads: 1, deterministic: true },
    weights: [],
    edits: [],
  };
  fault?.before?.(training, draw);
  if (isFaulty) fault?.apply(training, draw);
  return training;
}

/** For trials: { training, table, recipe, variables, edits }; `edits` change the prepared features in place. */
export async function caseTraining(one, isFaulty = true) {
  const training = await trainingOf(one, isFaulty);
  const { table, prepared } = await preparedOf(training);
  const { data, settings, edits } = training;
  return { training, table, recipe: { data, settings }, variables: variablesOf(training, prepared), edits };
}

/** The same by the name of a case, with what is known of that. */
export async function caseNamed(name, isFaulty = true) {
  const one = (await allCases()).find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`There is no case ${name}.`);
  return { ...one, ...(await caseTraining(one, isFaulty)) };
}

async function preparedOf({ table: { file }, columns, rows, data, edits }) {
  const table = await readRows(file, columns, rows);
  const prepared = prepare(table, data);
  const width = prepared.preprocessing.features.length;
  for (const edit of edits)
    for (const part of [prepared.train, prepared.validation])
      if (part) edit(part.x, part.rows, width, part === prepared.train);
  return { table, prepared };
}

/** Initial variables with the changes of a fault; undefined without any. */
function variablesOf({ weights, settings }, prepared) {
  if (weights.length === 0) return undefined;
  const { preprocessing } = prepared;
  const resolved = resolve(prepared, settings);
  const model = perceptron({
    ...resolved,
    features: preprocessing.features.length,
    outputs: preprocessing.targets[0].classes?.length ?? 1,
    init: settings.init ?? fittingInit(resolved.activation),
  });
  const variables = initialize(model, settings.seed);
  const layers = [];
  const layerOf = (path) => path.slice(0, path.lastIndexOf("."));
  mapTree(variables.parameters, (leaf, path) => {
    if (leaf.rank === 2) layers.push(layerOf(path));
    return leaf;
  });
  const parameters = mapTree(variables.parameters, (leaf, path) => {
    const layer = layers.indexOf(layerOf(path));
    if (layer < 0) return leaf;
    const at = { layer, layers: layers.length, kind: path.slice(path.lastIndexOf(".") + 1), shape: leaf.shape };
    return weights.reduce((value, change) => change(value, at), leaf);
  });
  return { ...variables, parameters };
}

/** { events, metric }: events but for those of progress, accuracy or R² on the rows held out; of a training that failed the metric is undefined. */
export async function run(training) {
  const { prepared } = await preparedOf(training);
  const variables = variablesOf(training, prepared);
  const started = trainTable(prepared, { ...training.settings, ...(variables && { variables }) });
  const events = [];
  try {
    for await (const event of started) if (event.type !== "progress") events.push(event);
  } catch (error) {
    if (error.code !== "NON_FINITE_LOSS") throw error;
    return { events };
  }
  const { trained } = await started.result();
  return { events, metric: await heldOutMetric(training, trained) };
}

async function heldOutMetric({ table, columns, heldRows, target, edits }, trained) {
  const { preprocessing } = trained;
  const { x, rows } = transform(preprocessing, await readRows(table.file, columns, heldRows), { oddCells: "missing" });
  const width = preprocessing.features.length;
  for (const edit of edits) edit(x, rows, width, false);
  const predictions = predictTable(trained, x, rows);
  // As they are in the table, whatever the fault made of targets.
  const held = heldRows.map((row) => row[target]);
  if (isRegression(table)) {
    const truth = held.map(numberOf);
    const middle = truth.reduce((a, b) => a + b) / rows;
    const sum = (f) => truth.reduce((total, value, i) => total + f(value, i), 0);
    return 1 - sum((value, i) => (value - predictions[i]) ** 2) / sum((value) => (value - middle) ** 2);
  }
  const { classes } = preprocessing.targets[0];
  const count = classes.length;
  return (
    held.filter((label, i) => {
      const p = predictions.subarray(i * count, (i + 1) * count);
      return classes[p.indexOf(p.reduce((a, b) => Math.max(a, b)))] === label;
    }).length / rows
  );
}
