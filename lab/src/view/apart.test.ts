// Names that are close are moved apart, and no others.
import { expect, it } from "vitest";
import { apart } from "./apart.ts";

it("moves names down, and up from the bottom with those in the way alone", () => {
  expect(apart([10, 40, 70], 14, 100)).toEqual([10, 40, 70]);
  expect(apart([10, 12, 98], 14, 100)).toEqual([10, 24, 98]);
  // Those on top stay where they are.
  expect(apart([7, 8, 95, 96, 97], 14, 100)).toEqual([7, 21, 72, 86, 100]);
  expect(apart([], 14, 100)).toEqual([]);
});
