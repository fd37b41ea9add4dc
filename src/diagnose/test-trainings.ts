// Tables and trainings that the tests of detectors share.
import { classesOf, prepare, tableFromRows } from "../data/index.ts";
import type { Prepared } from "../data/prepare.ts";
import type { PrepareOptions } from "../data/prepare-options.ts";
import "../run/engine.ts";
import { ChainruleError } from "../ir/errors.ts";
import { initialize } from "../nn/model.ts";
import type { Tensor } from "../trace/tensor.ts";
import { mapTree } from "../trace/tree.ts";
import type { TrainEvent } from "../train/events.ts";
import { perceptron } from "../train/perceptron.ts";
import type { TableSettings } from "../train/settings/resolve.ts";
import { trainTable } from "../train/tabular.ts";
import type { VerdictKind } from "./detectors.ts";
import { diagnose } from "./diagnose.ts";
import type { Verdict } from "./verdict.ts";

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

export type Row = Record<string, number | string>;

/** Two classes, above and below a curve; `flips` of the labels are wrong. */
export function curve(rows: number, flips = 0): Row[] {
  const random = generator(11);
  return Array.from({ length: rows }, () => {
    const [a, b, c] = [2 * random() - 1, 2 * random() - 1, 2 * random() - 1];
    const above = b + 0.05 * random() > Math.sin(3 * a);
    return { a, b, c, side: above !== random() < flips ? "above" : "below" };
  });
}

export function wave(rows: number, wrong = 0): Row[] {
  const random = generator(5);
  return Array.from({ length: rows }, () => {
    const [a, b] = [2 * random() - 1, 2 * random() - 1];
    const value = Math.sin(2 * a) + 0.5 * b + 0.1 * (random() + random() - 1);
    return { a, b, height: random() < wrong ? 2 * random() - 1 : value };
  });
}

/** The curve with wrong labels and features that say nothing. */
export function idle(rows: number): Row[] {
  const random = generator(9);
  return curve(rows, 0.2).map((row) => ({
    ...row,
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`idle${i}`, random()])),
  }));
}

export interface Options extends Partial<PrepareOptions> {
  readonly settings?: TableSettings;
  readonly edit?: (prepared: Prepared) => void;
  /** Changes of the initial parameters, of a network whose settings say hidden, activation and init. */
  readonly parameters?: (values: Tensor, path: string) => Tensor;
}

export async function verdicts(
  rows: readonly Row[],
  { settings, edit, parameters, ...options }: Options = {},
): Promise<readonly Verdict[]> {
  const target = "height" in rows[0]! ? "height" : "side";
  const prepared = prepare(tableFromRows(rows, { source: "rows" }), { target, ...options });
  edit?.(prepared);
  const { hidden, activation, init } = settings ?? {};
  const variables =
    parameters &&
    initialize(
      perceptron({
        features: prepared.preprocessing.features.length,
        outputs: Math.max(1, classesOf(prepared.preprocessing.targets[0]!).length),
        hidden: hidden!,
        activation: activation!,
        init: init!,
      }),
      0,
    );
  const changed = variables && { ...variables, parameters: mapTree(variables.parameters, parameters) };
  const events: TrainEvent[] = [];
  try {
    const common = { epochs: 30, threads: 1, deterministic: true };
    for await (const event of trainTable(prepared, { ...common, ...settings, ...(changed && { variables: changed }) }))
      events.push(event);
  } catch (error) {
    if (!(error instanceof ChainruleError && error.code === "NON_FINITE_LOSS")) throw error;
  }
  return diagnose(events).verdicts;
}

export const found = async (rows: readonly Row[], options?: Options): Promise<VerdictKind[]> =>
  (await verdicts(rows, options)).map(({ kind }) => kind);
