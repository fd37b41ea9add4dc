// chainrule train --resume: a run that was cut off goes on; one that is finished says again what it said.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { count } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { isRecord } from "../ir/json.ts";
import type { RunReader } from "../runs/index.ts";
import { type RunSettings, savedSettings } from "../runs/run-settings.ts";
import type { EndEvent, StartEvent, TrainEvent } from "../train/events.ts";
import { isSetting, isStatedDefault } from "../train/settings/flags.ts";
import { isMapOf } from "../train/settings/value.ts";
import { originWords } from "./data-argument.ts";
import { describeFindings, describeNext, describeResult } from "./describe-training.ts";
import type { TrainingLab } from "./lab/training-lab.ts";
import { print, printJson, type Streams, shellWord } from "./output.ts";
import { resumedByRanks } from "./ranks.ts";
import { runTraining, summary } from "./run-training.ts";
import { printable, wrap } from "./terminal/text.ts";
import { type GivenFlags, type TrainFlags, withFiles } from "./train-flags.ts";

/** The folder of the run to go on with; undefined where a new one is to begin. */
export function runToResume({ resume, out, fix }: GivenFlags): string | undefined {
  if (resume === undefined) return undefined;
  if (fix)
    throw new ChainruleError(
      "USAGE",
      "--resume goes on with a run as it began, and --fix begins other runs. Leave out one of them.",
    );
  if (resume !== true && out !== undefined && resume !== out)
    throw new ChainruleError(
      "USAGE",
      `--resume ${shellWord(resume)} names a run, and --out ${shellWord(out)} another place. A run goes on in its own folder: leave out --out.`,
    );
  const dir = resume === true ? out : resume;
  if (dir === undefined)
    throw new ChainruleError(
      "USAGE",
      "Name the run to go on with: --resume RUN; or where it is, or is to be: --out RUN.",
    );
  return resume === true && !existsSync(join(dir, "run.json")) ? undefined : dir;
}

/** Settings that a run may go on with otherwise than before. */
const changeable = ["epochs", "backend", "threads", "deterministic"] as const;

export async function resumeTraining(
  dir: string,
  files: readonly string[],
  { resume, json, fix: _, out: __, tensorboard, ...all }: Omit<GivenFlags, "lab">,
  lab: TrainingLab | undefined,
  streams: Streams,
): Promise<void> {
  const given = withoutDefaults(all);
  const { isProgram, notHere, openRun, prepareStream, replayData, replayStream, resumeRun, runSettings } = await import(
    "./engine.ts"
  );
  const reader = await openRun(dir);
  const { data } = reader.manifest;
  if (isProgram(data))
    throw new ChainruleError("INVALID_RUN", `The run "${dir}" cannot go on here: ${notHere(data)} Go on there.`, {
      dir,
    });
  const before = runSettings(dir, reader.manifest.settings);
  // A command line that could begin the run says all of its settings.
  const isWhole = resume === true && all.target !== undefined;
  await checkGiven(reader, before, files, isWhole ? all : given, isWhole);
  const changes = Object.fromEntries(
    changeable.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]),
  );
  const flags = { ...before, ...changes, ...(tensorboard && { tensorboard }) } as TrainFlags;
  const words = await originWords(reader.manifest.data);
  const isFinished = reader.manifest.status === "finished";
  if (isFinished && !(given.epochs !== undefined && given.epochs > (await epochsOf(reader)))) {
    await sayAgain(reader, words, json === true, streams);
    return;
  }
  if (reader.manifest.status === "failed" && failure(reader) === "NON_FINITE_LOSS")
    throw new ChainruleError(
      "INVALID_RUN",
      `The run "${dir}" failed, since its loss was not finite, and would fail again from its last checkpoint. chainrule diagnose ${shellWord(dir)} says what may help; train again with that.`,
      { dir },
    );
  const streamed = await replayStream(reader);
  const plan = streamed
    ? { options: streamed.options, prepare: () => prepareStream(streamed.stream, streamed.options) }
    : (await replayData(reader, given.sql)).prepared;
  const resumed = await resumedByRanks(streams.ranks, dir, () =>
    resumeRun(dir, savedSettings(flags), dir, reader.manifest),
  );
  const { snapshot, notes } = resumed;
  print(streams.stderr, ({ width }) => [
    ...notes.flatMap((note) => wrap(printable(note), width)),
    ...wrap(
      snapshot === undefined
        ? `${printable(dir)} has no checkpoint yet: the training begins anew.`
        : `Going on with ${printable(dir)} after step ${snapshot.state.step}, ${count(snapshot.state.epoch, "epoch")}.`,
      width,
    ),
    ...otherBackend(snapshot?.backend, given.backend).flatMap((line) => wrap(line, width)),
    "",
  ]);
  const place = { ...resumed, data: reader.manifest.data };
  const last = await runTraining({ data: plan, flags, place, lab }, streams);
  const { run, task, start, end, findings, classWeights, error } = last;
  if (end === undefined) throw error;
  print(json ? streams.stderr : streams.stdout, (style) => [
    ...describeResult(end, start.validationRows, run, classWeights, style),
    ...describeFindings(findings, style),
    ...describeNext(run, words, findings, style),
  ]);
  if (json) printJson(streams, { run, ...summary(task, start, end, classWeights) });
  refuseStopped(run, end);
}

/** Who calls again until a run is finished must hear that it is not: throws RUN_STOPPED for a training that a signal, or somebody in the page, stopped. */
export function refuseStopped(run: string, { reason, steps }: EndEvent): void {
  if (reason !== "interrupted") return;
  throw new ChainruleError(
    "RUN_STOPPED",
    `The run "${run}" was stopped after step ${steps}, before its end. The same command goes on with it.`,
    { dir: run, step: steps },
  );
}

/** Without the defaults that command lines state: nobody asked for them. */
const withoutDefaults = <F extends object>(given: F): F =>
  Object.fromEntries(
    Object.entries(given).filter(([key, value]) => !(isSetting(key) && isStatedDefault(key, value))),
  ) as F;

const otherBackend = (before: string | undefined, now: string | undefined): string[] =>
  before === undefined || now === undefined || now === "auto" || now === before
    ? []
    : [
        `It was computed by ${before} so far, and is by ${now} from here on: its bits may differ from those of one that stayed.`,
      ];

const failure = ({ manifest: { summary: facts } }: RunReader): unknown =>
  typeof facts === "object" && facts !== null && "error" in facts ? facts.error : undefined;

async function epochsOf(reader: RunReader): Promise<number> {
  const start = (await reader.events()).find((event): event is StartEvent => event.type === "start");
  return start?.epochs ?? 0;
}

/** What a training notices by itself, or writes beside, is saved with what was asked for. */
const noticed: readonly string[] = ["header", "stream", "tensorboard"];

/** Throws USAGE where a command line asks for another training than the run's: by what it says, and where it is whole by what it leaves out, too. */
async function checkGiven(
  reader: RunReader,
  before: RunSettings,
  files: readonly string[],
  { sql, ...said }: GivenFlags,
  isWhole: boolean,
): Promise<void> {
  const { filesOf } = await import("./files.ts");
  const words = sql === undefined ? await filesOf(files) : ["--sql", sql];
  const own = await originWords(reader.manifest.data);
  if (words.length > 0 && words.join("\n") !== own.join("\n"))
    throw otherThan(
      reader.dir,
      `its data are ${own.map(shellWord).join(" ")}, and ${words.map(shellWord).join(" ")} is given`,
    );
  const { learningRate, ...asked } = await withFiles(said);
  // The rate that a range test found stands in the run.
  const rate = learningRate === "auto" ? before.learningRate : learningRate;
  const given = { ...asked, ...(rate !== undefined && { learningRate: rate }) };
  const now = savedSettings(given) as Readonly<Record<string, unknown>>;
  const then = savedSettings(before) as Readonly<Record<string, unknown>>;
  const free = savedSettings(Object.fromEntries(changeable.map((key) => [key, before[key] ?? given[key]]))) as object;
  const left = isWhole ? Object.keys(then).filter((name) => now[name] === undefined && !noticed.includes(name)) : [];
  const differs = (name: string) => JSON.stringify(now[name]) !== JSON.stringify(then[name]);
  const odd = [...Object.keys(now).filter((name) => now[name] !== undefined), ...left].find(
    (name) => !Object.hasOwn(free, name) && differs(name),
  );
  if (odd !== undefined)
    throw otherThan(
      reader.dir,
      `its "${odd}" is ${JSON.stringify(then[odd]) ?? "not set"}, and ${JSON.stringify(now[odd]) ?? "none"} is given`,
    );
}

const otherThan = (dir: string, what: string): ChainruleError =>
  new ChainruleError(
    "USAGE",
    `The run "${dir}" goes on as it began, but for --epochs and what computes it: ${what}. Leave that out, or train a new run.`,
    { dir },
  );

/** What the training printed at its end. */
async function sayAgain(reader: RunReader, data: readonly string[], json: boolean, streams: Streams): Promise<void> {
  const { diagnose } = await import("./engine.ts");
  const { dir, manifest } = reader;
  const events: TrainEvent[] = await reader.events();
  const start = events.find((event): event is StartEvent => event.type === "start");
  const end = events.findLast((event): event is EndEvent => event.type === "end");
  if (start === undefined || end === undefined)
    throw new ChainruleError("INVALID_RUN", `The run "${dir}" is finished, and its events do not say how.`, { dir });
  const findings = diagnose(events);
  const facts = isRecord(manifest.summary) ? manifest.summary : {};
  const weights = isMapOf(facts.classWeights, Number.isFinite) ? facts.classWeights : undefined;
  const classWeights = weights as Record<string, number> | undefined;
  print(json ? streams.stderr : streams.stdout, (style) => [
    ...describeResult(end, start.validationRows, dir, classWeights, style),
    ...describeFindings(findings, style),
    ...describeNext(dir, data, findings, style),
  ]);
  if (json) printJson(streams, { run: dir, ...facts });
}
