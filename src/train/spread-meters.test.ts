// What needs all rows, in blocks and beyond the rows that are kept.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rocAuc } from "../ir/stats.ts";
import { ClassificationMeter, classificationMetrics, RegressionMeter, regressionMetrics } from "./metrics.ts";
import { RocMeter, SpreadMeter } from "./spread-meters.ts";

const random = (i: number): number => ((Math.imul(i + 1, 0x9e3779b1) >>> 0) % 100_003) / 100_003;

describe("rows in blocks give the figures of all of them, to the last bit", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });

  it("of classes", () => {
    fc.assert(
      fc.property(
        cuts,
        fc.integer({ min: 2, max: 4 }),
        fc.constantFrom("logits", "probabilities"),
        (sizes, k, kind) => {
          const rows = sizes.reduce((a, b) => a + b);
          const scores = Float64Array.from({ length: rows * k }, (_, i) => random(i));
          const labels = Int32Array.from({ length: rows }, (_, i) => Math.floor(random(7 * i) * k));
          const meter = new ClassificationMeter(kind);
          let at = 0;
          for (const size of sizes) {
            meter.add(scores.subarray(at * k, (at + size) * k), labels.subarray(at, at + size));
            at += size;
          }
          expect(meter.metrics()).toEqual(classificationMetrics(scores, labels, kind));
        },
      ),
    );
  });

  it("of numbers", () => {
    fc.assert(
      fc.property(cuts, (sizes) => {
        const rows = sizes.reduce((a, b) => a + b);
        const said = Float64Array.from({ length: rows }, (_, i) => random(i));
        const truth = Float64Array.from({ length: rows }, (_, i) => random(3 * i) + 100);
        const meter = new RegressionMeter();
        let at = 0;
        for (const size of sizes) {
          meter.add(said.subarray(at, at + size), truth.subarray(at, at + size));
          at += size;
        }
        expect(meter.metrics()).toEqual(regressionMetrics(said, truth));
      }),
    );
  });
});

describe("beyond the rows that are kept", () => {
  it.each([true, false])(
    "the area under the ROC curve is that of fine bins (probabilities: %s)",
    (areProbabilities) => {
      const scores = Float64Array.from({ length: 20_000 }, (_, i) =>
        areProbabilities ? random(i) ** 8 : 40 * random(i) - 20,
      );
      const isPositive = (i: number) => random(5 * i) < 0.2 + random(i) / 2;
      const meter = new RocMeter(areProbabilities, 1000);
      for (const [i, score] of scores.entries()) meter.add(score, isPositive(i));
      expect(meter.area).toBeCloseTo(rocAuc(scores, isPositive)!, 4);
    },
  );

  it("scores of 0 and 1 stand at the ends", () => {
    const meter = new RocMeter(true, 0);
    for (const [score, isPositive] of [
      [0, false],
      [1, true],
      [1e-300, false],
      [0.5, true],
    ] as const)
      meter.add(score, isPositive);
    expect(meter.area).toBe(1);
  });

  it("the spread is the same but for rounding", () => {
    const [all, few] = [new SpreadMeter(1e6), new SpreadMeter(100)];
    for (let i = 0; i < 10_000; i++) for (const meter of [all, few]) meter.add(1e6 + random(i));
    expect(few.squares / all.squares).toBeCloseTo(1, 8);
    expect(few.isConstant).toBe(false);
  });
});
