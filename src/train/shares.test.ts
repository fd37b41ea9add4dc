// The rows of a step that ranks and passes have, and a step in passes beside one in one piece.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activation, dense, dropout, sequential } from "../nn/index.ts";
import { crossEntropyWith } from "../nn/losses/index.ts";
import { sgd } from "../optim/index.ts";
import { partOf, sharesOf } from "./shares.ts";
import { basics, values, watch } from "./test-training.ts";

describe("shares", () => {
  it("are each row once, in order, and differ by one row at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 300 }), (size, rows) => {
        const parts = Array.from({ length: size }, (_, rank) => partOf(rows, { rank, size }));
        let at = 0;
        for (const part of parts) {
          expect(part.from).toBe(at);
          at += part.rows;
        }
        expect(at).toBe(rows);
        expect(parts[0]!.rows - parts.at(-1)!.rows).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("of passes follow each other; a step of one pass on one rank has none", () => {
    expect(sharesOf(10, 1, { rank: 0, size: 1 })).toBeUndefined();
    expect(sharesOf(20, 2, { rank: 1, size: 3 })).toEqual([
      { rows: 3, from: 4, batch: 10 },
      { rows: 3, from: 14, batch: 10 },
    ]);
  });
});

describe("accumulated batches", () => {
  const model = sequential(dense(2, 8), activation("tanh"), dropout(0.3), dense(8, 2));
  const options = { ...basics, model, optimizer: sgd({ learningRate: 0.3 }), backend: "reference" } as const;
  it.each([
    ["crossEntropy", "crossEntropy"],
    ["with weights", crossEntropyWith({ classWeights: [1, 4] })],
  ] as const)("are one larger batch: %s", async (_, loss) => {
    const whole = await watch({ ...options, loss, batchSize: 18 });
    const parts = await watch({ ...options, loss, batchSize: 6, accumulate: 3 });
    const flat = (of: typeof whole) => values(of.result.variables).flat();
    const expected = flat(whole);
    flat(parts).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 12);
    });
    expect(parts.events[0]).toMatchObject({ batchSize: 18, stepsPerEpoch: 3 });
  });
});
