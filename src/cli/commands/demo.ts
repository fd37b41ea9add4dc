// chainrule demo: the lessons on gradient descent and backpropagation, computed by the engine.
import { Argument, type Command } from "commander";
import { print, printJson, type Streams } from "../output.ts";

const numbers = ["1", "2", "3", "4"];

export function addDemo(program: Command, streams: Streams): void {
  program
    .command("demo")
    .summary("show gradient descent and backpropagation, number by number")
    .description(
      "Shows how a network learns: one neuron, a hidden layer, vanishing gradients, and programs to run yourself.",
    )
    .addArgument(new Argument("[lesson]", "one lesson alone").choices(numbers))
    .option("--json", "print one JSON object as the last line on stdout, all else on stderr")
    .addHelpText(
      "after",
      `
Examples:
  $ chainrule demo
  $ chainrule demo 3`,
    )
    .action((chosen: string | undefined, flags: { readonly json?: true }) => demo(chosen, flags, streams));
}

async function demo(chosen: string | undefined, flags: { readonly json?: true }, streams: Streams): Promise<void> {
  const { lesson } = await import("../demo/lessons.ts");
  const out = flags.json ? streams.stderr : streams.stdout;
  const figures: Record<string, object> = {};
  for (const number of chosen === undefined ? numbers : [chosen]) {
    const { figures: own, render } = await lesson(Number(number));
    figures[`lesson${number}`] = own;
    print(out, (style) => ["", ...render(style), ""]);
  }
  if (flags.json) printJson(streams, figures);
}
