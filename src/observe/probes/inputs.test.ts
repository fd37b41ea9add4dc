// The features whose gradients are told: those of the largest, in their order.
import fc from "fast-check";
import { expect, it } from "vitest";
import { largestOf } from "./inputs.ts";

it("finds the largest as sorting does", () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY)),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 25 }), (sizes, count) => {
      const size = (at: number) => (Number.isNaN(sizes[at]!) ? Number.POSITIVE_INFINITY : sizes[at]!);
      // Infinity less infinity is no order: places decide.
      const order = sizes.map((_, at) => at).sort((a, b) => (size(a) === size(b) ? a - b : size(b) - size(a)));
      expect(largestOf(sizes, count)).toEqual(order.slice(0, count));
    }),
  );
});
