// chainrule demo: the lessons on gradient descent and backpropagation, computed by the engine.
import { Argument } from "commander";
import { type CommandRecord, jsonOption } from "../command.ts";
import { lessons } from "../demo/lessons.ts";
import { print, printJson, type Streams } from "../output.ts";

const numbers = lessons.map((_, i) => String(i + 1));

interface DemoFlags {
  readonly json?: true;
}

export const demoCommand: CommandRecord<[lesson?: string], DemoFlags> = {
  name: "demo",
  summary: "show gradient descent and backpropagation, number by number",
  description:
    "Shows how a network learns: one neuron, a hidden layer, vanishing gradients, and programs to run yourself.",
  arguments: [new Argument("[lesson]", "one lesson alone").choices(numbers)],
  options: [jsonOption()],
  examples: ["demo", "demo 3"],
  run: ([lesson], flags, streams) => demo(lesson, flags, streams),
};

async function demo(chosen: string | undefined, flags: DemoFlags, streams: Streams): Promise<void> {
  const out = flags.json ? streams.stderr : streams.stdout;
  const figures: Record<string, object> = {};
  for (const number of chosen === undefined ? numbers : [chosen]) {
    const { figures: own, render } = await lessons[Number(number) - 1]!();
    figures[`lesson${number}`] = own;
    print(out, (style) => ["", ...render(style), ""]);
  }
  if (flags.json) printJson(streams, figures);
}
