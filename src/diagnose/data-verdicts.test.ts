// What verdicts on data and answers say, on tables of their own.
import { describe, expect, it } from "vitest";
import type { Prepared } from "../data/prepare.ts";
import type { VerdictKind } from "./detectors.ts";
import { curve, found, generator, idle, type Options, type Row, verdicts, wave } from "./test-trainings.ts";

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

describe("a category that decides the target as a whole", () => {
  const random = generator(17);
  const tickets = (status: (open: boolean, i: number) => string) =>
    Array.from({ length: 240 }, (_, i) => {
      const age = Math.round(60 * random());
      const side = random() < 0.3 + age / 150 ? "late" : "in time";
      return { age, size: Math.round(100 * random()), status: status(side === "late", i), side };
    });

  it("is a leak, though none of its levels tells much alone", async () => {
    const late = ["escalated", "refunded", "reminded"];
    const rows = tickets((isLate, i) => (isLate ? late[i % 3]! : ["closed", "paid", "archived"][i % 3]!));
    const [verdict] = await saidOfData(rows);
    expect(verdict).toMatchObject({ kind: "leaking-feature", severity: "warning" });
    expect(verdict!.message).toMatch(/^The column "status" alone avoids 100 % of the errors/);
    expect(verdict!.evidence.features).toHaveLength(6);
  });

  it("is none where it tells a part, or where levels are many and drawn", async () => {
    const parts = tickets((isLate, i) => (i % 4 === 0 ? "open" : isLate ? `a${i % 2}` : `b${i % 3}`));
    expect((await saidOfData(parts)).map(({ kind }) => kind)).not.toContain("leaking-feature");
    const drawn = tickets(() => `code ${Math.floor(18 * random())}`);
    expect((await saidOfData(drawn)).map(({ kind }) => kind)).not.toContain("leaking-feature");
  });

  it("is a leak with many levels, too, and of numbers", async () => {
    const codes = tickets((isLate, i) => `${isLate ? "L" : "T"}${i % 14}`);
    expect(await saidOfData(codes)).toMatchObject([{ kind: "leaking-feature", severity: "warning" }]);
    const tariffs = Array.from({ length: 240 }, (_, i) => {
      const height = [3, 8, 1, 9, 4, 6, 2][i % 7]! + 0.05 * random();
      return { age: 60 * random(), tariff: `tariff ${i % 7}`, height };
    });
    const [verdict] = await saidOfData(tariffs);
    expect(verdict!.message).toMatch(/^The column "tariff" alone explains 100 % of the target's variance/);
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

  it.each([1, 2, 8])(
    "numbers that no feature tells, of which a few are far out, are those of features that say nothing (%i)",
    async (seed) => {
      const random = generator(60 + seed);
      const rows = Array.from({ length: 300 }, () => {
        const [a, b] = [random(), random()];
        return { a, b, height: (random() < 0.03 ? 12 : 1) * (random() + random() - 1) };
      });
      expect(await found(rows)).toContain("uninformative-features");
    },
  );

  it.each([1, 2, 3])("is not told where what tells the target is left out (%i)", async (seed) => {
    const random = generator(seed);
    const weeks = Array.from({ length: 360 }, (_, day) => {
      const warmth = 10 + 10 * random();
      return { warmth, height: 3 * warmth + (day % 7 === 6 ? 60 : 0) + 2 * random() };
    });
    expect((await found(weeks)).filter((kind) => kind === "label-noise")).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])("is not told of classes that the features hardly part (%i)", async (seed) => {
    const random = generator(seed);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const rows = Array.from({ length: 60 + 60 * seed }, (_, i) => {
      const shift = 0.3 * ((i % 3) - 1);
      return { a: normal() + shift, b: normal() - shift, side: "abc"[i % 3]! };
    });
    expect(await found(rows)).not.toContain("label-noise");
  });

  it.each([1, 2, 3])("is not told of two classes that are drawn, a little likelier on one side (%i)", async (seed) => {
    const random = generator(40 + seed);
    const rows = Array.from({ length: 300 }, () => {
      const [a, b] = [2 * random() - 1, 2 * random() - 1];
      return { a, b, side: random() < 0.5 + 0.25 * a ? "above" : "below" };
    });
    expect(await found(rows)).not.toContain("label-noise");
  });

  it("is told in classes, with the rows that pull hardest", async () => {
    const clean = curve(6000);
    const rows = curve(6000, 0.2);
    const flipped = new Set(rows.flatMap((row, i) => (row.side === clean[i]!.side ? [] : [i + 1])));
    const [verdict] = await saidOfData(rows);
    expect(verdict).toMatchObject({ kind: "label-noise", severity: "warning" });
    const suspects = verdict!.evidence.suspects as number[];
    expect(suspects.filter((row) => flipped.has(row)).length).toBeGreaterThanOrEqual(0.65 * suspects.length);
  });

  it("takes many rows for validation, or networks of folds: one network that errs on a few may be at fault itself", async () => {
    expect(await found(curve(240, 0.2))).not.toContain("label-noise");
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
