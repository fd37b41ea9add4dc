// The options that say how a network is trained: of chainrule train, and of what tries trainings out.
import type { Command } from "commander";
import { dataSettings, networkSettings, trainingSettings } from "../train/settings/index.ts";
import { addSettings } from "./setting-flags.ts";

/** `course`: with those that say how long it goes on and how the learning rate changes on the way; `more` after the data's. */
export function addTrainOptions(
  command: Command,
  { course, more = () => {} }: { readonly course: boolean; readonly more?: (command: Command) => void },
): Command {
  addSettings(command.optionsGroup("Data:"), Object.keys(dataSettings), { course });
  more(command);
  addSettings(command.optionsGroup("Network:"), Object.keys(networkSettings), { course });
  addSettings(command.optionsGroup("Training:"), Object.keys(trainingSettings), { course });
  return command;
}

export const addJsonOption = (command: Command): Command =>
  command.option("--json", "print one JSON object as the last line on stdout, all else on stderr");
