// `node calibration/evidence.mjs OUT`: trains every case and keeps all that was seen of it, one JSON a line, in OUT/<half>.jsonl.gz.
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createGzip } from "node:zlib";
import { allCases, run, trainingOf } from "./suite.mjs";
import { peerScores } from "./tables.mjs";

/** Accuracy or R² on rows held out: what a fault costs at least, to be one that harms. */
const margin = 0.02;
/** What a healthy training may stay behind the better of scikit-learn's two. */
const healthyMargin = 0.05;
/** These are counted as harmful whatever they did to the result: it is wrong to go by it. */
const alwaysHarmful = ["leaking-feature", "label-noise", "non-finite"];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { half: { type: "string" }, only: { type: "string" }, stride: { type: "string", default: "1" } },
});
const [out] = positionals;
const scores = await peerScores();
const rounded = (value) => (value === undefined ? undefined : Number(value.toFixed(4)));

export async function evidenceOf(one) {
  const { kind, table, split } = one;
  const { MLP, linear } = scores[table][split];
  const sklearn = Math.max(MLP, linear);
  const began = performance.now();
  const { events, metric } = await run(await trainingOf(one));
  const about = { ...one, metric: rounded(metric), sklearn: rounded(sklearn) };
  const seconds = Number(((performance.now() - began) / 1000).toFixed(2));
  if (kind === "healthy")
    return { ...about, seconds, healthy: metric !== undefined && metric >= sklearn - healthyMargin, events };
  const { metric: without } = await run(await trainingOf(one, false));
  const cost = metric === undefined || without - metric > margin;
  return { ...about, seconds, without: rounded(without), cost, harmful: cost || alwaysHarmful.includes(kind), events };
}

const cases = (await allCases()).filter(
  ({ name, half }, i) =>
    (!options.half || half === options.half) &&
    (!options.only || name.includes(options.only)) &&
    i % Number(options.stride) === 0,
);
const files = {};
const fileOf = (half) => {
  if (files[half] === undefined) {
    files[half] = createGzip();
    files[half].pipe(createWriteStream(join(out, `${half}.jsonl.gz`)));
  }
  return files[half];
};
let done = 0;
for (const one of cases) {
  done++;
  try {
    const evidence = await evidenceOf(one);
    if (out) fileOf(one.half).write(`${JSON.stringify(evidence)}\n`);
    const { metric, without, sklearn, cost, healthy, seconds } = evidence;
    console.log(
      [
        done,
        one.name,
        `${seconds} s`,
        `metric ${metric}`,
        `without ${without}`,
        `sklearn ${sklearn}`,
        cost === undefined ? `healthy ${healthy}` : `cost ${cost}`,
      ].join("  "),
    );
  } catch (error) {
    console.log(`${one.name}: ${error.stack.split("\n").slice(0, 4).join(" | ")}`);
  }
}
for (const file of Object.values(files)) file.end();
