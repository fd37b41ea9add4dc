// Differences are named as flags.
import { expect, it } from "vitest";
import { differenceWords } from "./difference.ts";

it.each([
  [{ learningRate: 0.1 }, { learningRate: 0.03 }, "--lr 0.1 instead of 0.03"],
  [{ activation: "relu" }, {}, "--activation relu instead of relu"],
  [{ hidden: [8, 8], residual: true }, { hidden: [4] }, "--hidden 8,8 instead of 4, --residual instead of false"],
] as const)("%j beside %j", (change, base, words) => {
  expect(differenceWords(change, base)).toBe(words);
});
