// chainrule runs: many run folders as one table, with the settings that differ.
import { Argument } from "commander";
import { enumeration } from "../../data/wording.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { FoundRun } from "../../runs/listed-run.ts";
import { type CommandRecord, jsonOption, option } from "../command.ts";
import { print, printJson, type Streams, write } from "../output.ts";
import { renderRuns } from "../terminal/runs-table.ts";
import { wrap } from "../terminal/text.ts";

interface RunsFlags {
  readonly sort?: string;
  readonly json?: true;
  readonly csv?: true;
}

export const runsCommand: CommandRecord<[folders: readonly string[]], RunsFlags> = {
  name: "runs",
  summary: "compare many runs in one table",
  description: "Shows the runs in folders as one table: status, epochs, metrics, and the settings that differ.",
  arguments: [new Argument("[folders...]", "runs, or folders that are searched for them (default: runs)")],
  options: [
    option("--sort <metric>", "the best first by a metric, such as loss or accuracy"),
    jsonOption(),
    option("--csv", "print a table for other programs, with all metrics").conflicts("json"),
  ],
  explanation: `Metrics are those of the rows for validation: of a training that ended
those of its result, otherwise those of its last epoch. What was not
given to a run is left empty: it has its default.`,
  examples: ["runs", "runs sweeps/rates --sort loss", "runs --csv > runs.csv"],
  run: ([folders], flags, streams) => runs(folders, flags, streams),
};

async function runs(given: readonly string[], { sort, json, csv }: RunsFlags, streams: Streams): Promise<void> {
  const { bestFirst, differingFacts, metricsOf } = await import("../engine.ts");
  const { findRuns } = await import("../../runs/listed-run.ts");
  const folders = given.length === 0 ? ["runs"] : given;
  const isDefault = given.length === 0 && !(await import("node:fs")).existsSync("runs");
  const found = isDefault ? [] : await findRuns(folders);
  const metrics = metricsOf(found);
  if (sort !== undefined && metrics.length > 0 && !metrics.includes(sort))
    throw new ChainruleError("USAGE", `No run has the metric "${sort}". There are ${enumeration(metrics, "and")}.`, {
      metric: sort,
      metrics,
    });
  const list = sort === undefined ? found : found.toSorted(bestFirst(sort));
  const settings = differingFacts(list);
  if (json) printJson(streams, { runs: list.map(told), metrics, settings });
  else if (csv) {
    const text = await csvOf(list, metrics, settings);
    if (streams.stdout.isTTY) write(streams.stdout, text);
    else streams.stdout.write(text);
  } else if (list.length === 0)
    print(streams.stderr, ({ width }) =>
      wrap(`There are no runs in ${enumeration(folders, "and")}: chainrule train makes them.`, width),
    );
  else
    print(streams.stdout, (style) =>
      renderRuns(list, { sort, metrics, settings, isCut: streams.stdout.isTTY === true }, style),
    );
}

/** Of a run, under names that stay: what a program reads. */
function told({ run, status, message, error, created, data, epoch, step, seconds, metrics, settings }: FoundRun) {
  return { run, status, message, error, created, data, epochs: epoch, steps: step, seconds, metrics, settings };
}

/** RFC 4180; the names of the columns are paths in the JSON. */
async function csvOf(list: readonly FoundRun[], metrics: readonly string[], settings: readonly string[]) {
  const { factsOf, factText } = await import("../engine.ts");
  const { field } = await import("../predictions.ts");
  const names = ["run", "status", "epochs", "steps", "seconds"];
  const head = [
    ...names,
    ...metrics.map((name) => `metrics.${name}`),
    ...settings.map((name) => `settings.${name}`),
    "message",
  ];
  const rows = list.map((one) => {
    const facts = factsOf(one);
    return [
      ...[one.run, one.status, one.epoch, one.step, one.seconds],
      ...metrics.map((name) => one.metrics?.[name]),
      ...settings.map((name) => factText(name, facts[name])),
      one.message ?? one.error,
    ];
  });
  const text = (value: string | number | undefined) => (Number.isNaN(value) ? "" : field(value ?? null));
  return [head, ...rows].map((row) => `${row.map(text).join(",")}\n`).join("");
}
