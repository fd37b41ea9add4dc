// chainrule train: a table in, a run folder out.
import { existsSync } from "node:fs";
import { fileFormats } from "../../data/formats/index.ts";
import type { Prepared, PrepareOptions, Table } from "../../data/index.ts";
import { count, enumeration } from "../../data/wording.ts";
import type { Remedy } from "../../diagnose/verdict.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { settingsOf } from "../../runs/run-settings.ts";
import type { EndEvent } from "../../train/events.ts";
import { flagText } from "../../train/settings/flags.ts";
import { dataSettings, networkSettings, textSettings, trainingSettings } from "../../train/settings/index.ts";
import { type CommandRecord, jsonOption, option, under } from "../command.ts";
import { dataArgument, dataWords, type GivenData, givenData, sqlOption } from "../data-argument.ts";
import { describeData, describeFindings, describeNext, describeResult } from "../describe-training.ts";
import { showExamination } from "../examination.ts";
import { stdinName } from "../files.ts";
import { TrainingLab } from "../lab/training-lab.ts";
import { print, printJson, type Streams, shellWord } from "../output.ts";
import { byRanks, isWriter, textFromFirst } from "../ranks.ts";
import { releaseMemory } from "../release-memory.ts";
import { refuseStopped, resumeTraining, runToResume } from "../resume-training.ts";
import { type DataOrigin, runTraining, summary, type Trained, type TrainingPlan } from "../run-training.ts";
import { messageOf } from "../setting-advice.ts";
import { settingOptions } from "../setting-flags.ts";
import { originOf, tableOf } from "../table-of.ts";
import { remedySentence, renderVerdicts, withFlags } from "../terminal/diagnosis.ts";
import { headline, isWorseMetric, metricLabel, metricValue } from "../terminal/format.ts";
import type { Style } from "../terminal/style.ts";
import { wrap } from "../terminal/text.ts";
import { type GivenFlags, givenFlags, type TrainFlags, withChange, withFiles } from "../train-flags.ts";

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
      // A run that goes on knows its target.
      ...settingOptions({ ...textSettings, ...dataSettings }, { course: true }).map((one) =>
        one.makeOptionMandatory(false),
      ),
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
      option(
        "--resume [run]",
        "go on with a run that was cut off, or further with more --epochs; begin where --out is new",
      ),
      option("--tensorboard", "write what TensorBoard reads into the run folder, too"),
      option("--lab", "show the training in a page, with pause and stop"),
      jsonOption(),
    ]),
  ],
  examples: [
    "train iris.csv --target species",
    "train houses.csv --target price --hidden 128,64 --epochs 200 --lr 0.001",
    'train people.csv --target income --type "zip code=category" --type id=ignore',
    "train --resume runs/2026-01-31-iris-1 --epochs 500",
    `train --sql "select * from 'sales/*.parquet' where year > 2020" --target price`,
  ],
  hint: "Ctrl-C ends a training early and keeps its best weights; a second Ctrl-C ends it at once.",
  run: ([data], options, streams) => byRanks(streams, (own) => train(data, givenFlags(options), own)),
};

async function train(
  files: readonly string[],
  { lab: isShown, ...given }: GivenFlags,
  streams: Streams,
): Promise<void> {
  const { ranks } = streams;
  if (ranks !== undefined) refuseAlone(files, given);
  const lab = isShown && isWriter(ranks) ? new TrainingLab(streams) : undefined;
  const run = await textFromFirst(ranks, () => runToResume(given));
  try {
    await (run === undefined ? trainAnew(files, given, lab, streams) : resumeTraining(run, files, given, lab, streams));
  } finally {
    await lab?.close();
  }
}

/** Throws USAGE for what ranks cannot do together. */
function refuseAlone(files: readonly string[], { fix }: GivenFlags): void {
  if (fix)
    throw new ChainruleError(
      "USAGE",
      "--fix tries remedies in one process, and several ranks were started. Leave it out, or start one.",
    );
  if (files.includes(stdinName))
    throw new ChainruleError(
      "USAGE",
      "Every rank reads the table, and standard input comes to one of them. Save it in a file.",
    );
}

async function trainAnew(
  files: readonly string[],
  { fix, sql, resume, ...flagged }: GivenFlags,
  lab: TrainingLab | undefined,
  streams: Streams,
): Promise<void> {
  const { refuseUsedFolder } = await import("../engine.ts");
  if (flagged.target === undefined) throw new ChainruleError("USAGE", "Name the column to predict: --target COLUMN.");
  const data = givenData(files, { sql });
  if (flagged.out !== undefined && isWriter(streams.ranks)) await refuseUsedFolder(flagged.out);
  const { plan, prepared, table, options, given, origin } = await readData(data, flagged, fix === true, streams);
  releaseMemory();
  const flags = await withRate(given, prepared, streams);
  const first = await runTraining({ data: plan, flags, place: { origin }, lab }, streams);
  const fixed = table && (await restart({ origin, table, options, flags, lab }, first, streams));
  const last = fixed?.isBetter ? fixed.training : first;
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
  const fixSummary = fixed && {
    fix: { from: first.run, run: fixed.training.run, isBetter: fixed.isBetter, ...withFlags(fixed.remedy) },
  };
  if (flags.json) printJson(streams, { run, ...summary(last.task, start, end, classWeights), ...fixSummary });
  if (resume) refuseStopped(run, end);
}

/** A table as it is trained on. */
interface ReadData {
  readonly plan: TrainingPlan["data"];
  readonly prepared: Prepared;
  /** Where it is prepared once more: otherwise memory need not hold it while it is trained on. */
  readonly table: Table | undefined;
  readonly options: PrepareOptions;
  readonly given: GivenFlags;
  readonly origin: DataOrigin;
}

async function readData(data: GivenData, flagged: GivenFlags, isKept: boolean, streams: Streams): Promise<ReadData> {
  const { dataOptions, prepare, prepareStream } = await import("../engine.ts");
  const asked = await withFiles(flagged);
  const { table, stream, origin } = await tableOf(data, asked, streams);
  releaseMemory();
  // What was noticed is kept, so that new rows are read in the same way.
  const header = table.hasHeader ? asked.header : false;
  const given: GivenFlags = { ...asked, ...(header !== undefined && { header }), ...(stream && { stream: true }) };
  const options = await dataOptions(given);
  const streamed = stream && (await prepareStream(stream, options));
  const prepared = streamed?.sample ?? prepare(table, options);
  print(streams.stderr, (style) => describeData(table, prepared, style, streamed));
  return {
    ...{ prepared, options, given, table: isKept ? table : undefined, origin: withValidation(origin, given) },
    plan: streamed ? { options, prepare: async () => streamed } : prepared,
  };
}

const withValidation =
  (origin: DataOrigin, { validationData: other }: GivenFlags): DataOrigin =>
  async () => ({ ...(await origin()), ...(other !== undefined && { validation: await originOf([other].flat()) }) });

/** With the rate that a range test suggests, where it was asked for. */
async function withRate(
  { learningRate, ...flags }: GivenFlags,
  prepared: Prepared,
  streams: Streams,
): Promise<TrainFlags> {
  if (learningRate !== "auto") return { ...flags, learningRate };
  const { rangeTest } = await import("../engine.ts");
  const { suggestion, points } = await rangeTest(prepared, { ...settingsOf(flags), ranks: streams.ranks });
  const found =
    suggestion === undefined
      ? "A range test found no learning rate that lowers the loss; the usual one is taken."
      : `Learning rate ${suggestion}, from a range test of ${count(points.length, "step")}.`;
  print(streams.stderr, ({ width }) => [...wrap(found, width), ""]);
  return { ...flags, learningRate: suggestion };
}

interface Fixed {
  readonly remedy: Remedy;
  readonly steps: number;
  readonly training: Trained;
  /** Than the training before it, on the rows for validation: otherwise that one stands. */
  readonly isBetter: boolean;
}

/** What a training was made of. */
interface Restarted {
  readonly origin: DataOrigin;
  readonly table: Table;
  readonly options: PrepareOptions;
  readonly flags: TrainFlags;
  readonly lab: TrainingLab | undefined;
}

/** Tries remedies for what is wrong with a training and trains again with the best; undefined where there is none. */
async function restart(
  { origin, table, options, flags, lab }: Restarted,
  { run, events, end, error }: Trained,
  streams: Streams,
): Promise<Fixed | undefined> {
  const say = (text: string) => print(streams.stderr, ({ width }) => wrap(text, width));
  if (end?.reason === "interrupted") return undefined;
  if (flags.stream) {
    say(
      "Nothing was tried: the table is read in blocks, and remedies need it whole. Train on a part of it to find one.",
    );
    return undefined;
  }
  const { bestRemedy, dataOptions, prepare } = await import("../engine.ts");
  if (error instanceof ChainruleError) say(messageOf(error));
  const examination = await showExamination(events, table, options, flags, streams);
  if (examination.healthy) {
    say("Nothing to fix.");
    return undefined;
  }
  print(streams.stderr, (style) => [...renderVerdicts(examination.verdicts, style), ""]);
  const best = bestRemedy(examination);
  if (best === undefined) {
    say("Nothing that was tried lowered the loss enough to train again.");
    return undefined;
  }
  say(`Training again with ${best.change} (${flagText(best.settings)}).`);
  print(streams.stderr, () => [""]);
  const changed = { ...withChange(flags, best.settings), ...(flags.out !== undefined && { out: freeFolder(run) }) };
  const prepared = prepare(table, await dataOptions(changed));
  const training = await runTraining({ data: prepared, flags: changed, place: { origin }, lab }, streams);
  return { remedy: best, steps: examination.steps, training, isBetter: isBetter(training.end, end) };
}

/** "run-fixed", or with the first free number after it. */
function freeFolder(run: string): string {
  for (let n = 1; ; n++) {
    const folder = `${run.replace(/[/\\]+$/, "")}-fixed${n === 1 ? "" : `-${n}`}`;
    if (!existsSync(folder)) return folder;
  }
}

const resultOf = (end: EndEvent) => end.metrics.validation ?? end.metrics.train;

/** One that ended is better than one that failed; of two that ended the one with the better figure for people. */
function isBetter(end: EndEvent | undefined, before: EndEvent | undefined): boolean {
  if (end === undefined || before === undefined) return end !== undefined;
  const name = headline(resultOf(end), end.targets !== undefined);
  return name === undefined || !isWorseMetric(name, resultOf(end)[name]!, resultOf(before)[name]!);
}

function describeFix(before: Trained, { remedy, steps, training, isBetter }: Fixed, { width }: Style): string[] {
  const twins = `Restarted with ${flagText(remedy.settings)}. In twins, with ${remedySentence(remedy, steps)}`;
  const measured = (end?: EndEvent) => {
    const values = end && resultOf(end);
    const name = headline(values, end?.targets !== undefined);
    return name === undefined ? "no result" : `${metricLabel(name)} ${metricValue(name, values![name]!)}`;
  };
  const [now, then] = [measured(training.end), measured(before.end)];
  const whole = isBetter
    ? `The whole training: ${now}; the one before, in ${before.run}: ${then}.`
    : `The whole training, in ${training.run}, was worse: ${now} where the one before had ${then}. So that one stands.`;
  return ["", ...wrap(twins, width), ...wrap(whole, width)];
}
