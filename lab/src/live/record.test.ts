// A repeated run beside its record: the first epoch whose loss has other bits is named.
import { expect, it } from "vitest";
import { Columns } from "../training/columns.ts";
import { compared } from "./record.tsx";

function losses(...values: readonly number[]) {
  const columns = new Columns();
  for (const [i, value] of values.entries()) columns.push("epoch:loss", 10 * (i + 1), value);
  return columns.data()[0];
}
const record = { run: "a", losses: losses(0.5, 0.25, 0.125)! };

it("says how far the losses agree", () => {
  expect(compared(record, undefined)).toContain("play it");
  expect(compared(record, losses(0.5, 0.25))).toContain("the same losses so far");
  expect(compared(record, losses(0.5, 0.25, 0.125, 0.1))).toContain("the same losses so far");
  expect(compared(record, losses(0.5, 0.2500000000000001))).toBe(
    "This repeats a. Their bits differ from the end of the epoch at step 20 on: its loss is 0.2500000000000001 here, and 0.25 on record",
  );
});
