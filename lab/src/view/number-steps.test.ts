// Steps of the arrow keys, and numbers as they are typed.
import { expect, it } from "vitest";
import { parsedNumber, stepOf, stepped } from "./number-steps.ts";

it("steps by about a hundredth of a number's size, on the steps' grid", () => {
  expect([0.5, 2, -0.034, 0, 150].map(stepOf)).toEqual(
    [0.01, 0.1, 0.001, 0.001, 10].map((size) => expect.closeTo(size, 12)),
  );
  expect(stepped(0.5, 1, false)).toBe(0.51);
  expect(stepped(-0.8, -10, false)).toBe(-0.9);
  expect(stepped(0.12345, 1, false)).toBe(0.13);
  expect(stepped(0.5, 0.1, false)).toBe(0.501);
  expect(stepped(7, 1, true)).toBe(8);
});

it("reads what people type", () => {
  expect(["0.5", "−0.8", "-.25", "1,5", "1e-3", " 2 ", "+3"].map(parsedNumber)).toEqual([
    0.5, -0.8, -0.25, 1.5, 0.001, 2, 3,
  ]);
  expect(["", "a", "1.2.3", "0x1", "1e999", "--1"].map(parsedNumber)).toEqual(Array(6).fill(undefined));
});
