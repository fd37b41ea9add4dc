// What a diagnosis trains itself, and shows: networks on parts of the table, and twins with remedies.

import type { PrepareOptions, Table } from "../data/index.ts";
import type { Recipe } from "../diagnose/change.ts";
import type { Examination } from "../diagnose/examine.ts";
import { settingsOf } from "../runs/run-settings.ts";
import type { TrainEvent } from "../train/events.ts";
import { print, type Streams } from "./output.ts";
import { twinLines } from "./terminal/diagnosis.ts";
import { wrap } from "./terminal/text.ts";
import type { TrainFlags } from "./train-flags.ts";

/** A line on stderr before each part, and one or two per twin. */
export async function showExamination(
  events: readonly TrainEvent[],
  table: Table,
  data: PrepareOptions,
  flags: TrainFlags,
  streams: Streams,
): Promise<Examination> {
  const { examine } = await import("./engine.ts");
  const recipe: Recipe = { data, settings: settingsOf(flags) };
  print(streams.stderr, ({ colors, width }) =>
    wrap("Training networks on parts of the table, and asking them for the others …", width).map(colors.dim),
  );
  const examination = await examine(events, table, recipe, (twin) =>
    print(streams.stderr, (style) => [
      ...(twin.index === 0 ? ["Trying remedies in short twins of the training:"] : []),
      ...twinLines(twin, style).map(style.colors.dim),
    ]),
  );
  print(streams.stderr, () => [""]);
  return examination;
}
