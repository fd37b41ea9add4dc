// What is seen of every case, kept in files so that it can be diagnosed again without training: one JSON a line, packed.
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip, createGzip } from "node:zlib";
import { run, trainingOf } from "./suite.mjs";
import { peerScores } from "./tables.mjs";

/** Accuracy or R² on the rows held out: what a fault costs at least, to be one that harms. */
export const margin = 0.02;
/** What a healthy training may stay behind the better of scikit-learn's two. */
export const healthyMargin = 0.05;
/** Counted as harmful whatever they did to the result: it is wrong to go by it. */
export const alwaysHarmful = ["leaking-feature", "label-noise", "non-finite"];

export const halves = ["choosing", "reported"];

const rounded = (value) => (value === undefined ? undefined : Number(value.toFixed(4)));

/**
 * A case with its events but those of progress, `metric` and `sklearn` on the same rows held out; of a healthy one whether it is (`healthy`), of a
 * fault the metric `without` it, whether it `cost` anything, and whether that counts as `harmful`.
 */
export async function evidenceOf(one) {
  const { kind, table, split } = one;
  const { MLP, linear } = (await peerScores())[table][split];
  const sklearn = Math.max(MLP, linear);
  const { events, metric } = await run(await trainingOf(one));
  const about = { ...one, metric: rounded(metric), sklearn: rounded(sklearn) };
  if (kind === "healthy") return { ...about, healthy: metric >= sklearn - healthyMargin, events };
  const { metric: without } = await run(await trainingOf(one, false));
  const cost = metric === undefined || without - metric > margin;
  return { ...about, without: rounded(without), cost, harmful: cost || alwaysHarmful.includes(kind), events };
}

const pathOf = (folder, half) => join(folder, `${half}.jsonl.gz`);

/** Trains the cases of a half and keeps what was seen of them; `onCase` hears of each. */
export async function gather(cases, folder, half, onCase) {
  mkdirSync(folder, { recursive: true });
  const file = createGzip();
  const written = new Promise((resolve, reject) =>
    file
      .pipe(createWriteStream(pathOf(folder, half)))
      .on("finish", resolve)
      .on("error", reject),
  );
  for (const one of cases) {
    const evidence = await evidenceOf(one);
    file.write(`${JSON.stringify(evidence)}\n`);
    onCase(evidence);
  }
  file.end();
  await written;
}

/** What was kept of a half; numbers that are not finite are NaN, as in the events of a run. */
export async function* kept(folder, half) {
  const lines = createInterface({ input: createReadStream(pathOf(folder, half)).pipe(createGunzip()) });
  for await (const line of lines) yield JSON.parse(line, (_, value) => (value === null ? Number.NaN : value));
}
