// What the bench writes: Markdown, JSON, and a plot of time against model size.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { duration, table } from "./measure.mjs";
import { costOf, parameterCount } from "./workloads.mjs";

const gigaflops = (rate) => `${(rate / 1e9).toPrecision(3)} GFLOP/s`;

/** Seconds that the counted operations and bytes take at the rates measured. */
export function floorOf(workload, { sgemm, bandwidth }) {
  const { operations, bytes } = costOf(workload);
  return operations / sgemm + bytes / bandwidth;
}

function workloadSection({ workload, results, absent }, limits) {
  const own = results.find(({ name }) => name === "chainrule");
  const isProduct = workload.kind === "product";
  const floor = floorOf(workload, limits);
  const header = ["contestant", isProduct ? "rate" : "a step", "spread", "× chainrule"];
  const rows = results.map(({ name, median, low, high }) => [
    name,
    isProduct ? gigaflops(costOf(workload).operations / median) : duration(median),
    `${duration(low)} … ${duration(high)}`,
    own ? (median / own.median).toPrecision(3) : "",
  ]);
  const what = isProduct
    ? `n = ${workload.n}`
    : `${parameterCount(workload).toLocaleString("en")} parameters, batch ${workload.batch}, ${workload.optimizer}`;
  const reasons = absent.map(({ name, reason }) => `${name} (${reason})`);
  return [
    `### ${workload.name}`,
    "",
    `${what}; floor ${duration(floor)}.`,
    "",
    table(header, rows),
    ...(reasons.length > 0 ? ["", `Not run: ${reasons.join("; ")}.`] : []),
    "",
  ];
}

export function markdown({ machine, versions, limits, measured, processes, memory }) {
  const training = measured.filter(
    ({ workload }) => workload.kind !== "product" && !workload.name.startsWith("growth"),
  );
  const grown = measured.filter(({ workload }) => workload.name.startsWith("growth"));
  const products = measured.filter(({ workload }) => workload.kind === "product");
  const sections = [
    `Machine: ${machine}.`,
    "",
    `Peers: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
    "",
    `Limits measured in the same run: ${gigaflops(limits.sgemm)} in a matrix product (${limits.by}), ${(limits.bandwidth / 1e9).toPrecision(3)} GB/s copied. A workload's floor is its counted operations at the one rate plus its counted bytes at the other.`,
    "",
    "## Training steps",
    "",
    ...training.flatMap((entry) => workloadSection(entry, limits)),
  ];
  if (products.length > 0) {
    const names = [...new Set(products.flatMap(({ results }) => results.map(({ name }) => name)))];
    const rows = products.map(({ workload, results }) => [
      workload.n,
      ...names.map((name) => {
        const result = results.find((r) => r.name === name);
        return result ? (costOf(workload).operations / result.median / 1e9).toPrecision(3) : "–";
      }),
    ]);
    sections.push("## Matrix products", "", "GFLOP/s of an n × n × n product.", "", table(["n", ...names], rows), "");
  }
  if (grown.length > 0) {
    const names = [...new Set(grown.flatMap(({ results }) => results.map(({ name }) => name)))];
    const cell = (results, name, show) => {
      const result = results.find((r) => r.name === name);
      return result ? show(result) : "–";
    };
    const rows = (show) =>
      grown.map(({ workload, results }) => [
        parameterCount(workload).toLocaleString("en"),
        ...names.map((name) => cell(results, name, show)),
      ]);
    const mebibytes = ({ memory }) => `${Math.round(memory / 2 ** 20)}`;
    sections.push("## Growth", "", "A step of a network with one hidden layer, batch 32, SGD.", "");
    sections.push(
      table(
        ["parameters", ...names],
        rows(({ median }) => duration(median)),
      ),
      "",
    );
    sections.push("Peak memory of the process, MiB.", "", table(["parameters", ...names], rows(mebibytes)), "");
  }
  if (processes) sections.push(...processes);
  if (memory) sections.push(...memory);
  return `${sections.join("\n").trimEnd()}\n`;
}

/** Seconds a step against parameters, both logarithmic, a line a contestant. */
async function plot(measured) {
  const vega = await import("vega");
  const { compile } = await import("vega-lite");
  const values = measured
    .filter(({ workload }) => workload.name.startsWith("growth"))
    .flatMap(({ workload, results }) =>
      results.map(({ name, median }) => ({
        contestant: name,
        parameters: parameterCount(workload),
        ms: median * 1000,
      })),
    );
  if (values.length === 0) return undefined;
  const { spec } = compile({
    width: 560,
    height: 360,
    background: "white",
    padding: 12,
    title: { text: "Time of a training step by size of the network (batch 32)", anchor: "start", fontSize: 14 },
    data: { values },
    mark: { type: "line", point: true },
    encoding: {
      x: {
        field: "parameters",
        type: "quantitative",
        scale: { type: "log" },
        axis: { title: "parameters", format: "~s" },
      },
      y: {
        field: "ms",
        type: "quantitative",
        scale: { type: "log" },
        axis: { title: "milliseconds a step", format: "~g" },
      },
      color: { field: "contestant", type: "nominal", scale: { scheme: "tableau20" }, legend: { title: null } },
      shape: { field: "contestant", type: "nominal" },
    },
  });
  return new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
}

export async function write(folder, report) {
  mkdirSync(folder, { recursive: true });
  const file = (name) => join(folder, name);
  writeFileSync(file("bench.md"), markdown(report));
  const json = { ...report, measured: report.measured.map((entry) => ({ ...entry, workload: entry.workload.name })) };
  writeFileSync(file("bench.json"), `${JSON.stringify(json, undefined, 2)}\n`);
  const svg = await plot(report.measured);
  if (svg) writeFileSync(file("bench.svg"), svg);
}
