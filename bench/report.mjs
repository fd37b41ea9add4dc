// What the bench writes: Markdown, JSON, and a plot of time against model size.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { duration, table } from "./measure.mjs";
import { costOf, parameterCount } from "./workloads.mjs";

const gigaflops = (rate) => (Number.isFinite(rate) ? `${(rate / 1e9).toPrecision(3)} GFLOP/s` : "an unknown rate");
/** Three digits, never an exponent. */
const times = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "–");
const spread = ({ low, high, rounds }) => (rounds === 1 ? "one step" : `${duration(low)} … ${duration(high)}`);
const isGrowth = ({ workload }) => workload.name.startsWith("growth ");
const isProduct = ({ workload }) => workload.kind === "product";

function trainingSection({ workload, results, absent, floor }) {
  const own = results.find(({ name }) => name === "chainrule");
  const rows = results.map((result) => [
    result.name,
    duration(result.median),
    spread(result),
    times(result.median / own?.median),
    times(result.median / floor),
  ]);
  const { operations, bytes } = costOf(workload);
  const { batch, optimizer } = workload;
  const about = [
    `${parameterCount(workload).toLocaleString("en")} parameters, batch ${batch}, ${optimizer}`,
    `at least ${(operations / 1e6).toPrecision(3)} MFLOP and ${(bytes / 1e6).toPrecision(3)} MB`,
    ...(Number.isFinite(floor) ? [`floor ${duration(floor)}`] : []),
  ];
  const reasons = absent.map(({ name, reason }) => `${name} (${reason})`);
  // All begin with the same values, so that the loss after one update is the same.
  const differs = own ? results.filter(({ loss, free }) => !free && !(Math.abs(loss / own.loss - 1) < 0.01)) : [];
  const losses = differs.map(({ name, loss }) => `${name} ${loss}`);
  return [
    `### ${workload.name}`,
    "",
    `${about.join("; ")}.`,
    "",
    ...(rows.length > 0 ? [table(["contestant", "a step", "spread", "× chainrule", "× floor"], rows), ""] : []),
    ...(losses.length > 0 ? [`Another loss than chainrule's ${own.loss}: ${losses.join(", ")}.`, ""] : []),
    ...(reasons.length > 0 ? [`Not run: ${reasons.join("; ")}.`, ""] : []),
  ];
}

/** A table with a row a workload and a column a contestant. */
function grid(corner, entries, label, show) {
  const names = [...new Set(entries.flatMap(({ results }) => results.map(({ name }) => name)))];
  const cell = (entry, name) => {
    const result = entry.results.find((one) => one.name === name);
    return result ? show(result, entry) : "–";
  };
  return table(
    [corner, ...names],
    entries.map((entry) => [label(entry), ...names.map((name) => cell(entry, name))]),
  );
}

/** Why contestants have no column or no cell, each reason once. */
function reasonsOf(entries) {
  const all = entries.flatMap(({ absent }) => absent.map(({ name, reason }) => `${name} (${reason})`));
  return all.length > 0 ? [`Not run: ${[...new Set(all)].join("; ")}.`, ""] : [];
}

export function markdown({ machine, threads, versions, limits, measured, absentees, ...whole }) {
  const [grown, products] = [measured.filter(isGrowth), measured.filter(isProduct)];
  const training = measured.filter((entry) => !isGrowth(entry) && !isProduct(entry));
  const parameters = ({ workload }) => parameterCount(workload).toLocaleString("en");
  const free = new Map(
    measured.flatMap(({ results }) => results.flatMap(({ name, free }) => (free ? [[name, free]] : []))),
  );
  const exceptions = [...free].map(([name, reason]) => `${name} (${reason})`);
  const same = `All begin with the same values and compute the same losses${
    exceptions.length > 0 ? `, except ${exceptions.join(" and ")}` : ""
  }.`;
  const sections = [
    `Machine: ${machine}. Threads: ${threads}, for contestants that have them.`,
    "",
    ...versions.map(({ name, version, note }) => `- ${name}: ${version}${note ? `; ${note}` : ""}`),
    ...absentees.map(({ name, reason }) => `- ${name}: not run (${reason})`),
    "",
    `Limits, measured in the same run: ${gigaflops(limits.sgemm)} in a matrix product (${limits.by}), ` +
      `${(limits.bandwidth / 1e9).toPrecision(3)} GB/s copied from memory to memory. A workload's floor is its counted ` +
      "operations at the one rate, and then its counted bytes at the rate of a copy of that size.",
    "",
    `Times are medians of rounds that take turns, with the lowest and the highest. ${same}`,
    "",
  ];
  if (training.length > 0) sections.push("## Training steps", "", ...training.flatMap(trainingSection));
  if (products.length > 0) {
    const rate = ({ median }, { workload }) => (costOf(workload).operations / median / 1e9).toPrecision(3);
    sections.push("## Matrix products", "", "GFLOP/s of an n × n × n product.", "");
    sections.push(
      grid("n", products, ({ workload }) => workload.n, rate),
      "",
      ...reasonsOf(products),
    );
  }
  if (grown.length > 0) {
    sections.push("## Growth", "", "A step of a network with two hidden layers, batch 32, SGD.", "");
    sections.push(
      grid("parameters", grown, parameters, ({ median }) => duration(median)),
      "",
    );
    sections.push("The same as multiples of its floor.", "");
    sections.push(
      grid("parameters", grown, parameters, ({ median }, { floor }) => times(median / floor)),
      "",
    );
    sections.push("Peak memory of the process, MiB.", "");
    sections.push(
      grid("parameters", grown, parameters, ({ memory }) => Math.round(memory / 2 ** 20)),
      "",
    );
    sections.push(...reasonsOf(grown));
  }
  const { processes = [], tables = [], memory = [], leftOut } = whole;
  sections.push(...processes, ...tables, ...memory);
  if (leftOut) sections.push(`Not run: ${leftOut}.`);
  return `${sections.join("\n").trimEnd()}\n`;
}

/** The plot, where the packages that draw it are installed. */
async function drawn(entries) {
  try {
    const { plot } = await import("./plot.mjs");
    return await plot(entries);
  } catch (error) {
    console.error(`No plot: ${error.message.split("\n")[0]}`);
  }
}

/** The files written. */
export async function write(folder, report) {
  mkdirSync(folder, { recursive: true });
  const contents = {
    "bench.md": markdown(report),
    "bench.json": `${JSON.stringify(
      { ...report, measured: report.measured.map((entry) => ({ ...entry, workload: entry.workload.name })) },
      undefined,
      2,
    )}\n`,
    "bench.svg": await drawn(
      report.measured.filter(isGrowth).map(({ workload, results, floor }) => {
        return { parameters: parameterCount(workload), results, floor };
      }),
    ),
  };
  // None of an earlier run stays beside the figures of this one.
  for (const name of Object.keys(contents)) rmSync(join(folder, name), { force: true });
  const written = Object.entries(contents).filter(([, text]) => text !== undefined);
  for (const [name, text] of written) writeFileSync(join(folder, name), text);
  return written.map(([name]) => join(folder, name));
}
