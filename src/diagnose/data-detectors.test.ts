// Detectors that judge data and answers, on small trainings of tables with one thing wrong, or nothing.
import { describe, expect, it } from "vitest";
import { prepare, tableFromRows } from "../data/index.ts";
import type { Prepared, PrepareOptions } from "../data/prepare.ts";
import "../run/engine.ts";
import type { TrainEvent } from "../train/events.ts";
import { type TableSettings, trainTable } from "../train/tabular.ts";
import type { VerdictKind } from "./detectors.ts";
import { diagnose } from "./diagnose.ts";
import type { Verdict } from "./verdict.ts";

/** A repeatable stream of numbers in [0, 1) (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

type Row = Record<string, number | string>;

/** Two classes, above and below a curve; `flips` of the labels are wrong. */
function curve(rows: number, flips = 0): Row[] {
  const random = generator(11);
  return Array.from({ length: rows }, () => {
    const [a, b, c] = [2 * random() - 1, 2 * random() - 1, 2 * random() - 1];
    const above = b + 0.05 * random() > Math.sin(3 * a);
    return { a, b, c, side: above !== random() < flips ? "above" : "below" };
  });
}

function wave(rows: number, wrong = 0): Row[] {
  const random = generator(5);
  return Array.from({ length: rows }, () => {
    const [a, b] = [2 * random() - 1, 2 * random() - 1];
    const value = Math.sin(2 * a) + 0.5 * b + 0.1 * (random() + random() - 1);
    return { a, b, height: random() < wrong ? 2 * random() - 1 : value };
  });
}

interface Options extends Partial<PrepareOptions> {
  readonly target?: string;
  readonly settings?: TableSettings;
  readonly edit?: (prepared: Prepared) => void;
}

async function verdicts(
  rows: readonly Row[],
  { settings, edit, ...options }: Options = {},
): Promise<readonly Verdict[]> {
  const prepared = prepare(tableFromRows(rows, { source: "rows" }), { target: "side", ...options });
  edit?.(prepared);
  const events: TrainEvent[] = [];
  for await (const event of trainTable(prepared, { epochs: 30, threads: 1, deterministic: true, ...settings }))
    events.push(event);
  return diagnose(events).verdicts;
}
const mine: readonly VerdictKind[] = [
  ...(["unscaled-feature", "leaking-feature", "label-noise", "class-imbalance"] as const),
  ...(["overfitting", "constant-output"] as const),
];
const found = async (rows: readonly Row[], options?: Options) =>
  (await verdicts(rows, options)).filter(({ kind }) => mine.includes(kind));

it("nothing is said of ordinary tables", async () => {
  expect(await found(curve(400))).toEqual([]);
  expect(await found(wave(400), { target: "height" })).toEqual([]);
});

describe("unscaled features", () => {
  it("are named with their share of what the first layer sees", async () => {
    const rows = curve(300).map((row) => ({ ...row, c: 1000 * (row.c as number) + 5000 }));
    const [verdict] = await found(rows, { standardize: false });
    expect(verdict).toMatchObject({ kind: "unscaled-feature", severity: "severe", layers: ["layers.0"], sinceStep: 0 });
    expect(verdict!.evidence.features).toEqual(["c"]);
    expect(verdict!.cause.shareOfFirstLayer).toBeGreaterThan(0.99);
    expect(await found(rows)).toEqual([]);
  });

  it("may all be tiny", async () => {
    const rows = curve(300).map(({ a, b, c, side }) => ({
      ...{ a: 1e-4 * (a as number), b: 1e-4 * (b as number), c: 1e-4 * (c as number) },
      side: side!,
    }));
    expect((await found(rows, { standardize: false })).map(({ kind }) => kind)).toContain("unscaled-feature");
  });
});

describe("a leaking feature", () => {
  it("is one that tells classes alone", async () => {
    const random = generator(2);
    const rows = curve(300).map((row) => ({ ...row, later: (row.side === "above" ? 2 : 1) + 0.2 * random() }));
    const [verdict] = await found(rows);
    expect(verdict).toMatchObject({ kind: "leaking-feature", severity: "warning" });
    expect(verdict!.evidence.features).toEqual(["later"]);
    expect(verdict!.evidence.nextBest).toBeLessThan(0.8);
  });

  it("or numbers", async () => {
    const rows = wave(300).map((row) => ({ ...row, scaled: 3 * (row.height as number) + 7 }));
    expect(await found(rows, { target: "height" })).toMatchObject([
      { kind: "leaking-feature", evidence: { features: ["scaled"] } },
    ]);
  });
});

describe("label noise", () => {
  it("is told in classes, with the rows that pull hardest", async () => {
    const clean = curve(600);
    const rows = curve(600, 0.2);
    const flipped = new Set(rows.flatMap((row, i) => (row.side === clean[i]!.side ? [] : [i + 1])));
    const [verdict] = await found(rows);
    expect(verdict).toMatchObject({ kind: "label-noise", severity: "warning" });
    const suspects = verdict!.evidence.suspects as number[];
    expect(suspects.filter((row) => flipped.has(row)).length).toBeGreaterThanOrEqual(0.75 * suspects.length);
  });

  it("is told in numbers", async () => {
    const [verdict] = await found(wave(600, 0.2), { target: "height" });
    expect(verdict).toMatchObject({ kind: "label-noise" });
    expect(verdict!.evidence.kurtosis).toBeGreaterThan(4);
  });
});

describe("a rare class", () => {
  const rows = curve(800).filter(({ side }, i) => side === "below" || i % 25 === 0);
  it("is worth a word where it is learnt, and is severe where it is never recognised", async () => {
    const counts = rows.filter(({ side }) => side === "above").length;
    const [learnt] = await found(rows);
    expect(learnt).toMatchObject({ kind: "class-imbalance", evidence: { class: "above" } });
    expect(learnt!.evidence.share).toBeCloseTo(counts / rows.length, 1);
    // A class that is spread over all of the others cannot be learnt.
    const hidden = curve(800).map((row, i) => ({ ...row, side: i % 25 === 0 ? "above" : "below" }));
    const missed = (await found(hidden)).find(({ kind }) => kind === "class-imbalance");
    expect(missed).toMatchObject({ severity: "severe", evidence: { recall: 0 } });
  });
});

it("overfitting is told by a validation loss far above the training loss", async () => {
  const random = generator(9);
  const rows = curve(80, 0.2).map((row) => ({
    ...row,
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`idle${i}`, random()])),
  }));
  const said = await found(rows, { validation: 0.5, settings: { epochs: 150, patience: 150, schedule: "constant" } });
  const verdict = said.find(({ kind }) => kind === "overfitting");
  expect(verdict!.evidence.lastValidationLoss).toBeGreaterThan(2 * (verdict!.evidence.trainingLoss as number));
  expect(verdict!.sinceStep).toBeGreaterThan(0);
});

it("constant output is severe, whatever the loss", async () => {
  const edit = ({ train, validation }: Prepared) => {
    train.x.fill(0.5);
    validation!.x.fill(0.5);
  };
  expect((await verdicts(curve(200), { edit })).find(({ kind }) => kind === "constant-output")).toMatchObject({
    severity: "severe",
    cause: { varyingFeatures: 0 },
  });
  const said = await verdicts(wave(200), { edit, target: "height", settings: { loss: "huber" } });
  expect(said.map(({ kind }) => kind)).toContain("constant-output");
});

it("events without a start are refused", () => {
  expect(() => diagnose([])).toThrowError(/begin with "start"/);
});
