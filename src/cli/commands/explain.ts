// chainrule explain: the arithmetic of one number, in a neuron, in a small network or in a run.
import { type Command, Option } from "commander";

import type { Explanation } from "../../explain/index.ts";
import { print, printJson, type Streams } from "../output.ts";
import { finite, matrix, positive, vector, whole } from "../values.ts";

const formats = ["text", "markdown", "latex"] as const;

interface OutputFlags {
  readonly format: (typeof formats)[number];
  readonly paths: number;
  readonly json?: true;
}
interface NeuronFlags extends OutputFlags {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly target: number;
  readonly lr: number;
  readonly weight: string;
}
interface NetworkFlags extends OutputFlags {
  readonly x: readonly number[];
  readonly w1: readonly (readonly number[])[];
  readonly w2: readonly number[];
  readonly target: number;
  readonly lr: number;
  readonly weight: string;
}

export function addExplain(program: Command, streams: Streams): void {
  const explain = program
    .command("explain")
    .summary("work out any number of a training step")
    .description(
      "Works out a number of a training step: its value, the chain rule to the loss, its gradient, a check.",
    );
  withOutput(
    explain
      .command("neuron")
      .summary("one neuron: y = σ(w·x), E = ½ (target − y)²")
      .description(
        "Works out a step of gradient descent on one neuron: y = σ(w·x), E = ½ (target − y)², Δw = −η ∂E/∂w.",
      )
      .requiredOption("--x <numbers>", "inputs, like 0.1,0.3", vector)
      .requiredOption("--w <numbers>", "weights, like --w=-0.8,0.5", vector)
      .requiredOption("--target <number>", "what y should be", finite)
      .option("--lr <rate>", "learning rate η", positive, 0.5)
      .option("--weight <element>", "the number to work out: w[0], x[1], z, y", "w[0]"),
    `
Example:
  $ chainrule explain neuron --x 0.1,0.3 --w=-0.8,0.5 --target 0.2 --lr 0.5`,
  ).action((flags: NeuronFlags) => neuron(flags, streams));
  withOutput(
    explain
      .command("network")
      .summary("a hidden layer: h = σ(x W₁), y = σ(h W₂)")
      .description("Works out backpropagation through a hidden layer: h = σ(x W₁), y = σ(h W₂), E = ½ (target − y)².")
      .requiredOption("--x <numbers>", "inputs, like 0.5,0.1,-0.2", vector)
      .requiredOption("--w1 <matrix>", "W₁: a row per input, rows parted by semicolons", matrix)
      .requiredOption("--w2 <numbers>", "W₂: a number per hidden neuron", vector)
      .requiredOption("--target <number>", "what y should be", finite)
      .option("--lr <rate>", "learning rate η", positive, 0.5)
      .option("--weight <element>", "the number to work out: W1[2,1], W2[0], x[1], h[0], z, y", "W1[0,0]"),
    `
Example:
  $ chainrule explain network --x 0.5,0.1,-0.2 \\
      --w1 "0.5,-0.6;0.1,-0.2;0.1,0.7" --w2 0.1,-0.3 --target 0.6 --lr 0.5`,
  ).action((flags: NetworkFlags) => network(flags, streams));
}

const withOutput = (command: Command, examples: string): Command =>
  command
    .addOption(new Option("--format <name>", "how it is written").choices(formats).default("text"))
    .option("--paths <n>", "paths through the network that are written out", whole(1, 100), 3)
    .option("--json", "print one JSON object as the last line on stdout, all else on stderr")
    .addHelpText("after", examples);

async function neuron({ x, w, target, lr, weight, ...flags }: NeuronFlags, streams: Streams): Promise<void> {
  const { explainNeuron } = await import("../engine.ts");
  const { figures, of } = explainNeuron({ x, w, target, rate: lr });
  await show(of(weight, { paths: flags.paths }), figures, flags, streams);
}

async function network({ x, w1, w2, target, lr, weight, ...flags }: NetworkFlags, streams: Streams): Promise<void> {
  const { explainNetwork } = await import("../engine.ts");
  const { figures, of } = explainNetwork({ x, w1, w2, target, rate: lr });
  await show(of(weight, { paths: flags.paths }), figures, flags, streams);
}

async function show(explanation: Explanation, figures: object, flags: OutputFlags, streams: Streams): Promise<void> {
  const { toLatex, toMarkdown, toText } = await import("../engine.ts");
  print(flags.json ? streams.stderr : streams.stdout, ({ width }) => {
    const { format } = flags;
    const text =
      format === "text" ? toText(explanation, width) : (format === "latex" ? toLatex : toMarkdown)(explanation);
    return [text.trimEnd()];
  });
  if (flags.json) printJson(streams, { ...figures, explanation });
}
