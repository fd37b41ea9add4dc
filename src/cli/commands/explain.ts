// chainrule explain: the arithmetic of one number, in a neuron, in a small network or in a run.
import { Argument, type Option } from "commander";
import type { Explanation } from "../../explain/index.ts";
import { type CommandFamily, type CommandRecord, jsonOption, option, required } from "../command.ts";
import { print, printJson, type Streams } from "../output.ts";
import { withFlagsFor } from "../setting-advice.ts";
import { printable } from "../terminal/text.ts";
import { finite, matrix, positive, rowNumbers, vector, whole } from "../values.ts";

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

interface RunFlags extends OutputFlags {
  readonly row: readonly number[];
  readonly weight: string;
  readonly step?: number;
}

/** Of all three: how the work is written. */
const outputOptions = (): readonly Option[] => [
  option("--format <name>", "how it is written").choices(formats).default("text"),
  option("--paths <n>", "paths through the network that are written out", whole(1, 100)).default(3),
  jsonOption(),
];

const explainRunCommand: CommandRecord<[run: string], RunFlags> = {
  name: "run",
  summary: "a number of a trained network; the word run may be left out",
  description:
    "Works out a number of a network in a run, for the loss of chosen rows, at the weights and moments after a step. The training is repeated up to there: the same seed gives the same numbers.",
  arguments: [new Argument("<run>")],
  options: [
    required("--row <numbers>", "rows of the data, as errors count them: lines of a text file", rowNumbers),
    required(
      "--weight <element>",
      "the number: layers.0.weight[2,3], layers.0.bias[1]; of the first chosen row an output layers.1[0,4] or an input x[0,2]",
    ),
    option("--step <n>", "after this step; 0 is before the first (default: that of the saved weights)", whole(0)),
    ...outputOptions(),
  ],
  examples: ['explain runs/2026-01-31-iris-1 --row 3 --weight "layers.0.weight[2,3]"'],
  run: ([dir], flags, streams) => explainOfRun(dir, flags, streams),
};

const explainNeuronCommand: CommandRecord<[], NeuronFlags> = {
  name: "neuron",
  summary: "one neuron: y = σ(w·x), E = ½ (target − y)²",
  description: "Works out a step of gradient descent on one neuron: y = σ(w·x), E = ½ (target − y)², Δw = −η ∂E/∂w.",
  arguments: [],
  options: [
    required("--x <numbers>", "inputs, like 0.1,0.3", vector),
    required("--w <numbers>", "weights, like --w=-0.8,0.5", vector),
    required("--target <number>", "what y should be", finite),
    option("--lr <rate>", "learning rate η", positive).default(0.5),
    option("--weight <element>", "the number to work out: w[0], x[1], z, y").default("w[0]"),
    ...outputOptions(),
  ],
  examples: ["explain neuron --x 0.1,0.3 --w=-0.8,0.5 --target 0.2 --lr 0.5"],
  run: (_, flags, streams) => neuron(flags, streams),
};

const explainNetworkCommand: CommandRecord<[], NetworkFlags> = {
  name: "network",
  summary: "a hidden layer: h = σ(x W₁), y = σ(h W₂)",
  description: "Works out backpropagation through a hidden layer: h = σ(x W₁), y = σ(h W₂), E = ½ (target − y)².",
  arguments: [],
  options: [
    required("--x <numbers>", "inputs, like 0.5,0.1,-0.2", vector),
    required("--w1 <matrix>", "W₁: a row per input, rows parted by semicolons", matrix),
    required("--w2 <numbers>", "W₂: a number per hidden neuron", vector),
    required("--target <number>", "what y should be", finite),
    option("--lr <rate>", "learning rate η", positive).default(0.5),
    option("--weight <element>", "the number to work out: W1[2,1], W2[0], x[1], h[0], z, y").default("W1[0,0]"),
    ...outputOptions(),
  ],
  examples: [
    `explain network --x 0.5,0.1,-0.2 \\
      --w1 "0.5,-0.6;0.1,-0.2;0.1,0.7" --w2 0.1,-0.3 --target 0.6 --lr 0.5`,
  ],
  run: (_, flags, streams) => network(flags, streams),
};

export const explainCommand: CommandFamily = {
  name: "explain",
  summary: "work out any number of a training step",
  description: "Works out a number of a training step: its value, the chain rule to the loss, its gradient, a check.",
  commands: [explainRunCommand, explainNeuronCommand, explainNetworkCommand],
  examples: [
    'explain runs/2026-01-31-iris-1 --row 3 --weight "layers.0.weight[2,3]"',
    "explain neuron --x 0.1,0.3 --w=-0.8,0.5 --target 0.2",
  ],
};

async function neuron({ x, w, target, lr, weight, ...flags }: NeuronFlags, streams: Streams): Promise<void> {
  const { explainNeuron } = await import("../explain-engine.ts");
  const { figures, of } = explainNeuron({ x, w, target, rate: lr });
  await show(of(weight, { paths: flags.paths }), figures, flags, streams);
}

async function network({ x, w1, w2, target, lr, weight, ...flags }: NetworkFlags, streams: Streams): Promise<void> {
  const { explainNetwork } = await import("../explain-engine.ts");
  const { figures, of } = explainNetwork({ x, w1, w2, target, rate: lr });
  await show(of(weight, { paths: flags.paths }), figures, flags, streams);
}

async function explainOfRun(dir: string, { row, weight, step, ...flags }: RunFlags, streams: Streams): Promise<void> {
  const { openRun, replay, explainRun } = await import("../explain-engine.ts");
  const run = await replay(await openRun(dir), step);
  const { explanation, settings, figures } = explainRun(run, row, weight, flags.paths);
  const about = explanation.about?.map((sentence) => withFlagsFor(sentence, settings)) ?? [];
  await show({ ...explanation, about }, { run: dir, ...figures }, flags, streams);
}

async function show(explanation: Explanation, figures: object, flags: OutputFlags, streams: Streams): Promise<void> {
  // Names in it may hold line breaks.
  const shown = { ...explanation, about: explanation.about?.map(printable) ?? [] };
  const { toLatex, toMarkdown, toText } = await import("../explain-engine.ts");
  print(flags.json ? streams.stderr : streams.stdout, ({ width }) => {
    const { format } = flags;
    const text = format === "text" ? toText(shown, width) : (format === "latex" ? toLatex : toMarkdown)(shown);
    return text.trimEnd().split("\n").map(printable);
  });
  if (flags.json) printJson(streams, { ...figures, explanation });
}
