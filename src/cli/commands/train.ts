// chainrule train: a table in, a run folder out.
import { existsSync } from "node:fs";
import { fileFormats } from "../../data/formats/index.ts";
import type { Prepared, PrepareOptions, Table, TableStream } from "../../data/index.ts";
import { count, enumeration, short } from "../../data/wording.ts";
import type { Findings, Remedy } from "../../diagnose/verdict.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { Variables } from "../../nn/index.ts";
import type { RunDescription, RunWriter } from "../../runs/index.ts";
import { settingsOf } from "../../runs/run-settings.ts";
import type { EndEvent, StartEvent, TargetMetrics, TrainEvent } from "../../train/events.ts";
import type { TableModel, TableTraining } from "../../train/index.ts";
import { flagText } from "../../train/settings/flags.ts";
import { dataSettings, networkSettings, textSettings, trainingSettings } from "../../train/settings/index.ts";
import { type CommandRecord, jsonOption, option, under } from "../command.ts";
import { dataArgument, dataWords, givenData, sqlOption } from "../data-argument.ts";
import { interruptible } from "../interrupt.ts";
import { print, printJson, type Streams, shellWord } from "../output.ts";
import { messageOf } from "../setting-advice.ts";
import { settingOptions } from "../setting-flags.ts";
import { nameOf, originOf, tableOf } from "../table-of.ts";
import { renderColumns } from "../terminal/columns-table.ts";
import { renderDataWarning } from "../terminal/data-warning.ts";
import { remedySentence, renderVerdicts, withFlags } from "../terminal/diagnosis.ts";
import { duration, headline, metricLabel, metricValue } from "../terminal/format.ts";
import { renderMetrics, renderTargetMetrics } from "../terminal/metrics-table.ts";
import { reporter } from "../terminal/reporter.ts";
import type { Style } from "../terminal/style.ts";
import { printable, wrap } from "../terminal/text.ts";
import { type GivenFlags, givenFlags, saved, type TrainFlags, withChange, withFiles } from "../train-flags.ts";
import { showTrials } from "../try-remedies.ts";

const formats = enumeration(
  fileFormats.map(({ name }) => name),
  "or",
);

export const trainCommand: CommandRecord<[data: readonly string[]]> = {
  name: "train",
  summary: "train a network on a table",
  description: `Trains a neural network on a table (${formats}) and saves it in a run folder.`,
  arguments: [dataArgument()],
  options: [
    ...under("Data:", [
      ...settingOptions({ ...textSettings, ...dataSettings }, { course: true }),
      sqlOption(),
      option("--stream", "read the table in blocks, for data larger than memory; files over 256 MB are"),
    ]),
    ...under("Network:", settingOptions(networkSettings, { course: true })),
    ...under("Training:", [
      ...settingOptions(trainingSettings, { course: true }),
      option("--fix", "where something is wrong: try what mends it, and restart with the best"),
    ]),
    ...under("Output:", [
      option("-o, --out <folder>", "run folder, new or empty").default(undefined, "runs/<date>-<data>-<n>"),
      jsonOption(),
    ]),
  ],
  examples: [
    "train iris.csv --target species",
    "train houses.csv --target price --hidden 128,64 --epochs 200 --lr 0.001",
    'train people.csv --target income --type "zip code=category" --type id=ignore',
    `train --sql "select * from 'sales/*.parquet' where year > 2020" --target price`,
  ],
  hint: "Ctrl-C ends a training early and keeps its best weights; a second Ctrl-C ends it at once.",
  run: ([data], options, streams) => train(data, givenFlags(options), streams),
};

async function train(files: readonly string[], { fix, sql, ...flagged }: GivenFlags, streams: Streams): Promise<void> {
  const { dataOptions, prepare } = await import("../engine.ts");
  const data = givenData(files, { sql });
  const asked = await withFiles(flagged);
  const source = await tableOf(data, asked, streams);
  const { table, stream } = source;
  // What was noticed is kept, so that new rows are read in the same way.
  const header = table.hasHeader ? asked.header : false;
  const given: GivenFlags = { ...asked, ...(header !== undefined && { header }), ...(stream && { stream: true }) };
  const options = await dataOptions(given);
  const prepared = prepare(table, options);
  print(streams.stderr, (style) => describeData(table, prepared, style, stream));

  const { validationData: other } = asked;
  const origin = async () => ({
    ...(await source.origin()),
    ...(other !== undefined && { validation: await originOf([other].flat()) }),
  });
  const flags = await withRate(given, prepared, streams);
  const first = await runTraining(origin, prepared, flags, streams, stream);
  const fixed = fix ? await restart(origin, table, options, flags, first, streams) : undefined;
  const last = fixed?.training ?? first;
  if (last.end === undefined) {
    print(streams.stderr, ({ colors }) => [
      `What went wrong: ${colors.cyan(`npx chainrule diagnose ${shellWord(last.run)}`)}`,
    ]);
    throw last.error;
  }
  const { run, start, end, findings, classWeights } = last;
  print(flags.json ? streams.stderr : streams.stdout, (style) => [
    ...describeResult(end, start.validationRows, run, classWeights, style),
    ...(fixed ? describeFix(first, fixed, style) : []),
    ...describeFindings(findings, style),
    ...describeNext(run, dataWords(data), findings, style),
  ]);
  const fixSummary = fixed && { fix: { from: first.run, ...withFlags(fixed.remedy) } };
  if (flags.json) printJson(streams, { run, ...summary(prepared.task, start, end, classWeights), ...fixSummary });
}

/** With the rate that a range test suggests, where it was asked for. */
async function withRate(
  { learningRate, ...flags }: GivenFlags,
  prepared: Prepared,
  streams: Streams,
): Promise<TrainFlags> {
  if (learningRate !== "auto") return { ...flags, learningRate };
  const { rangeTest } = await import("../engine.ts");
  const { suggestion, points } = await rangeTest(prepared, settingsOf(flags));
  const found =
    suggestion === undefined
      ? "A range test found no learning rate that lowers the loss; the usual one is taken."
      : `Learning rate ${suggestion}, from a range test of ${count(points.length, "step")}.`;
  print(streams.stderr, ({ width }) => [...wrap(found, width), ""]);
  return { ...flags, learningRate: suggestion };
}

/** A training in its run folder: with its end, or with what it failed by. */
interface Trained {
  readonly run: string;
  readonly start: StartEvent;
  readonly end?: EndEvent;
  readonly error?: unknown;
  readonly events: readonly TrainEvent[];
  readonly findings: Findings;
  readonly classWeights?: ClassWeights;
}

/** By the names of the classes; undefined where rows of all weigh alike. */
type ClassWeights = TableTraining["classWeights"];

interface Fixed {
  readonly remedy: Remedy;
  readonly steps: number;
  readonly training: Trained;
}

/** Tries remedies for what is wrong with a training and trains again with the best; undefined where there is none. */
async function restart(
  origin: DataOrigin,
  table: Table,
  options: PrepareOptions,
  flags: TrainFlags,
  { run, events, findings, end, error }: Trained,
  streams: Streams,
): Promise<Fixed | undefined> {
  const say = (text: string) => print(streams.stderr, ({ width }) => wrap(text, width));
  if (end?.reason === "interrupted") return undefined;
  if (findings.healthy) {
    say("Nothing to fix.");
    return undefined;
  }
  if (flags.stream) {
    say(
      "Nothing was tried: the table is read in blocks, and remedies need it whole. Train on a part of it to find one.",
    );
    return undefined;
  }
  const { bestRemedy, dataOptions, prepare } = await import("../engine.ts");
  if (error instanceof ChainruleError) say(messageOf(error));
  print(streams.stderr, (style) => ["", ...renderVerdicts(findings.verdicts, style), ""]);
  const trials = await showTrials(findings.verdicts, events, table, options, flags, streams);
  const best = bestRemedy(trials);
  if (best === undefined) {
    say("Nothing that was tried lowered the loss enough to train again.");
    return undefined;
  }
  say(`Training again with ${best.change} (${flagText(best.settings)}).`);
  print(streams.stderr, () => [""]);
  const changed = { ...withChange(flags, best.settings), ...(flags.out !== undefined && { out: freeFolder(run) }) };
  const training = await runTraining(origin, prepare(table, await dataOptions(changed)), changed, streams, undefined);
  return { remedy: best, steps: trials.steps, training };
}

/** "run-fixed", or with the first free number after it. */
function freeFolder(run: string): string {
  for (let n = 1; ; n++) {
    const folder = `${run.replace(/[/\\]+$/, "")}-fixed${n === 1 ? "" : `-${n}`}`;
    if (!existsSync(folder)) return folder;
  }
}

/** What a crash may cost of the best weights. */
const millisecondsBetweenCheckpoints = 5000;

/** What a run's description says of its data. */
type DataOrigin = () => Promise<RunDescription["data"]>;

/** Trains and writes the run folder, whatever the end. */
async function runTraining(
  origin: DataOrigin,
  prepared: Prepared,
  flags: TrainFlags,
  streams: Streams,
  stream: TableStream | undefined,
): Promise<Trained> {
  const { createRun, saveTable, tensorsOf, trainTable, Watch } = await import("../engine.ts");
  const watch = new Watch();
  const settings = settingsOf(flags);
  const view = await reporter(streams.stderr);
  let run: RunWriter | undefined;
  let start: StartEvent | undefined;
  let end: EndEvent | undefined;
  let trained: TableModel;
  let classWeights: ClassWeights;
  const onInterrupt = () => view.note("Stopping, with the best weights so far. Press Ctrl-C again to end at once.");
  try {
    trained = await interruptible(onInterrupt, async (signal) => {
      const training = trainTable(prepared, { ...settings, signal }, stream);
      ({ classWeights } = training);
      let savedAt = performance.now();
      let unsaved = false;
      for await (const event of training) {
        if (event.type === "start") {
          start = event;
          const { backend, seed } = event;
          const data = await origin();
          const name = nameOf(data);
          run = await createRun({ name, seed, backend, data, settings: saved(flags) }, flags.out);
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
        for (const verdict of watch.add(event)) view.note(`${verdict.severity}: ${printable(verdict.message)}`);
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
    if (error instanceof ChainruleError && error.code === "NON_FINITE_LOSS") {
      return { run: run.dir, start: start!, error, events: watch.events, findings: watch.findings() };
    }
    throw error;
  } finally {
    view.close();
  }
  await saveTable(run!, trained);
  const status = end!.reason === "interrupted" ? "interrupted" : "finished";
  await run!.finish(status, summary(prepared.task, start!, end!, classWeights));
  const weights = classWeights && { classWeights };
  return { run: run!.dir, start: start!, end: end!, events: watch.events, findings: watch.findings(), ...weights };
}

function summary(task: Prepared["task"], start: StartEvent, end: EndEvent, classWeights: ClassWeights) {
  return {
    task,
    rows: start.rows + start.validationRows,
    features: start.features,
    parameters: start.parameters,
    steps: end.steps,
    seconds: end.seconds,
    backend: start.backend,
    threads: start.threads,
    ...(start.blas !== undefined && { blas: start.blas }),
    metrics: { ...end.metrics },
    ...(end.targets && { targets: end.targets.map((target) => ({ ...target })) }),
    ...(classWeights && { classWeights }),
    layers: end.layers.map(({ name, gradientRms, updateRatio }) => ({ name, gradientRms, updateRatio })),
  };
}

function describeData(
  table: Table,
  { columns, notes, warnings }: Prepared,
  style: Style,
  stream?: TableStream,
): string[] {
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
    ...warnings.flatMap((warning) => renderDataWarning(warning, style)),
    ...(notes.length + warnings.length > 0 || stream ? [""] : []),
  ];
}

function describeResult(
  { reason, epochs, bestEpoch, seconds, metrics, targets = [] }: EndEvent,
  validationRows: number,
  run: string,
  classWeights: ClassWeights,
  style: Style,
): string[] {
  const why = {
    epochs: "Trained",
    steps: "Stopped after",
    patience: "Stopped early, after",
    interrupted: "Interrupted after",
  }[reason];
  const weights =
    metrics.validation === undefined || bestEpoch === epochs
      ? ""
      : `, with the weights of epoch ${bestEpoch}: the lowest loss of all on the ${count(validationRows, "row")} for validation`;
  return [
    "",
    ...wrap(`${why} ${count(epochs, "epoch")} in ${duration(seconds)}${weights}.`, style.width),
    "",
    ...renderMetrics(Object.entries(metrics), style),
    ...(targets.length > 0 ? ["", ...renderTargetMetrics(ofSplit(targets), style, whereOf(metrics))] : []),
    ...(classWeights ? ["", ...wrap(printable(weighed(classWeights)), style.width)] : []),
    "",
    `Saved in ${style.colors.bold(run)}`,
  ];
}

/** On the rows for validation, where there are some. */
const ofSplit = (targets: readonly TargetMetrics[]) =>
  targets.map(({ name, train, validation }) => ({ name, metrics: validation ?? train }));

const whereOf = ({ validation }: EndEvent["metrics"]): string =>
  validation === undefined ? "on the rows trained on" : "on the rows for validation";

/** Classes that are named one by one. */
const mostClasses = 10;

function weighed(classWeights: NonNullable<ClassWeights>): string {
  const all = Object.entries(classWeights).map(([name, weight]) => `${name} ${short(weight)}`);
  const listed = all.length <= mostClasses ? all : [...all.slice(0, mostClasses), "…"];
  return `The loss weighs the rows of the classes: ${listed.join(", ")}. The other figures count every row alike.`;
}

function describeFix(before: Trained, { remedy, steps, training }: Fixed, { width }: Style): string[] {
  const twins = `Restarted with ${flagText(remedy.settings)}. In twins, with ${remedySentence(remedy, steps)}`;
  const measured = (end?: EndEvent) => {
    const values = end?.metrics.validation ?? end?.metrics.train;
    const name = headline(values, end?.targets !== undefined);
    return name === undefined ? "no result" : `${metricLabel(name)} ${metricValue(name, values![name]!)}`;
  };
  const whole = `The whole training: ${measured(training.end)}; the one before, in ${before.run}: ${measured(before.end)}.`;
  return ["", ...wrap(twins, width), ...wrap(whole, width)];
}

function describeFindings({ healthy, verdicts }: Findings, style: Style): string[] {
  const serious = verdicts.filter(({ severity }) => severity !== "info");
  return healthy
    ? []
    : ["", `${count(serious.length, "thing")} wrong with this training:`, ...renderVerdicts(serious, style)];
}

function describeNext(run: string, data: readonly string[], { healthy }: Findings, { colors }: Style): string[] {
  const folder = shellWord(run);
  const files = data.map(shellWord).join(" ");
  return [
    "",
    colors.dim("Next:"),
    ...(healthy ? [] : [`  ${colors.cyan(`npx chainrule diagnose ${folder}`)}`]),
    `  ${colors.cyan(`npx chainrule evaluate ${folder} ${files}`)}`,
    `  ${colors.cyan(`npx chainrule predict ${folder} ${files} --out predictions.csv`)}`,
  ];
}
