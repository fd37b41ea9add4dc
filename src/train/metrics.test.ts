// Metrics against figures worked by hand, figures from scikit-learn 1.9.1, and properties.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rocAuc } from "../ir/stats.ts";
import { classificationMetrics, regressionMetrics } from "./metrics.ts";

const labels = (...values: number[]) => Int32Array.from(values);
const oneHot = (classes: number, predicted: number[]) =>
  Float64Array.from({ length: classes * predicted.length }, (_, i) =>
    predicted[Math.floor(i / classes)] === i % classes ? 1 : 0,
  );

describe("classificationMetrics", () => {
  // biome-ignore format: one row per line
  const logits = [
    2.0, -1.0, 0.5,
    0.1, 0.4, -0.3,
    -1.2, 0.7, 0.9,
    0.3, 0.3, 1.1,
    1.5, 1.4, -2.0,
    -0.5, 2.2, 0.0,
    0.0, -0.7, 0.2,
    0.8, 0.9, 1.0,
  ];
  const truth = labels(0, 1, 2, 2, 1, 1, 0, 0);

  it("agrees with scikit-learn on three classes", () => {
    const m = classificationMetrics(Float64Array.from(logits), truth, "logits");
    expect(m.accuracy).toBe(0.625);
    expect(m.logLoss).toBeCloseTo(0.6846074870984481, 14);
    expect(m.rocAuc).toBeCloseTo(0.9333333333333332, 14);
    expect(m.confusion).toEqual([
      [1, 0, 2],
      [1, 2, 0],
      [0, 0, 2],
    ]);
    expect(m.perClass).toEqual([
      { precision: 0.5, recall: 1 / 3, f1: 0.4, support: 3 },
      { precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
      { precision: 0.5, recall: 1, f1: 2 / 3, support: 2 },
    ]);
    // brier_score_loss; calibration_curve of the hits by the largest probability, in 15 bins.
    expect(m.brier).toBeCloseTo(0.4063546602987898, 14);
    expect(m.ece).toBeCloseTo(0.15971636814242973, 14);
    expect(m.reliability.map(({ rows }) => rows)).toEqual([1, 2, 3, 1, 1]);
    expect(m.reliability[1]!.confidence).toBeCloseTo(0.4481620870952314, 14);
    expect(m.reliability[2]).toMatchObject({ from: 7 / 15, to: 8 / 15, accuracy: 2 / 3 });
    expect(m.macro.precision).toBeCloseTo(0.6666666666666666, 14);
    expect(m.macro.recall).toBeCloseTo(0.6666666666666666, 14);
    expect(m.macro.f1).toBeCloseTo(0.6222222222222222, 14);
  });

  it("is the same from probabilities", () => {
    const p = Float64Array.from(logits);
    for (let row = 0; row < p.length; row += 3) {
      const e = [0, 1, 2].map((k) => Math.exp(logits[row + k]!));
      for (let k = 0; k < 3; k++) p[row + k] = e[k]! / (e[0]! + e[1]! + e[2]!);
    }
    const a = classificationMetrics(p, truth, "probabilities");
    const b = classificationMetrics(Float64Array.from(logits), truth, "logits");
    expect(a.logLoss).toBeCloseTo(b.logLoss, 14);
    expect({ ...a, logLoss: 0 }).toEqual({ ...b, logLoss: 0 });
  });

  it("agrees with scikit-learn on two classes with tied scores", () => {
    const s = [0.1, 0.4, 0.35, 0.8, 0.4, 0.4, 0.9, 0.05, 0.7, 0.1];
    const m = classificationMetrics(
      Float64Array.from(s.flatMap((p) => [1 - p, p])),
      labels(0, 0, 1, 1, 1, 0, 1, 0, 0, 1),
      "probabilities",
    );
    expect(m.rocAuc).toBeCloseTo(0.66, 14);
    expect(m.logLoss).toBeCloseTo(0.697947987824221, 14);
    expect(m.accuracy).toBe(0.6);
    expect(m.brier).toBeCloseTo(0.2465, 14);
    expect(m.ece).toBeCloseTo(0.25, 14);
    expect(m.reliability.map(({ rows, accuracy }) => [rows, accuracy])).toEqual([
      [3, 2 / 3],
      [1, 0],
      [1, 0],
      [1, 1],
      [3, 2 / 3],
      [1, 1],
    ]);
    expect(m.confusion).toEqual([
      [4, 1],
      [3, 2],
    ]);
  });

  it("clips probabilities at the machine epsilon of their type", () => {
    const p = [1, 0, 0, 1, 0.3, 0.7];
    const y = labels(1, 1, 0);
    // scikit-learn: (−ln ε − ln(1 − ε) − ln 0.3) / 3
    expect(classificationMetrics(Float64Array.from(p), y, "probabilities").logLoss).toBeCloseTo(12.415875397814363, 12);
    expect(classificationMetrics(Float32Array.from(p), y, "probabilities").logLoss).toBeCloseTo(5.715452671051025, 6);
  });

  it("gives 0, never NaN, where a class is not predicted or does not occur", () => {
    const m = classificationMetrics(oneHot(4, [0, 3, 1, 1, 0]), labels(0, 0, 1, 2, 2), "probabilities");
    expect(m.perClass).toEqual([
      { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      { precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      { precision: 0, recall: 0, f1: 0, support: 2 },
      { precision: 0, recall: 0, f1: 0, support: 0 },
    ]);
    expect(m.macro).toEqual({ precision: 0.25, recall: 0.375, f1: expect.closeTo(0.29166666666666663, 14) });
    expect(m).not.toHaveProperty("rocAuc");
  });

  it("works by hand: two rows, one right", () => {
    // p = (¾, ¼) for both rows: −ln ¾ and −ln ¼; equal scores give an area of ½.
    const z = Float32Array.from([Math.log(3), 0, Math.log(3), 0]);
    const m = classificationMetrics(z, labels(0, 1), "logits");
    expect(m.logLoss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.25)) / 2, 6);
    expect(m.accuracy).toBe(0.5);
    expect(m.rocAuc).toBe(0.5);
  });

  it("neither overflows nor rounds to infinity on large logits", () => {
    const m = classificationMetrics(Float64Array.from([1000, -1000, -1000, 1000]), labels(0, 0), "logits");
    expect(m.logLoss).toBe(1000);
  });

  it("says what is wrong", () => {
    const p = Float64Array.of(0.5, 0.5, 0.5, 0.5);
    expect(() => classificationMetrics(p, labels(0, 2), "probabilities")).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: Labels must lie in 0 … 1, since the scores have 2 classes; row 1 has label 2.]`,
    );
    expect(() => classificationMetrics(p, labels(0, 1, 0), "probabilities")).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: Classification metrics need scores [rows, classes] with at least 1 row and 2 classes; got 4 scores for 3 labels.]`,
    );
    expect(() => classificationMetrics(Float64Array.of(), labels(), "logits")).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: Classification metrics need scores [rows, classes] with at least 1 row and 2 classes; got 0 scores for 0 labels.]`,
    );
    expect(() =>
      classificationMetrics(Float64Array.of(1, 0, 2, Number.NaN), labels(0, 1), "logits"),
    ).toThrowErrorMatchingInlineSnapshot(`[ChainruleError: Scores must be finite numbers; row 1, class 1 is NaN.]`);
  });

  it("has properties: rates in [0, 1], the confusion matrix counts every row, order of rows does not matter", () => {
    const arbitrary = fc.integer({ min: 2, max: 5 }).chain((classes) =>
      fc.array(
        fc.record({
          z: fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: classes, maxLength: classes }),
          y: fc.nat(classes - 1),
        }),
        { minLength: 1, maxLength: 40 },
      ),
    );
    const measure = (rows: { z: number[]; y: number }[]) =>
      classificationMetrics(Float64Array.from(rows.flatMap((r) => r.z)), labels(...rows.map((r) => r.y)), "logits");
    fc.assert(
      fc.property(arbitrary, (rows) => {
        const m = measure(rows);
        const rates = [m.accuracy, m.rocAuc ?? 0, ...Object.values(m.macro)];
        for (const c of m.perClass) rates.push(c.precision, c.recall, c.f1);
        for (const rate of rates) expect(rate >= 0 && rate <= 1).toBe(true);
        expect(m.logLoss).toBeGreaterThanOrEqual(0);
        expect(m.confusion.flat().reduce((a, b) => a + b, 0)).toBe(rows.length);
        const reversed = measure(rows.toReversed());
        expect(reversed.confusion).toEqual(m.confusion);
        if (m.rocAuc !== undefined) expect(reversed.rocAuc).toBeCloseTo(m.rocAuc, 12);
      }),
    );
  });
});

describe("rocAuc", () => {
  it("equals the share of ordered pairs, ties counting one half", () => {
    const row = fc.record({ score: fc.integer({ min: -3, max: 3 }), positive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const positives = rows.filter((r) => r.positive);
        const negatives = rows.filter((r) => !r.positive);
        let wins = 0;
        for (const p of positives)
          for (const n of negatives) wins += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0;
        const pairs = positives.length * negatives.length;
        const area = rocAuc(
          rows.map((r) => r.score),
          (i) => rows[i]!.positive,
        );
        if (pairs === 0) expect(area).toBeUndefined();
        else expect(area).toBeCloseTo(wins / pairs, 12);
      }),
    );
  });
});

describe("regressionMetrics", () => {
  it("agrees with scikit-learn", () => {
    const m = regressionMetrics(Float64Array.of(2.5, 0, 2.1, 8, 4), Float64Array.of(3, -0.5, 2, 7, 4.25));
    expect(m.rmse).toBeCloseTo(0.5608029957123981, 14);
    expect(m.mae).toBeCloseTo(0.47, 14);
    expect(m.r2).toBeCloseTo(0.9487785016286645, 14);
  });

  it("works by hand: the mean as prediction has r² = 0", () => {
    const m = regressionMetrics(Float64Array.of(2, 2, 2), Float64Array.of(1, 2, 3));
    expect(m).toEqual({ rmse: Math.sqrt(2 / 3), mae: 2 / 3, r2: 0 });
  });

  it("gives r² 1 or 0 where the targets are constant", () => {
    const third = Float64Array.of(0.1, 0.1, 0.1);
    expect(regressionMetrics(third, third).r2).toBe(1);
    expect(regressionMetrics(Float64Array.of(0.1, 0.1, 0.2), third).r2).toBe(0);
    expect(regressionMetrics(Float64Array.of(4), Float64Array.of(5))).toEqual({ rmse: 1, mae: 1, r2: 0 });
  });

  it("has properties: rmse ≥ mae ≥ 0 and r² ≤ 1", () => {
    // Thousandths, since squares of subnormal residuals underflow.
    const value = fc.integer({ min: -1e9, max: 1e9 }).map((v) => v / 1000);
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), (rows) => {
        const m = regressionMetrics(
          Float64Array.from(rows, (r) => r[0]),
          Float64Array.from(rows, (r) => r[1]),
        );
        expect(m.mae).toBeGreaterThanOrEqual(0);
        expect(m.rmse).toBeGreaterThanOrEqual(m.mae * (1 - 1e-12));
        expect(m.r2).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("says what is wrong", () => {
    expect(() => regressionMetrics(Float64Array.of(1), Float64Array.of(1, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: Regression metrics need one prediction for every target, and at least one; got 1 predictions and 2 targets.]`,
    );
    expect(() => regressionMetrics(Float64Array.of(Number.NaN), Float64Array.of(1))).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: Regression metrics need finite numbers; row 0 has prediction NaN and target 1.]`,
    );
  });
});
