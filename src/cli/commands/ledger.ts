// chainrule ledger: what each layer does to the size of the gradient, in a run.
import type { Command } from "commander";
import { ChainruleError } from "../../ir/errors.ts";
import type { ObservationEvent } from "../../train/events.ts";
import { print, printJson, type Streams } from "../output.ts";
import { renderLedger } from "../terminal/ledger.ts";
import { printable } from "../terminal/text.ts";
import { whole } from "../values.ts";

interface LedgerFlags {
  readonly step?: number;
  readonly json?: true;
}

export function addLedger(program: Command, streams: Streams): void {
  program
    .command("ledger")
    .summary("show what each layer does to the gradient's size")
    .description(
      "Shows the chain-rule ledger of a training: what each layer, from the output to the input, does to the size of the gradient, as exact factors with their running product.",
    )
    .argument("<run>", "the run folder of a training")
    .option("--step <n>", "at the last observation up to this step; 1 is the first step (default: the last)", whole(1))
    .option("--json", "print one JSON object as the last line on stdout, all else on stderr")
    .addHelpText(
      "after",
      `
  W      ‖g‖ / ‖δ⁺‖, what the weights of the next layer do (towards the output)
  φ′     ‖δ‖ / ‖g‖, what lies between does: activation, normalisation, dropout
  skip   where a residual x + f(x) ends: ‖∂loss/∂x‖ / ‖the part that came
         through f‖, what the identity adds on the way back
  total  ‖δ‖ / ‖δ⁺‖ = W · φ′ · skip, and "so far" their product from the output

  δ = ∂loss/∂z, z = a W + b of a layer; g = ∂loss/∂(input of the next layer)

Examples:
  $ chainrule ledger runs/2026-01-31-iris-1
  $ chainrule ledger runs/2026-01-31-iris-1 --step 1`,
    )
    .action((run: string, flags: LedgerFlags) => ledger(run, flags, streams));
}

async function ledger(dir: string, flags: LedgerFlags, streams: Streams): Promise<void> {
  const { openRun } = await import("../engine.ts");
  const run = await openRun(dir);
  const events = await run.events();
  const observations = events.filter((event): event is ObservationEvent => event.type === "observation");
  const upTo = flags.step ?? Number.POSITIVE_INFINITY;
  const chosen = observations.findLast(({ step }) => step <= upTo);
  if (chosen === undefined) {
    throw new ChainruleError(
      "INVALID_RUN",
      `The run "${dir}" holds no observation of its layers${flags.step === undefined ? "" : ` up to step ${flags.step}`}: ${
        observations.length === 0
          ? "it ended before its first step. Train again."
          : `the first is of step ${observations[0]!.step}.`
      }`,
      { dir, file: "events.jsonl" },
    );
  }
  const { step, epoch } = chosen;
  print(flags.json ? streams.stderr : streams.stdout, (style) => [
    `${style.colors.bold(printable(dir))}: step ${step} (epoch ${epoch}), from the output to the input`,
    "",
    ...renderLedger(chosen.ledger, style),
  ]);
  if (flags.json) printJson(streams, { run: dir, step, epoch, ledger: chosen.ledger });
}
