// chainrule train: a table in, a run folder out.
import { basename, extname } from "node:path";
import { type Command, Option } from "commander";
import type { Prepared, Table, TableStream } from "../../data/index.ts";
import { count } from "../../data/wording.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { Variables } from "../../nn/index.ts";
import type { EndEvent, StartEvent } from "../../train/events.ts";
import type { TableModel } from "../../train/index.ts";
import type { RunWriter } from "../../train/run-folder.ts";
import { activations, backends, initializers, losses, optimizers, schedules, tasks } from "../choices.ts";
import { interruptible } from "../interrupt.ts";
import { print, printJson, type Streams, shellWord } from "../output.ts";
import { renderColumns } from "../terminal/columns-table.ts";
import { duration } from "../terminal/format.ts";
import { renderMetrics } from "../terminal/metrics-table.ts";
import { reporter } from "../terminal/reporter.ts";
import type { Style } from "../terminal/style.ts";
import { printable, wrap } from "../terminal/text.ts";
import { dataOptions, saved, settingsOf, type TrainFlags } from "../train-flags.ts";
import { columnType, positive, share, whole, widths } from "../values.ts";

export function addTrain(program: Command, streams: Streams): void {
  program
    .command("train")
    .summary("train a network on a table")
    .description("Trains a neural network on a table (CSV, TSV, JSON or Parquet) and saves it in a run folder.")
    .argument("<data>", "the file with the table")
    .optionsGroup("Data:")
    .requiredOption("-t, --target <column>", "the column to predict")
    .addOption(new Option("--task <name>", "what the target is").choices(tasks).default("auto", "auto, by its values"))
    .option("--type <column=type>", 'sets the type of a column, or "ignore"s it (repeatable)', columnType)
    .option("--validation <share>", "share of the rows kept for validation", share, 0.2)
    .option("--no-standardize", "leave numbers as they are, instead of mean 0 and standard deviation 1")
    .option("--stream", "read the table in blocks, for data larger than memory; files over 256 MB are")
    .optionsGroup("Network:")
    .addOption(
      parsed("--hidden <widths>", 'widths of the hidden layers, or "none"', widths, "64,32").conflicts([
        "depth",
        "width",
      ]),
    )
    .addOption(parsed("--depth <n>", "hidden layers of one width, instead of --hidden", whole(0, 1000), "2"))
    .addOption(parsed("--width <n>", "their width", whole(1, 999999), "64"))
    .addOption(chosen("--activation <name>", "after every hidden layer", activations, "relu"))
    .addOption(chosen("--init <name>", "how weights are drawn", initializers, "fits the activation"))
    .addOption(new Option("--batch-norm", "normalise each hidden layer over the batch").conflicts("layerNorm"))
    .option("--layer-norm", "normalise each hidden layer over its neurons")
    .option("--residual", "add the input of a hidden layer to its output, where the widths agree")
    .optionsGroup("Training:")
    .addOption(chosen("--loss <name>", "what is minimised", losses, "crossEntropy for classes, mse for numbers"))
    .addOption(chosen("--optimizer <name>", "how weights are updated", optimizers, "adamw"))
    .addOption(parsed("--lr <rate>", "learning rate", positive, "fits the optimizer, 0.01 for adamw"))
    .addOption(parsed("--clip <norm>", "scales gradients down to this norm, all together", positive, "none"))
    .addOption(chosen("--schedule <name>", "course of the learning rate", schedules, "cosine"))
    .addOption(parsed("--epochs <n>", "passes over the rows", whole(1), "15 to 150, by the number of rows"))
    .addOption(parsed("--batch <n>", "rows a step", whole(1), "16 to 512, by the number of rows"))
    .addOption(
      parsed(
        "--patience <n>",
        "epochs without a better validation loss before it stops",
        whole(1),
        "a fifth of the epochs, at least 10",
      ),
    )
    .option("--seed <n>", "the same seed repeats a run", whole(0, 2 ** 32 - 1), 0)
    .addOption(
      new Option("--backend <name>", "what computes")
        .choices(backends)
        .default("auto", "auto, wasm with a BLAS where there is one"),
    )
    .addOption(parsed("--threads <n>", "most threads that share a step", whole(1), "as the processor has"))
    .option("--deterministic", "the same bits on every machine: no BLAS, no fused multiply-add")
    .optionsGroup("Output:")
    .addOption(
      new Option("-o, --out <folder>", "run folder, new or empty").default(undefined, "runs/<date>-<data>-<n>"),
    )
    .option("--json", "print one JSON object as the last line on stdout, all else on stderr")
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule train iris.csv --target species
  $ chainrule train houses.csv --target price --hidden 128,64 --epochs 200 --lr 0.001
  $ chainrule train people.csv --target income --type "zip code=category" --type id=ignore

Ctrl-C ends a training early and keeps its best weights; a second Ctrl-C ends it at once.`,
    )
    .action((data: string, flags: TrainFlags) => train(data, flags, streams));
}

// The engine chooses where an option is absent; `byDefault` says what.
const chosen = (flags: string, description: string, choices: readonly string[], byDefault: string) =>
  new Option(flags, description).choices(choices).default(undefined, byDefault);
const parsed = (flags: string, description: string, parse: (text: string) => unknown, byDefault: string) =>
  new Option(flags, description).argParser(parse).default(undefined, byDefault);

async function train(data: string, flags: TrainFlags, streams: Streams): Promise<void> {
  const { openTable, prepare, readTable } = await import("../engine.ts");
  const stream = flags.stream || (await isLarge(data)) ? await openTable(data) : undefined;
  const table = stream?.head ?? (await readTable(data));
  const prepared = prepare(table, dataOptions(flags));
  print(streams.stderr, (style) => describeData(table, prepared, style, stream));

  const { run, start, end } = await runTraining(data, prepared, flags, streams, stream);
  print(flags.json ? streams.stderr : streams.stdout, (style) => describeResult(end, run, data, style));
  if (flags.json) printJson(streams, { run, ...summary(prepared, start, end) });
}

/** What a crash may cost of the best weights. */
const millisecondsBetweenCheckpoints = 5000;

/** Trains and writes the run folder, whatever the end. */
async function runTraining(
  data: string,
  prepared: Prepared,
  flags: TrainFlags,
  streams: Streams,
  stream: TableStream | undefined,
) {
  const { trainTable, createRun, sha256File, saveTable, tensorsOf } = await import("../engine.ts");
  const settings = settingsOf(flags);
  const view = await reporter(streams.stderr);
  let run: RunWriter | undefined;
  let start: StartEvent | undefined;
  let end: EndEvent | undefined;
  let trained: TableModel;
  const onInterrupt = () => view.note("Stopping, with the best weights so far. Press Ctrl-C again to end at once.");
  try {
    trained = await interruptible(onInterrupt, async (signal) => {
      const training = trainTable(prepared, { ...settings, signal }, stream);
      let savedAt = performance.now();
      let unsaved = false;
      for await (const event of training) {
        if (event.type === "start") {
          start = event;
          const { backend, seed } = event;
          const name = basename(data, extname(data));
          const file = { file: data, sha256: await sha256File(data) };
          run = await createRun({ name, seed, backend, data: file, settings: saved(flags) }, flags.out);
        }
        if (event.type === "end") end = event;
        run!.appendEvent(event);
        if (event.type === "epoch") {
          unsaved ||= event.best;
          if (unsaved && performance.now() - savedAt > millisecondsBetweenCheckpoints) {
            await run!.saveCheckpoint(event.epoch, tensorsOf(training.best()), true);
            savedAt = performance.now();
            unsaved = false;
          }
        }
        view.show(event);
      }
      return (await training.result()).trained;
    });
  } catch (error) {
    if (run === undefined) throw error;
    if (error instanceof ChainruleError && error.code === "NON_FINITE_LOSS") {
      const { epoch, variables } = error.details as { epoch: number; variables: Variables };
      await run.saveCheckpoint(epoch, tensorsOf(variables), false);
      view.note(`The last finite weights are saved in ${run.dir}`);
    }
    await run.finish("failed", { error: error instanceof ChainruleError ? error.code : String(error) });
    throw error;
  } finally {
    view.close();
  }
  await saveTable(run!, trained);
  const status = end!.reason === "interrupted" ? "interrupted" : "finished";
  await run!.finish(status, summary(prepared, start!, end!));
  return { run: run!.dir, start: start!, end: end! };
}

function summary({ task, train, validation }: Prepared, start: StartEvent, end: EndEvent) {
  return {
    task,
    rows: train.rows + (validation?.rows ?? 0),
    features: start.features,
    parameters: start.parameters,
    steps: end.steps,
    seconds: end.seconds,
    backend: start.backend,
    threads: start.threads,
    ...(start.blas !== undefined && { blas: start.blas }),
    metrics: { ...end.metrics },
    layers: end.layers.map(({ name, gradientRms, updateRatio }) => ({ name, gradientRms, updateRatio })),
  };
}

/** Bytes of a file from which it is read in blocks. */
const largeFile = 256 * 2 ** 20;

async function isLarge(path: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  try {
    return /\.(csv|tsv|txt|tab|parquet|pq)$/i.test(path) && (await stat(path)).size > largeFile;
  } catch {
    // What is wrong with the file is said by whoever reads it.
    return false;
  }
}

function describeData(table: Table, { columns, notes }: Prepared, style: Style, stream?: TableStream): string[] {
  const { bold } = style.colors;
  const rest = Math.max(0, (stream?.rows ?? 0) - table.rows);
  const blocks = `The first ${count(table.rows, "row")} decide what columns are and how they are scaled, and hold the rows for validation; about ${count(rest, "row")} more ${rest === 1 ? "is" : "are"} read block by block. Rows are shuffled within a block only: shuffle a file that is sorted by its target first.`;
  return [
    `${bold(printable(table.source))}: ${stream ? "about " : ""}${count(stream?.rows ?? table.rows, "row")}, ${count(table.columns.length, "column")}`,
    "",
    ...renderColumns(columns, style),
    "",
    ...(stream ? wrap(blocks, style.width) : []),
    ...notes.flatMap((note) => wrap(printable(note), style.width)),
    ...(notes.length > 0 || stream ? [""] : []),
  ];
}

function describeResult(
  { reason, epochs, bestEpoch, seconds, metrics }: EndEvent,
  run: string,
  data: string,
  style: Style,
): string[] {
  const { bold, dim, cyan } = style.colors;
  const why = {
    epochs: "Trained",
    steps: "Stopped after",
    patience: "Stopped early, after",
    interrupted: "Interrupted after",
  }[reason];
  const weights =
    metrics.validation === undefined || bestEpoch === epochs ? "" : `, with the weights of epoch ${bestEpoch}`;
  const folder = shellWord(run);
  return [
    "",
    `${why} ${count(epochs, "epoch")} in ${duration(seconds)}${weights}.`,
    "",
    ...renderMetrics(Object.entries(metrics), style),
    "",
    `Saved in ${bold(run)}`,
    "",
    dim("Next:"),
    `  ${cyan(`npx chainrule evaluate ${folder} ${shellWord(data)}`)}`,
    `  ${cyan(`npx chainrule predict ${folder} ${shellWord(data)} --out predictions.csv`)}`,
  ];
}
