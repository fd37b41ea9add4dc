// One training by ranks beside the same by one process: equal to rounding, and the same bits on all ranks.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mpis, runRanks } from "./ranks.ts";

const script = fileURLToPath(new URL("training.mjs", import.meta.url));

interface Result {
  readonly weights: string;
  readonly metrics: Readonly<Record<"train" | "validation", Readonly<Record<string, number>> | undefined>>;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly reason: string;
  readonly ranks: number;
  readonly losses: readonly number[];
  readonly gradients: readonly number[];
  readonly failure?: { readonly step: number; readonly origin: object };
}
type Results = Readonly<Record<string, Result>>;

const folder = mkdtempSync(join(tmpdir(), "chainrule-mpi-"));
afterAll(() => rmSync(folder, { recursive: true }));

const resultsOf = (size: number): Results[] =>
  Array.from({ length: size }, (_, rank) =>
    JSON.parse(readFileSync(join(folder, `rank-${rank}-of-${size}.json`), "utf8")),
  );

function trainAlone(names: readonly string[]): Results {
  execFileSync(process.execPath, [script, "alone", folder, ...names]);
  return resultsOf(1)[0]!;
}

async function trainTogether(mpi: (typeof mpis)[number], size: number, names: readonly string[]): Promise<Results[]> {
  const { code, stderr } = await runRanks(mpi, size, [process.execPath, script, "ranks", folder, ...names]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return resultsOf(size);
}

const weightsOf = ({ weights }: Result): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(weights, "base64")).buffer);

/** ‖a − b‖ / ‖a‖ */
function distance(a: Result, b: Result): number {
  const [x, y] = [weightsOf(a), weightsOf(b)];
  expect(y.length).toBe(x.length);
  const norm = (values: Float64Array) => Math.hypot(...values.filter((_, i) => i % 7 === 0)); // Spread: some thousands at most.
  return norm(x.map((value, i) => value - y[i]!)) / norm(x);
}

/** Cases of training.mjs, and how far the weights may be from those of one process. */
const cases = {
  ...{ gradient: 1e-7, sgd: 1e-6, adam: 1e-5, dropout: 1e-6, batchNorm: 1e-6, clipping: 1e-6, stopping: 1e-6 },
  ...{ observed: 1e-6, ofOnesOwn: 1e-6, blocks: 1e-6, weighted: 1e-6, ignored: 1e-6, threads: 1e-6 },
  ...{ accumulated: 1e-6, accumulatedWeights: 1e-6, accumulatedNorm: 1e-6, exact: 1e-13 },
} as const;
const names = Object.keys(cases) as (keyof typeof cases)[];
/** What uneven shares bear on: three ranks wait long for each other on two cores. */
const ofThree = ["gradient", "sgd", "batchNorm", "dropout", "stopping", "ignored", "accumulatedNorm", "exact"] as const;

function compare(ranks: readonly Results[], alone: Results, name: keyof typeof cases): void {
  const [own, one] = [ranks[0]![name]!, alone[name]!];
  const same = ({ [name]: { weights, metrics, losses, epochs } = own }: Results) => ({
    weights,
    metrics,
    losses,
    epochs,
  });
  for (const other of ranks) expect(same(other)).toEqual(same(ranks[0]!));
  expect(own.ranks).toBe(ranks.length);
  expect(distance(one, own)).toBeLessThan(cases[name]);
  const { epochs, bestEpoch, reason } = one;
  expect(own).toMatchObject({ epochs, bestEpoch, reason });
  own.losses.forEach((loss, i) => {
    expect(Math.abs(loss / one.losses[i]! - 1)).toBeLessThan(2e-6);
  });
  for (const split of ["train", "validation"] as const)
    for (const [metric, value] of Object.entries(one.metrics[split] ?? {}))
      expect(own.metrics[split]![metric]).toBeCloseTo(value, 5);
}

let alone: Results;
beforeAll(() => {
  alone = trainAlone([...names, "broken", "straight"]);
});

const [first, ...others] = mpis.filter(({ environment }) => environment.CHAINRULE_MPI === undefined) as [
  (typeof mpis)[number],
  ...typeof mpis,
];

describe(`under the launcher of ${first.name}`, () => {
  it.skipIf(!first.isHere)("one rank has the bits of a process without MPI", async () => {
    const [own] = await trainTogether(first, 1, ["sgd", "batchNorm"]);
    expect(own).toEqual({ sgd: alone.sgd, batchNorm: alone.batchNorm });
  });

  it.skipIf(!first.isHere)("ranks that differ are told so, all of them", async () => {
    const ranks = await trainTogether(first, 2, ["seeds", "rows", "weights"]);
    const message = (said: string): unknown => expect.stringContaining(said);
    const code = "RANKS_DIFFER";
    for (const own of ranks)
      expect(own).toMatchObject({
        seeds: { code, message: message("their settings differ") },
        rows: { code, message: message("their training rows differ") },
        weights: { code, message: message("after step 1 they have not") },
      });
  });

  describe.skipIf(!first.isHere).each([
    [2, names],
    [3, ofThree],
  ] as const)("%i ranks", (size, names) => {
    let ranks: Results[];
    beforeAll(async () => {
      ranks = await trainTogether(first, size, [...names, "broken", size === 2 ? "save" : "resume"]);
    });

    it.each(names)("%s: as one process, and the same bits on all", (name) => compare(ranks, alone, name));

    it("a row that breaks the loss is found, whichever rank has it", () => {
      expect(alone.broken!.failure!.origin).toMatchObject({ where: "data", row: 40, column: 2 });
      const { step, origin } = alone.broken!.failure!;
      expect(ranks[0]!.broken!.failure).toMatchObject({ step, origin });
    });

    it("what one number of ranks put aside, others take up", () => {
      const resumed = size === 2 ? trainAlone(["resume"]) : ranks[0]!;
      expect(distance(alone.straight!, resumed.resume!)).toBeLessThan(1e-6);
    });
  });
});

describe.each(others)("under the launcher of $name", (mpi) => {
  it.skipIf(!mpi.isHere)("two ranks train as one process", async () => {
    const some = ["sgd", "batchNorm", "threads"] as const;
    const ranks = await trainTogether(mpi, 2, some);
    for (const name of some) compare(ranks, alone, name);
  });
});
