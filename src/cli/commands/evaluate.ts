// chainrule evaluate: the metrics of a trained network on a table.
import { basename } from "node:path";
import { Argument } from "commander";
import { count } from "../../data/wording.ts";
import { runSettings } from "../../runs/run-settings.ts";
import type { MeasuredTarget } from "../../train/measure.ts";
import { type CommandRecord, jsonOption } from "../command.ts";
import { dataArgument, dataJson, givenData } from "../data-argument.ts";
import { modelOf, oddCells, predictorOf, type RowFlags, rowOptions, rowsOf } from "../new-rows.ts";
import { print, printJson, type Streams } from "../output.ts";
import { renderConfusion } from "../terminal/confusion-matrix.ts";
import { renderMetrics, renderTargetMetrics } from "../terminal/metrics-table.ts";
import { renderReliability } from "../terminal/reliability-table.ts";
import type { Style } from "../terminal/style.ts";
import { cut, printable, wrap } from "../terminal/text.ts";

interface EvaluateFlags extends RowFlags {
  readonly json?: true;
}

export const evaluateCommand: CommandRecord<[run: string, data: readonly string[]], EvaluateFlags> = {
  name: "evaluate",
  summary: "measure a trained network on a table",
  description: "Measures a trained network on a table that holds the target column.",
  arguments: [new Argument("<run>", "the run folder of a training"), dataArgument()],
  options: [...rowOptions(), jsonOption()],
  examples: ["evaluate runs/2026-01-31-iris-1 new-flowers.csv"],
  run: ([run, data], flags, streams) => evaluate(run, data, flags, streams),
};

const unweighed = "Every row counts alike here, whatever its class weighed in the training.";

async function evaluate(dir: string, files: readonly string[], flags: EvaluateFlags, streams: Streams): Promise<void> {
  const { RowTransform, openRun, TableMeter } = await import("../engine.ts");
  const data = givenData(files, flags);
  const run = await openRun(dir);
  const trained = await modelOf(run, flags);
  const { preprocessing } = trained;
  const given = await rowsOf(run, data, flags, streams);
  const transform = new RowTransform(preprocessing, { target: "required", ...oddCells(flags) });
  const predict = await predictorOf(trained);
  const meter = new TableMeter(trained);
  let rows = 0;
  for await (const block of given.blocks()) {
    const { x, y, rows: more } = transform.take(block);
    if (more > 0) meter.add(predict(x, more), y!);
    rows += more;
  }
  const notes = transform.notes();
  const { metrics, targets } = meter.measured();
  const isWeighed = runSettings(dir, run.manifest.settings).classWeight !== undefined;

  const { source } = given.head;
  const name = given.files > 1 ? count(given.files, "file") : basename(source);
  const out = flags.json ? streams.stderr : streams.stdout;
  print(streams.stderr, ({ width }) => notes.flatMap((note) => wrap(printable(note), width)));
  print(out, (style) => {
    return [
      `${count(rows, "row")} of ${printable(source)}`,
      "",
      ...renderMetrics([[printable(name), metrics]], style),
      ...(targets.length > 1 ? ["", ...renderTargetMetrics(targets, style)] : []),
      ...(isWeighed ? ["", ...wrap(unweighed, style.width)] : []),
      ...targets.flatMap((target) => renderClasses(target, targets.length > 1, style)),
    ];
  });
  if (flags.json) {
    const task = preprocessing.targets[0]!.kind;
    const [{ name: _, metrics: __, ...ofClasses }] = targets as readonly [MeasuredTarget];
    const rest = targets.length > 1 ? { targets } : ofClasses;
    printJson(streams, { run: dir, data: dataJson(data), task, rows, metrics, ...rest });
  }
}

/** Which classes are taken for which, and of one target what confidence is worth; of several, under their names. */
function renderClasses(target: MeasuredTarget, isNamed: boolean, style: Style): string[] {
  const { name, classes = [], confusion, reliability } = target;
  const matrix = confusion === undefined ? [] : renderConfusion(confusion, classes, style);
  if (matrix.length === 0 && (isNamed || reliability === undefined)) return [];
  return [
    ...(isNamed ? ["", style.colors.bold(cut(printable(name), style.width))] : []),
    ...(matrix.length > 0 ? ["", ...matrix] : []),
    ...(reliability && !isNamed ? ["", ...renderReliability(reliability, style)] : []),
  ];
}
