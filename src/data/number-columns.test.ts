// Facts of columns of numbers.
import fc from "fast-check";
import { expect, it } from "vitest";
import { distinctNumbers, rangeOf } from "./number-columns.ts";

it("different numbers are counted, with few decimals or many, zeros as one, NaN as none", () => {
  const number = fc.oneof(
    fc.double(),
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: -500, max: 500 }).map((value) => value / 100),
    fc.constantFrom(0, -0, Number.NaN, 1e15, 0.1 + 0.2),
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.array(number), fc.array(fc.integer({ min: -500, max: 500 }).map((v) => v / 100))),
      (values) => {
        const given = values.filter((value) => !Number.isNaN(value));
        const numbers = Float64Array.from(values);
        expect(distinctNumbers(numbers, rangeOf(numbers))).toBe(new Set(given.map((value) => value + 0)).size);
      },
    ),
    { numRuns: 1000 },
  );
});
