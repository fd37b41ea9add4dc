// The split: a partition, stratified, repeatable.
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitmix32 } from "./random.ts";
import { split } from "./split.ts";

test("splitmix32 gives the same integers everywhere", () => {
  const next = splitmix32(1);
  expect([next(), next(), next()]).toMatchInlineSnapshot(`
    [
      1580013426,
      350525680,
      3524174333,
    ]
  `);
});

test("a split is a partition of the rows, and the same seed repeats it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 200 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.integer(),
      (rows, fraction, seed) => {
        const { train, validation } = split(rows, fraction, seed);
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, r) => r));
        expect(validation.length > 0).toBe(fraction > 0);
        expect(train.length).toBeGreaterThan(0);
        expect(split(rows, fraction, seed)).toEqual({ train, validation });
      },
    ),
  );
});

test("every class gives its share of validation rows to within one row, and keeps one in training", () => {
  const classes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 12, maxLength: 200 });
  fc.assert(
    fc.property(classes, fc.double({ min: 0.01, max: 0.9, noNaN: true }), fc.integer(), (labels, fraction, seed) => {
      const { train, validation } = split(labels.length, fraction, seed, labels);
      expect(new Set([...train, ...validation]).size).toBe(labels.length);
      for (const label of new Set(labels)) {
        const all = labels.filter((other) => other === label).length;
        const held = [...validation].filter((row) => labels[row] === label).length;
        expect(Math.abs(held - all * fraction)).toBeLessThanOrEqual(1);
        expect(all - held).toBeGreaterThan(0);
      }
    }),
  );
});

test("iris: 10 of 50 rows of each class", () => {
  const labels = Array.from({ length: 150 }, (_, r) => Math.floor(r / 50));
  const { train, validation } = split(150, 0.2, 7, labels);
  expect([train.length, validation.length]).toEqual([120, 30]);
  for (const label of [0, 1, 2]) expect([...validation].filter((row) => labels[row] === label)).toHaveLength(10);
});

test("bad input", () => {
  expect(() => split(10, 1, 0)).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: The validation fraction must be at least 0 and less than 1, and is 1. For 20 %, write 0.2.]`,
  );
  expect(() => split(10, 0.2, 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: The seed must be an integer, and is 0.5.]`,
  );
  expect(() => split(1, 0.2, 0)).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: 1 row cannot be split into training and validation rows. Add rows, or train without validation (fraction 0).]`,
  );
  expect(() => split(3, 0.5, 0, [0, 1, 2])).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: 3 rows cannot be split into training and validation rows: every class has one row only, and training needs it. Add rows, or train without validation (fraction 0).]`,
  );
});
