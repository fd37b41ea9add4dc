// What a command is: one record with its words, arguments, options, examples and what it does; made into one of commander's.
import { type Argument, type Command, Option } from "commander";
import type { Streams } from "./output.ts";

/** `A` and `F`: its arguments and options as it gets them, which is what their parsers give. */
export interface CommandRecord<A extends readonly unknown[] = readonly unknown[], F = object> {
  readonly name: string;
  /** What it does, in the list of commands. */
  readonly summary: string;
  /** What it does, in its own help. */
  readonly description: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** Stands before the examples. */
  readonly explanation?: string;
  /** After "chainrule": each is a command line. */
  readonly examples: readonly string[];
  /** Stands after the examples. */
  readonly hint?: string;
  run(args: A, options: F, streams: Streams): Promise<void>;
}

/** Several commands under one name. The first of them is meant where none is named. */
export interface CommandFamily extends Omit<CommandRecord, "arguments" | "options" | "run"> {
  readonly commands: readonly CommandRecord[];
}

/** Adds it to a command: the settings of the parent's help and output hold for it too. */
export function addCommand(
  parent: Command,
  record: CommandRecord | CommandFamily,
  streams: Streams,
  options: { readonly isDefault?: boolean } = {},
): void {
  const { name, summary, description } = record;
  const command = parent.command(name, options).summary(summary).description(description);
  command.addHelpText("after", textAfter(record));
  if ("commands" in record) {
    for (const [i, one] of record.commands.entries()) addCommand(command, one, streams, { isDefault: i === 0 });
    return;
  }
  for (const argument of record.arguments) command.addArgument(argument);
  for (const option of record.options) command.addOption(option);
  command.action(() => record.run(command.processedArgs, command.opts(), streams));
}

function textAfter({ explanation, examples, hint }: CommandRecord | CommandFamily): string {
  const lines = [examples.length === 1 ? "Example:" : "Examples:", ...examples.map((line) => `  $ chainrule ${line}`)];
  return [explanation, lines.join("\n"), hint].flatMap((part) => (part === undefined ? [] : [`\n${part}`])).join("\n");
}

/** Options under a heading of their own in the help. */
export const under = (heading: string, options: readonly Option[]): readonly Option[] =>
  options.map((option) => option.helpGroup(heading));

/** An option; `parse` reads its value. */
export function option(flags: string, help: string, parse?: (text: string) => unknown): Option {
  const made = new Option(flags, help);
  return parse === undefined ? made : made.argParser(parse);
}

/** One that must be given. */
export const required: typeof option = (flags, help, parse) => option(flags, help, parse).makeOptionMandatory();

export const jsonOption = (): Option =>
  option("--json", "print one JSON object as the last line on stdout, all else on stderr");
