// chainrule predict: a table in, the same table with predictions out, as CSV or JSON with one object a line.

import { resolve } from "node:path";
import { Argument } from "commander";
import { count } from "../../data/wording.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { type CommandRecord, option } from "../command.ts";
import { dataArgument, givenData } from "../data-argument.ts";
import { filesOf, stdinName } from "../files.ts";
import { modelOf, oddCells, predictorOf, type RowFlags, rowOptions, rowsOf } from "../new-rows.ts";
import { print, type Streams, stdoutName, writeAll } from "../output.ts";
import { csvRows, jsonRows, type PredictedBlock, PredictedColumns, predictionTexts } from "../predictions.ts";
import { printable, wrap } from "../terminal/text.ts";
import { writeWhole } from "../write-whole.ts";

interface PredictFlags extends RowFlags {
  readonly out?: string;
}

export const predictCommand: CommandRecord<[run: string, data: readonly string[]], PredictFlags> = {
  name: "predict",
  summary: "add predictions to a table",
  description:
    "Writes a table with the columns it has, the prediction of each target, and the probability of every class: as CSV, as JSON with one object a line into a file whose name ends in .jsonl or .ndjson, or as Parquet into one that ends in .parquet.",
  arguments: [new Argument("<run>", "the run folder of a training"), dataArgument("; a target column is not needed")],
  options: [...rowOptions(), option("-o, --out <file>", "where to write (default: stdout, as -)")],
  examples: [
    "predict runs/2026-01-31-iris-1 new-flowers.csv --out predictions.csv",
    "predict runs/2026-01-31-iris-1 new-flowers.csv | head",
  ],
  run: ([run, data], flags, streams) => predict(run, data, flags, streams),
};

async function predict(dir: string, names: readonly string[], flags: PredictFlags, streams: Streams): Promise<void> {
  const out = flags.out === stdoutName ? undefined : flags.out;
  const data = givenData(await filesOf(names), flags);
  const { files } = data;
  if (out !== undefined && files.some((file) => file !== stdinName && resolve(out) === resolve(file)))
    throw new ChainruleError("USAGE", `--out would overwrite the data, ${out}; choose another file.`, { out });
  const { answersByTarget, RowTransform, openRun } = await import("../engine.ts");
  const run = await openRun(dir);
  const trained = await modelOf(run, flags);
  const { preprocessing } = trained;
  const given = await rowsOf(run, data, flags, streams);
  const transform = new RowTransform(preprocessing, oddCells(flags));
  const answers = await predictorOf(trained);
  const columns = new PredictedColumns(await given.columns(), preprocessing);
  let rows = 0;
  async function* predicted(): AsyncGenerator<PredictedBlock> {
    for await (const block of given.blocks()) {
      const { x } = transform.take(block);
      rows += block.rows;
      yield columns.block(block, answersByTarget(preprocessing, answers(x, block.rows)));
    }
  }
  const said = () =>
    print(streams.stderr, ({ width }) => transform.notes().flatMap((note) => wrap(printable(note), width)));
  if (out === undefined) {
    // Cells are data: on a terminal their control characters are shown and not obeyed.
    const shown = streams.stdout.isTTY
      ? (one: string) => one.split("\n").map(printable).join("\n")
      : (one: string) => one;
    await writeAll(streams.stdout, predictionTexts(csvRows, columns.all, predicted()), shown);
    said();
  } else {
    await writeWhole(out, await contentOf(out, columns, predicted()));
    said();
    print(streams.stderr, () => [`Wrote ${count(rows, "row")} to ${printable(out)}`]);
  }
}

/** By the ending of the file's name. */
async function contentOf(out: string, { all }: PredictedColumns, blocks: AsyncIterable<PredictedBlock>) {
  if (/\.parquet$/i.test(out)) return (await import("../prediction-parquet.ts")).predictionParquet(all, blocks);
  return predictionTexts(/\.(jsonl|ndjson)$/i.test(out) ? jsonRows : csvRows, all, blocks);
}
