// Tries remedies for a training that is wrong, and shows each twin as it ends.

import type { PrepareOptions, Table } from "../data/index.ts";
import type { Recipe } from "../diagnose/change.ts";
import type { Trials } from "../diagnose/try-remedies.ts";
import type { Verdict } from "../diagnose/verdict.ts";
import { settingsOf } from "../runs/run-settings.ts";
import type { TrainEvent } from "../train/events.ts";
import { print, type Streams } from "./output.ts";
import { twinLines } from "./terminal/diagnosis.ts";
import type { TrainFlags } from "./train-flags.ts";

/** A line or two per twin, on stderr. */
export async function showTrials(
  verdicts: readonly Verdict[],
  events: readonly TrainEvent[],
  table: Table,
  data: PrepareOptions,
  flags: TrainFlags,
  streams: Streams,
): Promise<Trials> {
  const { tryRemedies } = await import("./engine.ts");
  const recipe: Recipe = { data, settings: settingsOf(flags) };
  const trials = await tryRemedies(verdicts, events, table, recipe, (twin) =>
    print(streams.stderr, (style) => [
      ...(twin.index === 0 ? ["Trying remedies in short twins of the training:"] : []),
      ...twinLines(twin, style).map(style.colors.dim),
    ]),
  );
  if (trials.steps > 0) print(streams.stderr, () => [""]);
  return trials;
}
