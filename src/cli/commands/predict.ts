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
import { csvRows, jsonRows, PredictionText } from "../predictions.ts";
import { printable, wrap } from "../terminal/text.ts";
import { writeWhole } from "../write-whole.ts";

interface PredictFlags extends RowFlags {
  readonly out?: string;
}

export const predictCommand: CommandRecord<[run: string, data: readonly string[]], PredictFlags> = {
  name: "predict",
  summary: "add predictions to a table",
  description:
    "Writes a table with the columns it has, the prediction of each target, and the probability of every class: as CSV, or as JSON with one object a line into a file whose name ends in .jsonl or .ndjson.",
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
  const format = /\.(jsonl|ndjson)$/i.test(out ?? "") ? jsonRows : csvRows;
  const text = new PredictionText(format, await given.columns(), preprocessing);
  let rows = 0;
  async function* texts(): AsyncGenerator<string> {
    let head = text.head();
    for await (const block of given.blocks()) {
      const { x } = transform.take(block);
      const own = answersByTarget(preprocessing, answers(x, block.rows));
      rows += block.rows;
      // Nothing is written before the first rows are understood.
      yield head;
      head = "";
      yield* text.block(block, own);
    }
  }
  const said = () =>
    print(streams.stderr, ({ width }) => transform.notes().flatMap((note) => wrap(printable(note), width)));
  if (out === undefined) {
    // Cells are data: on a terminal their control characters are shown and not obeyed.
    const shown = streams.stdout.isTTY
      ? (one: string) => one.split("\n").map(printable).join("\n")
      : (one: string) => one;
    await writeAll(streams.stdout, texts(), shown);
    said();
  } else {
    await writeWhole(out, texts());
    said();
    print(streams.stderr, () => [`Wrote ${count(rows, "row")} to ${printable(out)}`]);
  }
}
