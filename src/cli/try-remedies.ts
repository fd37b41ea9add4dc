// What a diagnosis trains itself, and shows: networks on parts of the table, and twins with remedies.

import type { PrepareOptions, Table } from "../data/index.ts";
import type { Recipe } from "../diagnose/change.ts";
import type { Measured } from "../diagnose/measure/measure-table.ts";
import type { Trials } from "../diagnose/try-remedies.ts";
import type { Verdict } from "../diagnose/verdict.ts";
import { settingsOf } from "../runs/run-settings.ts";
import type { TrainEvent } from "../train/events.ts";
import { print, type Streams } from "./output.ts";
import { twinLines } from "./terminal/diagnosis.ts";
import { wrap } from "./terminal/text.ts";
import type { TrainFlags } from "./train-flags.ts";

/** A line on stderr before it. */
export async function showMeasuring(
  table: Table,
  data: PrepareOptions,
  flags: TrainFlags,
  streams: Streams,
): Promise<Measured> {
  const { measureTable } = await import("./engine.ts");
  print(streams.stderr, ({ colors, width }) =>
    wrap("Training networks on parts of the table, and asking them for the others …", width).map(colors.dim),
  );
  const measured = await measureTable(table, { data, settings: settingsOf(flags) });
  print(streams.stderr, () => [""]);
  return measured;
}

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
