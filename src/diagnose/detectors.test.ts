// Every detector on real trainings: one that must be named, and one near it that must not; then what verdicts on data say.
import { describe, expect, it } from "vitest";
import { prepare, tableFromRows } from "../data/index.ts";
import type { Prepared } from "../data/prepare.ts";
import type { PrepareOptions } from "../data/prepare-options.ts";
import "../run/engine.ts";
import { ChainruleError } from "../ir/errors.ts";
import { initialize } from "../nn/model.ts";
import { tensor } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { mapTree } from "../trace/tree.ts";
import type { TrainEvent } from "../train/events.ts";
import { perceptron } from "../train/perceptron.ts";
import type { TableSettings } from "../train/settings/resolve.ts";
import { trainTable } from "../train/tabular.ts";
import { type VerdictKind, verdictKinds } from "./detectors.ts";
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

/** The curve with wrong labels and features that say nothing. */
function idle(rows: number): Row[] {
  const random = generator(9);
  return curve(rows, 0.2).map((row) => ({
    ...row,
    ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`idle${i}`, random()])),
  }));
}

interface Options extends Partial<PrepareOptions> {
  readonly settings?: TableSettings;
  readonly edit?: (prepared: Prepared) => void;
  /** Changes of the initial parameters, of a network whose settings say hidden, activation and init. */
  readonly parameters?: (values: Tensor, path: string) => Tensor;
}

async function verdicts(
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
        outputs: prepared.preprocessing.classes?.length ?? 1,
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

const found = async (rows: readonly Row[], options?: Options): Promise<VerdictKind[]> =>
  (await verdicts(rows, options)).map(({ kind }) => kind);

/** A training, and the same one with less of the fault. */
type Case = readonly [named: Parameters<typeof found>, near: Parameters<typeof found>];

const net = (depth: number, activation: "relu" | "tanh" | "sigmoid", more: TableSettings = {}): TableSettings => ({
  hidden: new Array<number>(depth).fill(16),
  activation,
  init: activation === "relu" ? "heUniform" : "xavierUniform",
  epochs: 15,
  batchSize: 32,
  ...more,
});
/** Weights times a gain, biases as they are. */
const gain = (factor: number) => (values: Tensor, path: string) =>
  path.endsWith("weight") ? values.mul(factor) : values;
/** A share of the hidden units so far down that no row reaches them. */
const silenced = (share: number) => (values: Tensor, path: string) =>
  path.endsWith("bias") && values.size === 16
    ? values.sub(tensor(Array.from({ length: 16 }, (_, i) => (i < share * 16 ? 50 : 0))))
    : values;

const steady = { optimizer: "adam", learningRate: 0.01, schedule: "constant", epochs: 8 } as const;

/** Exhaustive by type: a detector without a case does not compile. */
const cases: { readonly [K in VerdictKind]: Case } = {
  "vanishing-gradient": [
    [curve(200), { settings: net(8, "sigmoid") }],
    [curve(200), { settings: net(2, "sigmoid") }],
  ],
  "exploding-gradient": [
    [curve(200), { settings: net(6, "relu"), parameters: gain(3) }],
    [curve(200), { settings: net(6, "relu"), parameters: gain(1.2) }],
  ],
  "dead-units": [
    [curve(200), { settings: net(2, "relu"), parameters: silenced(0.6) }],
    [curve(200), { settings: net(2, "relu"), parameters: silenced(0.25) }],
  ],
  saturation: [
    [curve(200), { settings: net(2, "tanh"), parameters: gain(20) }],
    [curve(200), { settings: net(2, "tanh"), parameters: gain(1.5) }],
  ],
  "bad-initialization": [
    [curve(200), { settings: net(3, "relu"), parameters: gain(0.05) }],
    [curve(200), { settings: net(3, "relu"), parameters: gain(0.5) }],
  ],
  "learning-rate-too-high": [
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 1 }) }],
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 0.01 }) }],
  ],
  "learning-rate-too-low": [
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 1e-5 }) }],
    [curve(200), { settings: net(2, "relu", { optimizer: "adam", learningRate: 1e-3 }) }],
  ],
  "unscaled-feature": [
    [curve(200).map((row) => ({ ...row, c: 100 * (row.c as number) })), { standardize: false }],
    [curve(200).map((row) => ({ ...row, c: 5 * (row.c as number) })), { standardize: false }],
  ],
  "leaking-feature": [
    [wave(200).map((row) => ({ ...row, later: 3 * (row.height as number) })), {}],
    [wave(200).map((row, i) => ({ ...row, later: (row.height as number) + 0.5 * Math.sin(i * i) })), {}],
  ],
  "label-noise": [
    [curve(600, 0.2), {}],
    [curve(600, 0.01), {}],
  ],
  "uninformative-features": [
    [wave(300, 1), {}],
    [wave(300, 0.5), {}],
  ],
  "batch-too-small": [
    [wave(200, 0.3), { settings: net(2, "relu", { ...steady, batchSize: 2 }) }],
    [wave(200, 0.3), { settings: net(2, "relu", { ...steady, batchSize: 32 }) }],
  ],
  overfitting: [
    [idle(60), { validation: 0.5, settings: { epochs: 150, patience: 150, schedule: "constant" } }],
    [curve(400), { validation: 0.5, settings: { epochs: 60, patience: 150, schedule: "constant" } }],
  ],
  "constant-output": [
    [wave(200), { edit: ({ train, validation }) => [train, validation!].map(({ x }) => x.fill(0.5)) }],
    [wave(200), {}],
  ],
  "class-imbalance": [
    [curve(800).filter(({ side }, i) => side === "below" || i % 25 === 0), {}],
    [curve(800).filter(({ side }, i) => side === "below" || i % 3 === 0), {}],
  ],
  "non-finite": [
    [wave(200), { settings: net(2, "relu", { optimizer: "sgd", learningRate: 1e6 }) }],
    [wave(200), { settings: net(2, "relu", { optimizer: "sgd", learningRate: 1e-2 }) }],
  ],
};

it("has a case of every detector", () => {
  expect(Object.keys(cases).sort()).toEqual([...verdictKinds].sort());
});

describe.each(verdictKinds)("%s", (kind) => {
  const [named, near] = cases[kind];
  it("is named", async () => expect(await found(...named)).toContain(kind));
  it("is not named near it", async () => expect(await found(...near)).not.toContain(kind));
});

/** What is said of data and answers. */
const mine: readonly VerdictKind[] = [
  ...(["unscaled-feature", "leaking-feature", "label-noise", "class-imbalance"] as const),
  ...(["overfitting", "constant-output"] as const),
];
const saidOfData = async (rows: readonly Row[], options?: Options) =>
  (await verdicts(rows, options)).filter(({ kind }) => mine.includes(kind));

it("nothing is said of ordinary tables", async () => {
  expect(await saidOfData(curve(400))).toEqual([]);
  expect(await saidOfData(wave(400))).toEqual([]);
});

describe("unscaled features", () => {
  it("are named with their share of what the first layer sees", async () => {
    const rows = curve(300).map((row) => ({ ...row, c: 1000 * (row.c as number) + 5000 }));
    const [verdict] = await saidOfData(rows, { standardize: false });
    expect(verdict).toMatchObject({ kind: "unscaled-feature", severity: "severe", layers: ["layers.0"], sinceStep: 0 });
    expect(verdict!.evidence.features).toEqual(["c"]);
    expect(verdict!.cause.shareOfFirstLayer).toBeGreaterThan(0.99);
    expect(await saidOfData(rows)).toEqual([]);
  });

  it("may all be tiny", async () => {
    const rows = curve(300).map(({ a, b, c, side }) => ({
      ...{ a: 1e-4 * (a as number), b: 1e-4 * (b as number), c: 1e-4 * (c as number) },
      side: side!,
    }));
    expect((await saidOfData(rows, { standardize: false })).map(({ kind }) => kind)).toContain("unscaled-feature");
  });
});

describe("a leaking feature", () => {
  it("is one that tells classes alone", async () => {
    const random = generator(2);
    const rows = curve(300).map((row) => ({ ...row, later: (row.side === "above" ? 2 : 1) + 0.2 * random() }));
    const [verdict] = await saidOfData(rows);
    expect(verdict).toMatchObject({ kind: "leaking-feature", severity: "warning" });
    expect(verdict!.evidence.features).toEqual(["later"]);
    expect(verdict!.evidence.nextBest).toBeLessThan(0.8);
  });

  it("or numbers", async () => {
    const rows = wave(300).map((row) => ({ ...row, scaled: 3 * (row.height as number) + 7 }));
    expect(await saidOfData(rows)).toMatchObject([{ kind: "leaking-feature", evidence: { features: ["scaled"] } }]);
  });

  it("is none where it is the only column, or where there is little to avoid", async () => {
    const random = generator(8);
    const sizes = Array.from({ length: 400 }, () => Math.floor(300 * random()));
    const sided = (size: number, limit: number) => (size > limit ? "above" : "below");
    expect(await saidOfData(sizes.map((size) => ({ size, side: sided(size, 150) })))).toEqual([]);
    const rare = sizes.slice(0, 100).map((size) => ({ size, other: random(), side: sided(size, 280) }));
    expect((await saidOfData(rare)).map(({ kind }) => kind)).not.toContain("leaking-feature");
  });

  it("decides a class, though a cut fitted on half of the rows falls beside the true one", async () => {
    const random = generator(21);
    const rows = Array.from({ length: 189 }, () => {
      const weight = Math.round(1500 + 2500 * random());
      return {
        age: 15 + Math.floor(25 * random()),
        smoke: Number(random() < 0.4),
        weight,
        side: weight < 2300 ? "above" : "below",
      };
    });
    expect(await saidOfData(rows)).toMatchObject([
      { kind: "leaking-feature", severity: "warning", evidence: { features: ["weight"] } },
    ]);
  });
});

describe("label noise", () => {
  it.each([1, 2, 3, 4])("is not told of labels that no feature tells (%i)", async (seed) => {
    const random = generator(seed);
    const rows = curve(240).map((row) => ({ ...row, side: "abc"[Math.floor(3 * random())]! }));
    const kinds = await found(rows);
    expect(kinds).not.toContain("label-noise");
    expect(kinds).toContain("uninformative-features");
  });

  it.each([1, 2, 3])("is not told where what tells the target is left out (%i)", async (seed) => {
    const random = generator(seed);
    const weeks = Array.from({ length: 360 }, (_, day) => {
      const warmth = 10 + 10 * random();
      return { warmth, height: 3 * warmth + (day % 7 === 6 ? 60 : 0) + 2 * random() };
    });
    expect((await found(weeks)).filter((kind) => kind === "label-noise")).toEqual([]);
  });

  it("is told in classes, with the rows that pull hardest", async () => {
    const clean = curve(600);
    const rows = curve(600, 0.2);
    const flipped = new Set(rows.flatMap((row, i) => (row.side === clean[i]!.side ? [] : [i + 1])));
    const [verdict] = await saidOfData(rows);
    expect(verdict).toMatchObject({ kind: "label-noise", severity: "warning" });
    const suspects = verdict!.evidence.suspects as number[];
    expect(suspects.filter((row) => flipped.has(row)).length).toBeGreaterThanOrEqual(0.65 * suspects.length);
  });

  it("is told in numbers", async () => {
    const [verdict] = await saidOfData(wave(600, 0.2));
    expect(verdict).toMatchObject({ kind: "label-noise" });
    expect(verdict!.evidence.kurtosis).toBeGreaterThan(4);
  });
});

describe("a rare class", () => {
  const rows = curve(800).filter(({ side }, i) => side === "below" || i % 25 === 0);
  it("is worth a word where it is learnt, and is severe where it is never recognised", async () => {
    const counts = rows.filter(({ side }) => side === "above").length;
    const [learnt] = await saidOfData(rows);
    expect(learnt).toMatchObject({ kind: "class-imbalance", evidence: { class: "above" } });
    expect(learnt!.evidence.share).toBeCloseTo(counts / rows.length, 1);
    // A class that is spread over all of the others cannot be learnt.
    const hidden = curve(800).map((row, i) => ({ ...row, side: i % 25 === 0 ? "above" : "below" }));
    const missed = (await saidOfData(hidden)).find(({ kind }) => kind === "class-imbalance");
    expect(missed).toMatchObject({ severity: "severe", evidence: { recall: 0 } });
  });
});

describe("any class", () => {
  /** Three classes of a plane, and one spread over all of it. */
  const random = generator(31);
  const rows = (share: number): Row[] =>
    Array.from({ length: 900 }, () => {
      const [a, b] = [random(), random()];
      const side = random() < share ? "hidden" : a < 0.48 ? "left" : a > 0.52 && b < 0.97 ? "right" : "corner";
      return { a, b, side };
    });
  it("can be neglected, not the rarest alone", async () => {
    const said = (await saidOfData(rows(0.14))).find(({ kind }) => kind === "class-imbalance");
    expect(said).toMatchObject({ evidence: { class: "hidden" } });
    expect(["warning", "severe"]).toContain(said!.severity);
  });
});

it("of a few rows for validation nothing is said", async () => {
  const said = await found(idle(60), {
    validation: 0.05,
    settings: { epochs: 150, patience: 150, schedule: "constant" },
  });
  expect(said).not.toContain("overfitting");
});

it("overfitting is told by a validation loss far above the training loss", async () => {
  const said = await saidOfData(idle(80), {
    validation: 0.5,
    settings: { epochs: 150, patience: 150, schedule: "constant" },
  });
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
  const said = await verdicts(wave(200), { edit, settings: { loss: "huber" } });
  expect(said.map(({ kind }) => kind)).toContain("constant-output");
});

it("events without a start are refused", () => {
  expect(() => diagnose([])).toThrowError(/begin with "start"/);
});
