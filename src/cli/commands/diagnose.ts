// chainrule diagnose: what is wrong with a run, since when and why, and what was tried against it.
import { Argument } from "commander";
import type { Diagnosis, Findings } from "../../diagnose/verdict.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { RunReader } from "../../runs/index.ts";
import { runSettings } from "../../runs/run-settings.ts";
import type { TrainEvent } from "../../train/events.ts";
import { type CommandRecord, jsonOption } from "../command.ts";
import { originWords } from "../data-argument.ts";
import { showExamination } from "../examination.ts";
import { print, printJson, type Streams } from "../output.ts";
import { eventsOf } from "../run-events.ts";
import { messageOf } from "../setting-advice.ts";
import { renderDiagnosis, type Tried, type Unfinished, withFlags } from "../terminal/diagnosis.ts";
import type { Style } from "../terminal/style.ts";
import { commandLine, withChange } from "../train-flags.ts";

interface DiagnoseFlags {
  readonly json?: true;
}

export const diagnoseCommand: CommandRecord<[run: string], DiagnoseFlags> = {
  name: "diagnose",
  summary: "say what is wrong with a run, and try what mends it",
  description:
    "Says what is wrong with a training, in which layers, since which step and why; asks networks that have not seen a row whether its label and its columns can be right; and tries remedies in short twins of the training, from the same seed.",
  arguments: [new Argument("<run>", "the run folder of a training")],
  options: [jsonOption()],
  examples: ["diagnose runs/2026-01-31-iris-1", "diagnose runs/2026-01-31-iris-1 --json | jq .verdicts"],
  hint: "chainrule train … --fix diagnoses, and restarts with the best remedy.",
  run: ([run], flags, streams) => diagnoseRun(run, flags, streams),
};

async function diagnoseRun(dir: string, { json }: DiagnoseFlags, streams: Streams): Promise<void> {
  const { openRun } = await import("../engine.ts");
  const run = await openRun(dir);
  const events = await eventsOf(run, streams);
  if (!events.some(({ type }) => type === "start")) {
    throw new ChainruleError("INVALID_RUN", `The run "${dir}" ended before it began: it holds no event. Train again.`, {
      dir,
      file: "events.jsonl",
    });
  }
  const { diagnosis, tried, next } = await diagnosed(run, events, streams);
  const unfinished = unfinishedOf(events);
  print(json ? streams.stderr : streams.stdout, (style) => [
    ...renderDiagnosis(dir, diagnosis, { tried, ...(unfinished && { unfinished }) }, style),
    ...(next === undefined ? [] : nextLines(next, style)),
  ]);
  if (!json) return;
  const untried = "untried" in tried && { untried: tried.untried };
  const verdicts = diagnosis.verdicts.map((verdict) => ({ ...verdict, remedies: verdict.remedies.map(withFlags) }));
  const { healthy, ledger } = diagnosis;
  printJson(streams, { healthy, verdicts, ledger, ...untried, ...(unfinished && { unfinished }) });
}

/** How far a training has come that goes on, or was cut off; undefined where it has ended. */
function unfinishedOf(events: readonly TrainEvent[]): Unfinished | undefined {
  if (events.some(({ type }) => type === "end" || type === "failure")) return undefined;
  const last = events.findLast((event) => "step" in event);
  return { step: last !== undefined && "step" in last ? last.step : 0 };
}

const nextLines = (command: string, { colors }: Style): string[] => [
  "",
  colors.dim("Next, with the best of what was tried:"),
  `  ${colors.cyan(command)}`,
];

interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly tried: Tried;
  /** The command that trains with the best remedy. */
  readonly next?: string;
}

async function diagnosed(run: RunReader, events: TrainEvent[], streams: Streams): Promise<Diagnosed> {
  const { bestRemedy, diagnose, replayData } = await import("../engine.ts");
  try {
    const { table, options } = await replayData(run);
    const flags = runSettings(run.dir, run.manifest.settings);
    const examination = await showExamination(events, table, options, flags, streams);
    const best = bestRemedy(examination);
    return {
      diagnosis: examination,
      tried: { steps: examination.steps },
      ...(best && {
        next: commandLine(await originWords(run.manifest.data), withChange(flags, best.settings)),
      }),
    };
  } catch (error) {
    if (!(error instanceof ChainruleError && error.code === "INVALID_RUN")) throw error;
    return { diagnosis: untriedOf(diagnose(events)), tried: { untried: messageOf(error) } };
  }
}

const untriedOf = (findings: Findings): Diagnosis => ({
  ...findings,
  verdicts: findings.verdicts.map((verdict) => ({ ...verdict, remedies: [] })),
});
