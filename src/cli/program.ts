// The command line as a function: arguments and streams in, exit code out.
import { Command, CommanderError, type Option } from "commander";
import { ChainruleError, type ErrorCode } from "../ir/errors.ts";
import { version } from "../runs/version.ts";
import { addCommand } from "./command.ts";
import { commands } from "./commands/index.ts";
import { print, type Streams, write } from "./output.ts";
import { isTold } from "./ranks.ts";
import { renderError } from "./terminal/error.ts";
import { styleOf } from "./terminal/style.ts";
import { inLines } from "./terminal/text.ts";

/** 0: done. 1: it failed. 2: wrong usage. 75: not now, the same command may later (EX_TEMPFAIL of BSD's sysexits.h). */
export type ExitCode = 0 | 1 | 2 | 75;

const exitCodes: { readonly [C in ErrorCode]?: ExitCode } = { USAGE: 2, RUN_STOPPED: 75, RUN_IN_USE: 75 };

export async function run(args: readonly string[], streams: Streams): Promise<ExitCode> {
  try {
    await makeProgram(streams, args).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isTold(error)) print(streams.stderr, (style) => renderError(error, style));
    return (error instanceof ChainruleError && exitCodes[error.code]) || 1;
  }
}

function makeProgram(streams: Streams, args: readonly string[]): Command {
  const out = styleOf(streams.stdout);
  const err = styleOf(streams.stderr);
  const program = new Command("chainrule")
    .description("Trains neural networks and shows every gradient while it does.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .showHelpAfterError("Add --help for the usage.")
    .configureHelp({
      styleTitle: (title) => out.colors.bold(title),
      helpWidth: Math.min(out.width, 100),
      optionDescription,
    })
    .configureOutput({
      writeOut: (text) => write(streams.stdout, text),
      writeErr: (text) => write(streams.stderr, text),
      outputError: (text, write) => write(inLines(text, args).replace("error:", err.colors.red("error:"))),
      getOutHasColors: () => out.colors.isColorSupported,
      getErrHasColors: () => err.colors.isColorSupported,
    })
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule train iris.csv --target species
  $ chainrule evaluate runs/2026-01-31-iris-1 iris.csv
  $ chainrule help train`,
    );
  for (const record of commands) addCommand(program, record, streams);
  return program;
}

/** "what it is: one, two (default: one)" */
function optionDescription({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const choices = argChoices === undefined ? "" : `: ${argChoices.join(", ")}`;
  const byDefault = defaultValueDescription ?? defaultValue;
  return `${description}${choices}${byDefault === undefined ? "" : ` (default: ${byDefault})`}`;
}
