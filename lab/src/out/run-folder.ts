// The run folder of a training of the page: the training repeated from its first step, written as chainrule train writes it.
import { prepare } from "chainrule/data";
import {
  createRun,
  type RunMap,
  savedSettings,
  saveTable,
  settingsOf,
  sharedOptions,
  textOptions,
} from "chainrule/runs";
import {
  failureEvent,
  HeldTraining,
  isNonFinite,
  type TableTelling,
  type TrainEvent,
  tableTelling,
} from "chainrule/train";
import type { Intervention, Recipe } from "../recipe/recipe.ts";
import { applyInterventions } from "../training/interventions.ts";
import type { OwnFile } from "../training/open.ts";
import { settingsOfRecipe, sourceOf } from "./source.ts";

/** Steps between two words on how far it is. */
const stride = 256;

export interface RunFolder {
  /** Of the folder: "xor-120". */
  readonly name: string;
  readonly files: RunMap;
  /** The table, whose hash the run knows: beside the folder it is found again. */
  readonly source: OwnFile;
}

/**
 * As far as `step`. A training that is not at its end there is one that was interrupted: `chainrule train --resume` goes on with it.
 * Not for a lesson, which
 * has no table. Throws what reading and preparing it throw.
 */
export async function runFolder(
  recipe: Recipe,
  step: number,
  { file, onStep = () => {} }: { readonly file?: OwnFile; onStep?(step: number): void } = {},
): Promise<RunFolder> {
  const settings = settingsOfRecipe(recipe);
  const source = (await sourceOf(recipe, file))!;
  // As the file says it: row numbers are its lines.
  const { parseTable } = await import("../training/readers.ts");
  const table = await parseTable(source.bytes, { source: source.name, ...textOptions(settings) });
  const telling = tableTelling(prepare(table, sharedOptions(settings)), { ...settingsOf(settings), threads: 1 });
  const held = await HeldTraining.load(telling.options);
  const start = held.started();
  const files: RunMap = new Map();
  const name = `${source.name.replace(/\.\w+$/, "")}-${step}`;
  const run = await createRun(
    {
      name,
      seed: start.seed,
      backend: start.backend,
      data: { file: source.name, sha256: await sha256(source.bytes) },
      settings: savedSettings(settings),
    },
    files,
  );
  const tell = (event: TrainEvent) => {
    if (event.type !== "progress") run.appendEvent(telling.event(event));
  };
  try {
    tell(start);
    tell(telling.data(start.batchSize));
    await runTo(held, step, recipe.interventions, { tell, onStep });
    await run.saveCheckpoint(held.snapshot());
    const { event, result } = await held.finish();
    const isEnded = event.reason === "patience" || held.epoch >= start.epochs;
    tell(telling.examples(result.variables));
    tell(isEnded ? event : { ...event, reason: "interrupted" });
    await saveTable(run, { ...telling.untrained, variables: result.variables });
    const { metrics } = telling.measured(result);
    await run.finish(isEnded ? "finished" : "interrupted", summary(telling, { steps: held.step, metrics }, recipe));
  } catch (error) {
    if (!isNonFinite(error)) throw error;
    tell(failureEvent(error));
    const { variables } = error.details;
    await saveTable(run, { ...telling.untrained, variables });
    await run.finish("failed", { error: error.code });
  } finally {
    held.dispose();
  }
  return { name, files, source };
}

/** What was changed by hand is said there alone: no flag sets it. */
const summary = ({ settings }: TableTelling, came: object, { interventions }: Recipe) =>
  ({ ...came, loss: settings.loss, ...(interventions.length > 0 && { interventions }) }) as never;

async function runTo(
  held: HeldTraining,
  step: number,
  interventions: readonly Intervention[],
  { tell, onStep }: { tell(event: TrainEvent): void; onStep(step: number): void },
): Promise<void> {
  applyInterventions(held, interventions);
  while (held.step < step) {
    const before = held.step;
    const changed = interventions.find(({ after }) => after > before)?.after ?? Number.POSITIVE_INFINITY;
    for (const event of await held.run(Math.min(step, changed, before + stride) - before)) tell(event);
    if (held.step === before) return;
    applyInterventions(held, interventions);
    onStep(held.step);
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
