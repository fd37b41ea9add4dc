// What is wrong with a training of the page, as chainrule diagnose says it: in a chunk of its own.
import { type Candidate, candidatesFor, diagnose, type Verdict } from "chainrule/diagnose";
import { settingsOf, sharedOptions } from "chainrule/runs";
import {
  failureEvent,
  flagText,
  type HeldTraining,
  isNonFinite,
  type StartEvent,
  type TableTelling,
  type TrainEvent,
  tableTelling,
} from "chainrule/train";
import { settingsOfRecipe } from "../out/source.ts";
import type { Recipe } from "../recipe/recipe.ts";
import type { LabTraining } from "./lab-training.ts";

/** A change that may help, and the flags of it. */
export interface Suggestion extends Candidate {
  readonly flags: string;
}

export interface DiagnosedVerdict extends Verdict {
  /** Not tried. Those that need a range test are found by an examination alone. */
  readonly suggestions: readonly Suggestion[];
}

export interface LabDiagnosis {
  /** Steps that it is of. */
  readonly step: number;
  readonly verdicts: readonly DiagnosedVerdict[];
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
  return training.held((held) => ({
    step: held.step,
    verdicts: diagnose(eventsOf(training, recipe, held)).verdicts.map((verdict) => ({
      ...verdict,
      suggestions: suggestionsFor(verdict, training, recipe),
    })),
  }));
}

function eventsOf(training: LabTraining, recipe: Recipe, held: HeldTraining): readonly TrainEvent[] {
  const start = held.started();
  const told = tellingOf(training, recipe, start);
  const { failure } = training;
  const error = told?.telling.error(failure) ?? failure;
  const events = training.events.upTo(held.step);
  return [
    start,
    ...(told ? [told.data] : []),
    ...(told ? events.map((event) => told.telling.event(event)) : events),
    ...(isNonFinite(error) ? [failureEvent(error)] : []),
  ];
}

/** What an examination of a training goes by. */
export interface ToExamine {
  readonly step: number;
  /** Up to that step. */
  readonly events: readonly TrainEvent[];
  /** Of a training that is at its end: what is told there of its result. */
  readonly result: readonly TrainEvent[];
}

/** Of a table's training. It stays as it was. */
export function toExamine(training: LabTraining, recipe: Recipe): Promise<ToExamine> {
  return training.held(async (held) => ({
    step: held.step,
    events: eventsOf(training, recipe, held),
    result: training.failure === undefined ? await resultOf(held, tellings.get(training)!.telling) : [],
  }));
}

async function resultOf(held: HeldTraining, telling: TableTelling): Promise<readonly TrainEvent[]> {
  const now = held.snapshot();
  try {
    const { event, result } = await held.finish();
    const isAtEnd = event.reason === "patience" || held.epoch >= held.started().epochs;
    return isAtEnd ? [telling.examples(result.variables), telling.event(event)] : [];
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    return [];
  } finally {
    await held.restore(now);
  }
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
