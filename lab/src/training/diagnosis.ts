// What is wrong with a training of the page, as chainrule diagnose says it: in a chunk of its own.
import {
  type Candidate,
  candidatesFor,
  diagnose,
  type TwinReport,
  tryRemedies,
  type Verdict,
} from "chainrule/diagnose";
import { settingsOf, sharedOptions } from "chainrule/runs";
import {
  failureEvent,
  flagText,
  isNonFinite,
  type StartEvent,
  type TableTelling,
  type TrainEvent,
  tableTelling,
} from "chainrule/train";
import { settingsOfRecipe } from "../out/source.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { LabTraining } from "./lab-training.ts";
import type { OwnFile } from "./open.ts";
import { readTable } from "./open-table.ts";

/** A change that may help, and the flags of it. */
export interface Suggestion extends Candidate {
  readonly flags: string;
}

export interface DiagnosedVerdict extends Verdict {
  /** Not tried. Those that need a range test are found by the trials alone. */
  readonly suggestions: readonly Suggestion[];
}

export interface LabDiagnosis {
  /** Steps that it is of. */
  readonly step: number;
  readonly start: StartEvent;
  readonly verdicts: readonly DiagnosedVerdict[];
}

/** A twin that has been trained, with the flags of what it has otherwise. */
export interface TriedReport extends TwinReport {
  readonly flags: string;
}

/** How a table's training tells; kept, since profiling the data takes a pass over its rows. */
const tellings = new WeakMap<LabTraining, { readonly telling: TableTelling; readonly data: TrainEvent }>();

function tellingOf(training: LabTraining, recipe: Recipe, start: StartEvent) {
  const { prepared } = training.opened;
  if (prepared === undefined) return undefined;
  let found = tellings.get(training);
  if (found === undefined) {
    const telling = tableTelling(prepared, settingsOf(settingsOfRecipe(recipe)));
    tellings.set(training, (found = { telling, data: telling.data(start.batchSize) }));
  }
  return found;
}

/** Of its events up to the step where it is; of a lesson without what is only known of tables, and without remedies. */
export function diagnosisOf(training: LabTraining, recipe: Recipe): Promise<LabDiagnosis> {
  return training.held((held) => {
    const start = held.started();
    const told = tellingOf(training, recipe, start);
    const { failure } = training;
    const error = told?.telling.error(failure) ?? failure;
    const events = training.events.upTo(held.step);
    const { verdicts } = diagnose([
      start,
      ...(told ? [told.data] : []),
      ...(told ? events.map((event) => told.telling.event(event)) : events),
      ...(isNonFinite(error) ? [failureEvent(error)] : []),
    ]);
    return {
      step: held.step,
      start,
      verdicts: verdicts.map((verdict) => ({ ...verdict, suggestions: suggestionsFor(verdict, training, recipe) })),
    };
  });
}

function suggestionsFor(verdict: Verdict, training: LabTraining, recipe: Recipe): readonly Suggestion[] {
  const { prepared } = training.opened;
  const told = tellings.get(training);
  if (prepared === undefined || told === undefined) return [];
  const settings = settingsOfRecipe(recipe);
  const baseline = {
    data: sharedOptions(settings),
    settings: settingsOf(settings),
    prepared,
    resolved: told.telling.settings,
    batchSize: training.describe().batchSize,
  };
  return candidatesFor(verdict, baseline).map((candidate) => ({ ...candidate, flags: flagText(candidate.change) }));
}

/** Trains twins with the remedies of the verdicts, and without: a second or two each. Not for a lesson. */
export async function trialsOf(
  { start, verdicts }: Pick<LabDiagnosis, "start" | "verdicts">,
  recipe: Recipe,
  { file, onTwin }: { readonly file?: OwnFile | undefined; onTwin(report: TriedReport): void },
): Promise<number> {
  const settings = settingsOfRecipe(recipe);
  const { table } = await readTable(recipe, file);
  const own = { data: sharedOptions(settings), settings: { ...settingsOf(settings), threads: 1 } };
  const { steps } = await tryRemedies(verdicts, [start], table, own, (report) =>
    onTwin({ ...report, flags: flagText(report.change) }),
  );
  return steps;
}
