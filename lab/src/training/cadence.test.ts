// The looks of a training that plays: hundreds of them, however long it is, and the same whatever step they are asked from.
import { expect, it } from "vitest";
import { nextLook } from "./cadence.ts";

const looksUpTo = (end: number): number[] => {
  const looks: number[] = [];
  for (let step = nextLook(0); step <= end; step = nextLook(step)) looks.push(step);
  return looks;
};

it("is every tenth step of the first thousand, and half as many with each doubling", () => {
  expect(looksUpTo(1060).slice(-6)).toEqual([980, 990, 1000, 1020, 1040, 1060]);
  expect(looksUpTo(2000)).toHaveLength(150);
  expect(looksUpTo(4000)).toHaveLength(200);
  expect(looksUpTo(1_024_000)).toHaveLength(100 + 10 * 50);
});

it("does not depend on where it is asked", () => {
  const looks = looksUpTo(9000);
  for (let step = 0; step < 8900; step++) expect(nextLook(step)).toBe(looks.find((look) => look > step));
});
