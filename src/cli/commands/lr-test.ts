// chainrule lr-test: which learning rate suits a table and a network.
import { ChainruleError } from "../../ir/errors.ts";
import { settingsOf } from "../../runs/run-settings.ts";
import { dataSettings, networkSettings, textSettings, trainingSettings } from "../../train/settings/index.ts";
import { type CommandRecord, jsonOption, under } from "../command.ts";
import { dataArgument, dataJson, dataWords, givenData, sqlOption } from "../data-argument.ts";
import { print, printJson, type Streams } from "../output.ts";
import { settingOptions } from "../setting-flags.ts";
import { tableOf } from "../table-of.ts";
import { renderRangeTest } from "../terminal/range-test.ts";
import type { Style } from "../terminal/style.ts";
import { printable, wrap } from "../terminal/text.ts";
import { commandLine, givenFlags, type TrainFlags, withFiles } from "../train-flags.ts";

export const lrTestCommand: CommandRecord<[data: readonly string[]]> = {
  name: "lr-test",
  summary: "find a learning rate for a table",
  description:
    "Tests learning rates on a table: one short training whose rate grows at every step, up to where the loss goes up without end.",
  arguments: [dataArgument()],
  options: [
    ...under("Data:", [sqlOption(), ...settingOptions({ ...textSettings, ...dataSettings }, { course: false })]),
    ...under("Network:", settingOptions(networkSettings, { course: false })),
    ...under("Training:", settingOptions(trainingSettings, { course: false })),
    ...under("Output:", [jsonOption()]),
  ],
  examples: ["lr-test iris.csv --target species", "lr-test houses.csv --target price --hidden 128,64 --optimizer sgd"],
  hint: "chainrule train … --lr auto tests and trains at once.",
  run: ([data], options, streams) => lrTest(data, givenFlags(options) as TrainFlags, streams),
};

async function lrTest(
  files: readonly string[],
  { sql, ...asked }: TrainFlags & { readonly sql?: string },
  streams: Streams,
): Promise<void> {
  const { dataOptions, prepare, rangeTest } = await import("../engine.ts");
  const data = givenData(files, { sql });
  const { table } = await tableOf(data, asked, streams);
  const flags = await withFiles(asked);
  const test = await rangeTest(prepare(table, await dataOptions(flags)), settingsOf(flags));
  if (test.points.length === 0) {
    throw new ChainruleError(
      "NON_FINITE_LOSS",
      `The loss is not finite at the first step already, whatever the learning rate. Look for extreme values in ${table.source}, or leave out --no-standardize.`,
      { data: dataJson(data) },
    );
  }
  print(flags.json ? streams.stderr : streams.stdout, (style) => [
    `${style.colors.bold(printable(table.source))}: smoothed loss over the learning rate, ${test.points.length} steps`,
    "",
    ...renderRangeTest(test, style),
    "",
    ...wrap(conclusion(test.suggestion, test.diverged), style.width),
    ...(test.suggestion === undefined ? [] : next(dataWords(data), flags, test.suggestion, style)),
  ]);
  if (flags.json) printJson(streams, { data: dataJson(data), ...test });
}

function conclusion(suggestion: number | undefined, diverged: boolean): string {
  if (suggestion !== undefined) return `Suggested learning rate: ${suggestion}`;
  return diverged
    ? "No suggestion: no rate lowered the loss before it went up without end. Standardise the numbers, clip the gradients, or normalise the layers."
    : "No suggestion: no rate lowered the loss by more than it varies from batch to batch. Larger batches may show more; gradients that vanish show here too.";
}

const next = (data: readonly string[], flags: TrainFlags, suggestion: number, { colors }: Style): string[] => [
  "",
  colors.dim("Next, with the same options:"),
  `  ${colors.cyan(commandLine(data, { ...flags, learningRate: suggestion }))}`,
];
