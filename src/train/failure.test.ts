// The error of a loss that is not finite: its text follows from its details.
import { expect, it } from "vitest";
import { ChainruleError } from "../ir/errors.ts";
import type { Origin } from "../observe/origin.ts";
import { failureEvent, isNonFinite, nonFinite, withOrigin } from "./failure.ts";

const origin: Origin = { where: "data", op: "x", value: "NaN", operands: [], indices: [3, 1], row: 3, column: 1 };
const given = nonFinite({
  name: "loss",
  loss: Number.NaN,
  at: 4,
  done: 5,
  learningRate: 0.1,
  stepsPerEpoch: 3,
  kept: { step: 2, variables: { parameters: {}, buffers: {} } },
  origin,
});
const error = new ChainruleError(given.code, given.message, given.details, {
  cause: new RangeError("the cause"),
  where: "/home/ada/train.ts:3:7",
});

it("says more of its origin, with the place and the cause that it had", () => {
  if (!isNonFinite(error)) return expect.fail("no error of a loss");
  const named = withOrigin(error, (one) => ({ ...one, tableRow: 8, feature: "US$'000" }));
  expect(named.message).toBe(
    `The loss became NaN at step 5 (epoch 2), with a learning rate of 0.1. It began in the data: row 8 of the table, "US$'000", holds NaN. The last good weights, those after step 2, are kept. Mend the data, or leave the row out.`,
  );
  expect(named).toMatchObject({ code: error.code, where: error.where, cause: error.cause });
});

it("gives an event without the weights", () => {
  if (!isNonFinite(error)) return expect.fail("no error of a loss");
  expect(failureEvent(error)).toEqual({
    type: "failure",
    step: 5,
    epoch: 2,
    loss: Number.NaN,
    learningRate: 0.1,
    lossesBefore: [],
    origin,
  });
});
