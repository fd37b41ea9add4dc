// chainrule predict: a table in, the same table with predictions out, as CSV.

import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Argument } from "commander";
import type { Cell, Table } from "../../data/index.ts";
import { count } from "../../data/wording.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { maximum } from "../../ir/stats.ts";
import type { TargetAnswers } from "../../train/answers.ts";
import { type CommandRecord, option } from "../command.ts";
import { dataArgument, givenData } from "../data-argument.ts";
import { filesOf, stdinName } from "../files.ts";
import { modelOf, oddCells, type RowFlags, rowOptions, rowsOf } from "../new-rows.ts";
import { print, type Streams } from "../output.ts";
import { printable, wrap } from "../terminal/text.ts";

interface PredictFlags extends RowFlags {
  readonly out?: string;
}

export const predictCommand: CommandRecord<[run: string, data: readonly string[]], PredictFlags> = {
  name: "predict",
  summary: "add predictions to a table",
  description:
    "Writes a table as CSV with the columns it has, the prediction of each target, and the probability of every class.",
  arguments: [new Argument("<run>", "the run folder of a training"), dataArgument("; a target column is not needed")],
  options: [...rowOptions(), option("-o, --out <file>", "where to write (default: stdout)")],
  examples: [
    "predict runs/2026-01-31-iris-1 new-flowers.csv --out predictions.csv",
    "predict runs/2026-01-31-iris-1 new-flowers.csv | head",
  ],
  run: ([run, data], flags, streams) => predict(run, data, flags, streams),
};

async function predict(dir: string, names: readonly string[], flags: PredictFlags, streams: Streams): Promise<void> {
  const { out } = flags;
  const data = givenData(await filesOf(names), flags);
  const { files } = data;
  if (out !== undefined && files.some((file) => file !== stdinName && resolve(out) === resolve(file)))
    throw new ChainruleError("USAGE", `--out would overwrite the data, ${out}; choose another file.`, { out });
  const { answersByTarget, transform, openRun, predictTable } = await import("../engine.ts");
  const run = await openRun(dir);
  const trained = await modelOf(run, flags);
  const table = await rowsOf(run, data, flags, streams);
  const { x, rows, notes } = transform(trained.preprocessing, table, oddCells(flags));
  const added = predictedColumns(answersByTarget(trained.preprocessing, predictTable(trained, x, rows)), table);

  print(streams.stderr, ({ width }) => notes.flatMap((note) => wrap(printable(note), width)));
  const columns = [...table.columns, ...added];
  if (out === undefined) {
    // Cells are data: on a terminal their control characters are shown and not obeyed.
    const shown = streams.stdout.isTTY
      ? (text: string) => text.split("\n").map(printable).join("\n")
      : (text: string) => text;
    for (const text of csv(columns, rows)) streams.stdout.write(shown(text));
  } else {
    await writeWhole(out, csv(columns, rows));
    print(streams.stderr, () => [`Wrote ${count(rows, "row")} to ${printable(out)}`]);
  }
}

/** Replaces a file whole, or leaves it as it is. */
async function writeWhole(path: string, texts: Iterable<string>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, texts, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

interface NewColumn {
  readonly name: string;
  readonly cells: { at(row: number): Cell | undefined };
}

/**
 * "prediction", and "probability_<class>" for every class; of several targets "prediction_<target>" and "probability_<target>_<class>".
 * A name that is taken gets a number.
 */
function predictedColumns(answers: readonly TargetAnswers[], table: Table): NewColumn[] {
  const taken = new Set(table.columns.map(({ name }) => name));
  const free = (name: string) => {
    let candidate = name;
    for (let n = 2; taken.has(candidate); n++) candidate = `${name}_${n}`;
    taken.add(candidate);
    return candidate;
  };
  return answers.flatMap(({ target, classes, values }): NewColumn[] => {
    const suffix = answers.length === 1 ? "" : `_${target.name}`;
    const name = free(`prediction${suffix}`);
    const width = classes.length;
    if (width === 0) return [{ name, cells: Array.from(values, float32Digits) }];
    const cells: string[] = [];
    for (let from = 0; from < values.length; from += width) {
      const p = values.subarray(from, from + width);
      cells.push(classes[p.indexOf(maximum(p))]!);
    }
    return [
      { name, cells },
      ...classes.map((label, k) => ({
        name: free(`probability${suffix}_${label}`),
        cells: Array.from({ length: table.rows }, (_, row) => float32Digits(values[row * width + k]!)),
      })),
    ];
  });
}

/** The network computes in float32: seven significant digits. */
const float32Digits = (value: number) => Number(value.toPrecision(7));

/** RFC 4180, a piece of text per thousand rows. Names in quotes where they could be taken for a comment. */
function* csv(columns: readonly NewColumn[], rows: number): Generator<string> {
  yield line(columns.map(({ name }) => name)).replace(/^(?:#|%|\/\/)[^,\n]*/, '"$&"');
  for (let from = 0; from < rows; from += 1000) {
    let text = "";
    for (let row = from; row < Math.min(from + 1000, rows); row++)
      text += line(columns.map(({ cells }) => cells.at(row)!));
    yield text;
  }
}

const line = (cells: readonly Cell[]) => `${cells.map(field).join(",")}\n`;

function field(cell: Cell): string {
  const text = cell === null ? "" : Object.is(cell, -0) ? "-0" : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
