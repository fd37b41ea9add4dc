// A training in its run folder, new or taken up again: events, checkpoints, model and summary, whatever the end.
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Prepared, PreparedStream, PrepareOptions, StoredRows } from "../data/index.ts";
import { bytes, count } from "../data/wording.ts";
import type { Findings } from "../diagnose/verdict.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Variables } from "../nn/index.ts";
import type { ResumedRun, RunDescription, RunWriter } from "../runs/index.ts";
import { savedSettings, settingsOf } from "../runs/run-settings.ts";
import type { EndEvent, StartEvent, TrainEvent } from "../train/events.ts";
import type { TableModel, TableTraining } from "../train/index.ts";
import { CheckpointSaver } from "./checkpoint-saver.ts";
import { describeWaiting } from "./describe-training.ts";
import { interruptible } from "./interrupt.ts";
import type { TrainingLab } from "./lab/training-lab.ts";
import { type Streams, shellWord } from "./output.ts";
import { isWriter, textFromFirst, unwritten } from "./ranks.ts";
import { nameOf } from "./table-of.ts";
import { TensorBoardFile } from "./tensorboard-file.ts";
import { type Reporter, reporter } from "./terminal/reporter.ts";
import { printable } from "./terminal/text.ts";
import type { TrainFlags } from "./train-flags.ts";

/** A training in its run folder: with its end, or with what it failed by. */
export interface Trained {
  readonly run: string;
  readonly task: Prepared["task"];
  readonly start: StartEvent;
  readonly end?: EndEvent;
  readonly error?: unknown;
  readonly events: readonly TrainEvent[];
  readonly findings: Findings;
  readonly classWeights?: ClassWeights;
}

/** By the names of the classes; undefined where rows of all weigh alike. */
export type ClassWeights = TableTraining["classWeights"];

/** What a run's description says of its data. */
export type DataOrigin = () => Promise<RunDescription["data"]>;

/** A table that is read in blocks, and how it is prepared. */
export interface StreamedData {
  readonly options: PrepareOptions;
  prepare(): Promise<PreparedStream>;
}

export interface TrainingPlan {
  readonly data: Prepared | StreamedData;
  readonly flags: TrainFlags;
  /** For the description of a new run; or the run that goes on. */
  readonly place: { readonly origin: DataOrigin } | (ResumedRun & Pick<RunDescription, "data">);
  /** Shows the training in a page, from which it can be paused and stopped. */
  readonly lab?: TrainingLab | undefined;
}

/** Trains and writes the run folder, whatever the end. */
export async function runTraining(plan: TrainingPlan, streams: Streams): Promise<Trained> {
  const { Watch } = await import("./engine.ts");
  const { lab } = plan;
  const view = await reporter(streams.stderr);
  const watch = new Watch();
  const onInterrupt = () => view.note("Stopping, with the best weights so far. Press Ctrl-C again to end at once.");
  try {
    await lab?.open("writer" in plan.place ? plan.place.writer.dir : plan.flags.out, view.note);
    return await interruptible(onInterrupt, (own) => {
      const signal = lab ? AbortSignal.any([own, lab.control.signal]) : own;
      return trainAndSave(plan, { watch, view, signal, ranks: streams.ranks });
    });
  } finally {
    lab?.end();
    view.close();
  }
}

interface Around {
  readonly watch: InstanceType<typeof import("./engine.ts")["Watch"]>;
  readonly view: Reporter;
  readonly signal: AbortSignal;
  readonly ranks: Streams["ranks"];
}

async function trainAndSave(plan: TrainingPlan, around: Around): Promise<Trained> {
  const { watch, view, signal, ranks } = around;
  const { trainTable } = await import("./engine.ts");
  const { flags, data, place, lab } = plan;
  const resumed = "writer" in place ? place : undefined;
  const resume = resumed?.snapshot;
  const streamed = "prepare" in data ? await rowsOf(plan, data, around) : undefined;
  const prepared = streamed?.prepared ?? (data as Prepared);
  const training = trainTable(prepared, {
    ...settingsOf(flags),
    ...(lab && { hold: () => lab.control.held(signal) }),
    ...{ signal, resume, ranks },
  });
  const { classWeights } = training;
  let run = streamed?.run ?? resumed?.writer;
  let saver: CheckpointSaver | undefined;
  let start: StartEvent | undefined;
  let end: EndEvent | undefined;
  const board = flags.tensorboard && isWriter(ranks) ? await TensorBoardFile.make(view.note) : undefined;
  try {
    for await (const event of training) {
      if (event.type === "start") {
        start = event;
        run ??= isWriter(ranks) ? await newRun(plan, event) : unwritten("");
        lab?.begin(run.dir);
        board?.open(run.dir, resumed);
        await run.saveDescription(await describedModel(training));
        saver = new CheckpointSaver(run, view.note);
      }
      // What stands before the end is told again where the training goes on further than planned.
      if (event.type === "examples") await saver!.last(training.snapshot());
      if (event.type === "end") end = event;
      // The beginning was told before.
      if (resume === undefined || !(event.type === "start" || event.type === "data")) {
        run!.appendEvent(event);
        board?.add(event);
        view.show(event);
        if (event.type === "ranks") for (const note of describeWaiting(event)) view.note(note);
        for (const verdict of watch.add(event)) view.note(`${verdict.severity}: ${printable(verdict.message)}`);
      } else if (event.type === "start") showAgain(event, resumed!.events, { watch, view });
      if (event.type === "epoch" || event.type === "progress") saver!.consider(training.snapshot);
    }
    const { trained } = await training.result();
    const status = end!.reason === "interrupted" ? "interrupted" : "finished";
    await saveResult(run!, trained, status, summary(prepared.task, start!, end!, classWeights));
    if (status === "finished") await streamed?.remove();
    else if (streamed)
      view.note(`The encoded rows stay in ${printable(join(run!.dir, "rows"))}, to go on with --resume.`);
    const weights = classWeights && { classWeights };
    return {
      run: run!.dir,
      task: prepared.task,
      start: start!,
      end: end!,
      events: watch.events,
      findings: watch.findings(),
      ...weights,
    };
  } catch (error) {
    if (run === undefined) throw error;
    await saver?.settled();
    const { task } = prepared;
    return { task, ...(await failed(run, training, error, around, start)) };
  } finally {
    board?.close();
    await prepared.buckets?.close();
  }
}

/** Collective. The rows of a table in blocks: of ranks the first encodes them, and all read them where it wrote them. */
async function rowsOf(plan: TrainingPlan, data: StreamedData, around: Omit<Around, "watch">): Promise<EncodedRows> {
  const { ranks, view } = around;
  if (ranks === undefined) return inBuckets(plan, data, around);
  let encoded: EncodedRows | undefined;
  const dir = await textFromFirst(ranks, async () => {
    encoded = await inBuckets(plan, data, around);
    return encoded.run.dir;
  });
  if (encoded !== undefined) return encoded;
  const { rowFiles } = await import("./engine.ts");
  const { place } = plan;
  const { open } = rowFiles(dir!, keyOf("writer" in place ? place.data : await place.origin()));
  const prepared = await preparedBefore(await open(), data.options, view);
  if (prepared === undefined)
    throw new ChainruleError(
      "INVALID_RUN",
      `Every rank must reach the rows that rank 0 encoded in the run folder "${dir}"; rank ${ranks.rank} finds none. Name a folder that all machines share: --out.`,
      { dir, rank: ranks.rank },
    );
  return { prepared, run: unwritten(dir!), remove: async () => {} };
}

interface EncodedRows {
  readonly prepared: Prepared;
  readonly run: RunWriter;
  remove(): Promise<void>;
}

/** The rows of a table in blocks, encoded in the folder of the run, which begins with that: those that are there from before, or all anew. */
async function inBuckets(
  plan: TrainingPlan,
  { options, prepare }: StreamedData,
  { view, signal }: Omit<Around, "watch">,
): Promise<EncodedRows> {
  const { backendOf, rowFiles, trainTable } = await import("./engine.ts");
  const { flags, place } = plan;
  const origin = "writer" in place ? place.data : await place.origin();
  const rowsIn = (dir: string) => rowFiles(dir, keyOf(origin));
  if ("writer" in place) {
    const { open, remove } = rowsIn(place.writer.dir);
    const prepared = await preparedBefore(await open(), options, view);
    if (prepared !== undefined) return { prepared, run: place.writer, remove };
  }
  const stream = await prepare();
  // What cannot be trained is said before all rows are encoded.
  const { settings } = trainTable(stream.sample, settingsOf(flags));
  const run =
    "writer" in place ? place.writer : await newRun(plan, { seed: settings.seed, backend: backendOf(settings).name });
  const files = rowsIn(run.dir);
  view.note(
    `Encoding ${count(stream.rows, "row")} once, ${bytes(stream.bytes)} in ${printable(run.dir)} until the end.`,
  );
  try {
    return { prepared: await stream.encode(files.store, { signal }), run, remove: files.remove };
  } catch (error) {
    const code = error instanceof ChainruleError ? error.code : String(error);
    await run.finish(signal.aborted ? "interrupted" : "failed", { error: code }).catch(() => {});
    if (!signal.aborted) throw error;
    throw new ChainruleError(
      "INVALID_RUN",
      `The training was stopped before its first step, while the rows were encoded. It begins anew with chainrule train --resume ${shellWord(run.dir)}.`,
      { dir: run.dir },
    );
  }
}

/** Undefined where there are none, or they are damaged: they are encoded anew. */
async function preparedBefore(
  stored: StoredRows | undefined,
  { validationTable }: PrepareOptions,
  view: Reporter,
): Promise<Prepared | undefined> {
  const { preparedRows } = await import("./engine.ts");
  try {
    return stored && (await preparedRows(stored, validationTable));
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "MALFORMED_DATA") throw error;
    view.note(`warning: ${printable(error.message)}`);
    return undefined;
  }
}

/** What the rows are of. */
const keyOf = (data: RunDescription["data"]): string =>
  "program" in data
    ? data.program
    : "sql" in data
      ? data.sha256
      : [data, ...(data.further ?? [])].map(({ sha256 }) => sha256).join(" ");

async function newRun(
  { flags, place }: TrainingPlan,
  { backend, seed }: Pick<StartEvent, "backend" | "seed">,
): Promise<RunWriter> {
  const { createRun } = await import("./engine.ts");
  const data = await (place as { origin: DataOrigin }).origin();
  return createRun({ name: nameOf(data), seed, backend, data, settings: savedSettings(flags) }, flags.out);
}

async function describedModel({ untrained }: TableTraining) {
  const { modelJson } = await import("./engine.ts");
  return modelJson(untrained);
}

/** What was told before the training was put aside: for the view, and for what verdicts are made of. */
function showAgain(
  start: StartEvent,
  events: readonly TrainEvent[],
  { watch, view }: Pick<Around, "watch" | "view">,
): void {
  view.show(start);
  for (const event of events) watch.add(event);
  const last = events.findLast(({ type }) => type === "epoch");
  if (last !== undefined) view.show(last);
}

/** The model is not lost with its folder: where that cannot be written, it is saved elsewhere, and the error says so. */
async function saveResult(run: RunWriter, trained: TableModel, status: "finished" | "interrupted", facts: object) {
  const { saveModel, saveTable } = await import("./engine.ts");
  try {
    await saveTable(run, trained);
    await run.finish(status, facts as Parameters<RunWriter["finish"]>[1]);
  } catch (cause) {
    const path = join(tmpdir(), `${basename(run.dir)}-${process.pid}.safetensors`);
    await saveModel(path, trained);
    throw new ChainruleError(
      "INVALID_RUN",
      `The run folder "${run.dir}" could not be written at the end (${(cause as Error).message}). The trained model is saved in ${path}: loadModel of "chainrule/train" reads it.`,
      { dir: run.dir, path },
      { cause },
    );
  }
}

/** Keeps what can be kept: the last finite weights, or the checkpoint of the last good step. */
async function failed(
  run: RunWriter,
  { untrained }: TableTraining,
  error: unknown,
  { watch, view }: Around,
  start: StartEvent | undefined,
): Promise<Omit<Trained, "task">> {
  const { saveTable } = await import("./engine.ts");
  const isNonFinite = error instanceof ChainruleError && error.code === "NON_FINITE_LOSS";
  if (isNonFinite) {
    const { variables } = error.details as { variables: Variables };
    await saveTable(run, { ...untrained, variables });
    view.note(`The last finite weights are saved in ${run.dir}`);
  }
  const code = error instanceof ChainruleError ? error.code : String(error);
  await run.finish("failed", { error: code }).catch((cause: unknown) => {
    view.note(`warning: the run folder could not be written at the end (${(cause as Error).message}).`);
  });
  if (!isNonFinite) throw error;
  return { run: run.dir, start: start!, error, events: watch.events, findings: watch.findings() };
}

/** What run.json says of a training that came to its end, and `--json` prints. */
export function summary(task: Prepared["task"], start: StartEvent, end: EndEvent, classWeights: ClassWeights) {
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
    ...(start.ranks !== undefined && { ranks: start.ranks }),
    metrics: { ...end.metrics },
    ...(end.targets && { targets: end.targets.map((target) => ({ ...target })) }),
    ...(classWeights && { classWeights }),
    layers: end.layers.map(({ name, gradientRms, updateRatio }) => ({ name, gradientRms, updateRatio })),
  };
}
