// chainrule check: gradients against central differences, of a run's network or of a user's function.
import { stat } from "node:fs/promises";
import { Argument } from "commander";
import { count } from "../../data/wording.ts";
import type { GradientCheck } from "../../grad/check.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { sizeOf } from "../../ir/shape.ts";
import { type CommandRecord, jsonOption, option } from "../command.ts";
import { print, printJson, type Streams } from "../output.ts";
import { renderCheck } from "../terminal/check.ts";
import { printable, wrap } from "../terminal/text.ts";
import { rowNumbers } from "../values.ts";

interface CheckFlags {
  readonly row?: readonly number[];
  readonly json?: true;
}

export const checkCommand: CommandRecord<[subject: string], CheckFlags> = {
  name: "check",
  summary: "compare gradients with differences",
  description:
    "Checks gradients in float64 against central differences, along random directions, over a sweep of step sizes, in first and second order: of a run's loss by all its parameters at the saved weights, or of a function of yours. Names the tensor, the element and the op that disagree.",
  arguments: [new Argument("<run-or-file>", "a run folder, or a module of TypeScript or JavaScript")],
  options: [
    option("--row <numbers>", "of a run: the rows of the loss (default: the first 8 it was trained on)", rowNumbers),
    jsonOption(),
  ],
  explanation: `A module exports the function as its default, and as inputs the arguments to
check it at: one object of tensors, or a list of arguments.

  import { tensor } from "chainrule";
  export const inputs = { w: tensor([0.5, -1]), x: tensor([2, 3]) };
  export default ({ w, x }: typeof inputs) => w.mul(x).sum().tanh();

Exit code 1: gradients disagree, or the point lies on a kink.`,
  examples: ["check runs/2026-01-31-iris-1 --row 3,17", "check loss.ts"],
  run: ([subject], flags, streams) => check(subject, flags, streams),
};

async function check(subject: string, flags: CheckFlags, streams: Streams): Promise<void> {
  const found = await stat(subject).catch(() => undefined);
  const isRun = found?.isDirectory() ?? false;
  if (found === undefined) {
    throw new ChainruleError("FILE_NOT_FOUND", `There is neither a run folder nor a file "${subject}".`, {
      file: subject,
    });
  }
  if (!isRun && flags.row !== undefined) {
    throw new ChainruleError("USAGE", `--row is of a run's data; "${subject}" is a file.`);
  }
  const { check: result, rows } = isRun
    ? await (await import("../engine.ts")).checkRun(subject, flags.row)
    : { check: await (await import("../check-file.ts")).checkFile(subject), rows: undefined };
  const numbers = result.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const of = rows === undefined ? "" : `, the loss of ${rows.length === 1 ? "row" : "rows"} ${rows.join(", ")}`;
  const heading = `${printable(subject)}: ${count(result.inputs.length, "tensor")}, ${count(numbers, "number")}, float64${of}`;
  print(flags.json ? streams.stderr : streams.stdout, (style) => [
    ...wrap(heading, style.width).map((line, i) => (i === 0 ? style.colors.bold(line) : line)),
    "",
    ...renderCheck(result, style),
  ]);
  if (flags.json) printJson(streams, { [isRun ? "run" : "file"]: subject, ...(rows && { rows }), ...result });
  if (!result.passed) throw failure(subject, result);
}

function failure(subject: string, { disagreements, kinks }: GradientCheck): ChainruleError {
  const [first] = disagreements;
  if (first === undefined) {
    return new ChainruleError(
      "NOT_DIFFERENTIABLE",
      `${subject}: nothing is said of its gradients, as the point lies on a kink. Choose inputs a little away from it.`,
      { kinks },
    );
  }
  const op = first.op === undefined ? "" : `, by the rule of ${first.op.name}`;
  return new ChainruleError(
    "WRONG_GRADIENT",
    `${subject}: gradients must agree with differences; that of ${first.input} does not${op}.`,
    { disagreements },
  );
}
