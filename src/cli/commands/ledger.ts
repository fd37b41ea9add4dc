// chainrule ledger: what each layer does to the size of the gradient, in a run.
import { Argument } from "commander";
import { ChainruleError } from "../../ir/errors.ts";
import type { ObservationEvent } from "../../train/events.ts";
import { type CommandRecord, jsonOption, option } from "../command.ts";
import { print, printJson, type Streams } from "../output.ts";
import { eventsOf } from "../run-events.ts";
import { renderLedger, renderLedgersBeside, stepText } from "../terminal/ledger.ts";
import { printable } from "../terminal/text.ts";
import { whole } from "../values.ts";

interface LedgerFlags {
  readonly step?: number;
  readonly beside?: string;
  readonly json?: true;
}

export const ledgerCommand: CommandRecord<[run: string], LedgerFlags> = {
  name: "ledger",
  summary: "show what each layer does to the gradient's size",
  description:
    "Shows the chain-rule ledger of a training: what each layer, from the output to the input, does to the size of the gradient, as exact factors with their running product.",
  arguments: [new Argument("<run>", "the run folder of a training")],
  options: [
    option("--step <n>", "at the last observation up to this step; 1 is the first step (default: the last)", whole(1)),
    option("--beside <run>", "a picture with another run beside it, at the same step or its last"),
    jsonOption(),
  ],
  explanation: `  W      ‖g‖ / ‖δ⁺‖, what the weights of the next layer do (towards the output)
  φ′     ‖δ‖ / ‖g‖, what lies between does: activation, normalisation, dropout
  skip   where a residual x + f(x) ends: ‖∂loss/∂x‖ / ‖the part that came
         through f‖, what the identity adds on the way back
  total  ‖δ‖ / ‖δ⁺‖ = W · φ′ · skip, and "so far" their product from the output

  δ = ∂loss/∂z, z = a W + b of a layer; g = ∂loss/∂(input of the next layer)`,
  examples: [
    "ledger runs/2026-01-31-iris-1",
    "ledger runs/2026-01-31-iris-1 --step 1",
    "ledger runs/2026-01-31-iris-1 --beside runs/2026-01-31-iris-2",
  ],
  run: ([run], flags, streams) => ledger(run, flags, streams),
};

async function ledger(dir: string, { json, ...flags }: LedgerFlags, streams: Streams): Promise<void> {
  const chosen = await observationOf(dir, streams, flags.step);
  const { step, epoch } = chosen;
  const other = flags.beside === undefined ? undefined : await observationOf(flags.beside, streams, flags.step);
  print(json ? streams.stderr : streams.stdout, (style) => [
    ...(other === undefined
      ? [
          `${style.colors.bold(printable(dir))}: ${stepText(step, epoch)}, from the output to the input`,
          "",
          ...renderLedger(chosen.ledger, style),
        ]
      : [
          "From the output to the input:",
          "",
          ...renderLedgersBeside(
            [
              { ...chosen, name: printable(dir) },
              { ...other, name: printable(flags.beside!) },
            ],
            style,
          ),
        ]),
  ]);
  if (!json) return;
  const beside = other && { run: flags.beside, step: other.step, epoch: other.epoch, ledger: other.ledger };
  printJson(streams, { run: dir, step, epoch, ledger: chosen.ledger, ...(beside && { beside }) });
}

/** The last observation of a run up to a step. Throws INVALID_RUN where there is none. */
async function observationOf(
  dir: string,
  streams: Streams,
  step = Number.POSITIVE_INFINITY,
): Promise<ObservationEvent> {
  const { openRun } = await import("../engine.ts");
  const events = await eventsOf(await openRun(dir), streams);
  const observations = events.filter((event): event is ObservationEvent => event.type === "observation");
  const chosen = observations.findLast((one) => one.step <= step);
  if (chosen !== undefined) return chosen;
  throw new ChainruleError(
    "INVALID_RUN",
    `The run "${dir}" holds no observation of its layers${Number.isFinite(step) ? ` up to step ${step}` : ""}: ${
      observations.length === 0
        ? "it ended before its first step. Train again."
        : `the first is of step ${observations[0]!.step}.`
    }`,
    { dir, file: "events.jsonl" },
  );
}
