// Places against a plain search among all values that are alive together.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Lifetime, place } from "./place.ts";

const lifetimes: fc.Arbitrary<Lifetime[]> = fc.array(
  fc
    .tuple(fc.nat(6), fc.nat(20), fc.nat(12))
    .map(([units, first, length]) => ({ bytes: units * 16, first, last: first + length })),
  { maxLength: 30 },
);

const together = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;

/** Greedy by size, each value beside all that were placed before it. */
function plainly(values: readonly Lifetime[]): number[] {
  const offsets: number[] = [];
  const bySize = [...values.keys()].sort((a, b) => values[b]!.bytes - values[a]!.bytes || a - b);
  bySize.forEach((index, done) => {
    const rivals = bySize.slice(0, done).filter((other) => together(values[index]!, values[other]!));
    const free = (offset: number): boolean =>
      rivals.every(
        (other) => offset >= offsets[other]! + values[other]!.bytes || offset + values[index]!.bytes <= offsets[other]!,
      );
    const candidates = [0, ...rivals.map((other) => offsets[other]! + values[other]!.bytes)].sort((a, b) => a - b);
    offsets[index] = candidates.find(free)!;
  });
  return offsets;
}

describe("place", () => {
  it("puts each value, the largest first, at the lowest bytes that are free while it lives", () => {
    fc.assert(
      fc.property(lifetimes, (values) => {
        const { offsets, bytes } = place(values);
        expect(offsets).toEqual(plainly(values));
        expect(bytes).toBe(values.reduce((most, value, i) => Math.max(most, offsets[i]! + value.bytes), 0));
        for (const [i, a] of values.entries()) {
          for (const [j, b] of values.entries()) {
            if (i === j || a.bytes === 0 || b.bytes === 0 || !together(a, b)) continue;
            expect(offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!).toBe(true);
          }
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("shares bytes between values that never live together", () => {
    const lives = [
      { bytes: 64, first: 0, last: 1 },
      { bytes: 32, first: 1, last: 2 },
      { bytes: 64, first: 2, last: 3 },
      { bytes: 16, first: 0, last: 3 },
      { bytes: 0, first: 0, last: 3 },
    ];
    expect(place(lives)).toMatchInlineSnapshot(`
      {
        "bytes": 112,
        "offsets": [
          0,
          64,
          0,
          96,
          0,
        ],
      }
    `);
  });
});
