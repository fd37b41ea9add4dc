// What is unusual about a table: a sentence each, and the option that changes it.
import type { DataWarning } from "../../data/index.ts";
import { adviceWords } from "../setting-advice.ts";
import type { Style } from "./style.ts";
import { printable, wrap } from "./text.ts";

export function renderDataWarning({ message, settings }: DataWarning, { width, colors }: Style): string[] {
  const advice = settings.map((setting) => `${adviceWords(setting)}.`);
  const [first, ...rest] = wrap(printable(["warning:", message, ...advice].join(" ")), width);
  return [first!.replace("warning:", colors.yellow("warning:")), ...rest];
}
