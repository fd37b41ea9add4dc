// The options that say how a network is trained: of chainrule train, and of what tries trainings out.
import { type Command, Option } from "commander";
import { activations, backends, initializers, losses, optimizers, schedules, tasks } from "./choices.ts";
import { columnType, positive, rate, share, whole, widths } from "./values.ts";

export function addDataOptions(command: Command): Command {
  return (
    command
      .optionsGroup("Data:")
      .requiredOption("-t, --target <column>", "the column to predict")
      .addOption(
        new Option("--task <name>", "what the target is").choices(tasks).default("auto", "auto, by its values"),
      )
      .option("--type <column=type>", 'sets the type of a column, or "ignore"s it (repeatable)', columnType)
      .option("--validation <share>", "share of the rows kept for validation", share, 0.2)
      .option("--no-standardize", "leave numbers as they are, instead of mean 0 and standard deviation 1")
      // After --no-standardize it takes that back: so a remedy can be put at the end of any command line.
      .addOption(new Option("--standardize").hideHelp())
  );
}

export function addNetworkOptions(command: Command): Command {
  return command
    .optionsGroup("Network:")
    .addOption(
      parsed("--hidden <widths>", 'widths of the hidden layers, or "none"', widths, "64,32").conflicts([
        "depth",
        "width",
      ]),
    )
    .addOption(parsed("--depth <n>", "hidden layers of one width, instead of --hidden", whole(0, 1000), "2"))
    .addOption(parsed("--width <n>", "their width", whole(1, 999999), "64"))
    .addOption(chosen("--activation <name>", "after every hidden layer", activations, "relu"))
    .addOption(chosen("--init <name>", "how weights are drawn", initializers, "fits the activation"))
    .addOption(new Option("--batch-norm", "normalise each hidden layer over the batch").conflicts("layerNorm"))
    .option("--layer-norm", "normalise each hidden layer over its neurons")
    .option("--residual", "add the input of a hidden layer to its output, where the widths agree");
}

/** `course`: with those that say how long it goes on and how the learning rate changes on the way. */
export function addTrainingOptions(command: Command, { course }: { course: boolean }): Command {
  const options: readonly (Option | false)[] = [
    chosen("--loss <name>", "what is minimised", losses, "crossEntropy for classes, mse for numbers"),
    chosen("--optimizer <name>", "how weights are updated", optimizers, "adamw"),
    course &&
      parsed(
        "--lr <rate>",
        'learning rate, or "auto": what chainrule lr-test suggests',
        rate,
        "fits the optimizer, 0.01 for adamw",
      ),
    parsed("--clip <norm>", "scales gradients down to this norm, all together", positive, "none"),
    course && chosen("--schedule <name>", "course of the learning rate", schedules, "cosine"),
    course && parsed("--epochs <n>", "passes over the rows", whole(1), "15 to 150, by the number of rows"),
    parsed("--batch <n>", "rows a step", whole(1), "16 to 512, by the number of rows"),
    course &&
      parsed(
        "--patience <n>",
        "epochs without a better validation loss before it stops",
        whole(1),
        "a fifth of the epochs, at least 10",
      ),
    new Option("--seed <n>", "the same seed repeats a run").argParser(whole(0, 2 ** 32 - 1)).default(0),
    new Option("--backend <name>", "what computes")
      .choices(backends)
      .default("auto", "auto, wasm with a BLAS where there is one"),
    parsed("--threads <n>", "most threads that share a step", whole(1), "as the processor has"),
    new Option("--deterministic", "the same bits on every machine: no BLAS, no fused multiply-add"),
  ];
  command.optionsGroup("Training:");
  for (const option of options) if (option) command.addOption(option);
  return command;
}

export const addJsonOption = (command: Command): Command =>
  command.option("--json", "print one JSON object as the last line on stdout, all else on stderr");

// The engine chooses where an option is absent; `byDefault` says what.
const chosen = (flags: string, description: string, choices: readonly string[], byDefault: string) =>
  new Option(flags, description).choices(choices).default(undefined, byDefault);
const parsed = (flags: string, description: string, parse: (text: string) => unknown, byDefault: string) =>
  new Option(flags, description).argParser(parse).default(undefined, byDefault);
