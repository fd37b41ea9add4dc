// Cells and the order of labels.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseBoolean, parseNumber } from "./cells.ts";
import { missingTest } from "./missing.ts";
import { naturalOrder } from "./order.ts";

test("missing cells", () => {
  const isMissing = missingTest({}, true);
  for (const cell of [
    null,
    Number.NaN,
    "",
    "  ",
    "NA",
    "n/a",
    "NaN",
    "null",
    "None",
    "?",
    "-",
    " na ",
    "      ",
    "\u00a0NA\u00a0",
  ]) {
    expect(isMissing(cell), String(cell)).toBe(true);
  }
  for (const cell of [0, false, "0", "no", "n", "nope", "missing", "-1"]) expect(isMissing(cell)).toBe(false);
});

test("numbers", () => {
  for (const text of [
    "0",
    "-1",
    "+2",
    " 3 ",
    "4.5",
    ".5",
    "5.",
    "1e3",
    "-1.5E-3",
    "123456789012345678",
    "1".repeat(20),
  ]) {
    expect(parseNumber(text), text).toBe(Number(text));
  }
  for (const text of [
    "",
    " ",
    ".",
    "-",
    "1,000",
    "1 000",
    "$5",
    "5%",
    "0x10",
    "-0x10",
    "1_0",
    "Infinity",
    "-Infinity",
    "1e39",
    "NaN",
    "1.2.3",
  ]) {
    expect(parseNumber(text), text).toBeNaN();
  }
  expect(parseNumber(true)).toBeNaN();
  expect(parseNumber(Number.POSITIVE_INFINITY)).toBeNaN();
});

test("plain decimals are rounded as Number rounds them", () => {
  const decimal = fc.tuple(fc.boolean(), fc.nat({ max: 999_999_999 }), fc.nat({ max: 999_999 }), fc.nat({ max: 6 }));
  fc.assert(
    fc.property(decimal, ([negative, whole, fraction, digits]) => {
      const text = `${negative ? "-" : ""}${whole}.${String(fraction).slice(0, digits)}`;
      expect(parseNumber(text)).toBe(Number(text));
    }),
    { numRuns: 1000 },
  );
});

test("booleans", () => {
  expect(["true", "Yes", "Y", "t", "1", true].map(parseBoolean)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(["FALSE", "no", "n", "F", "0", false].map(parseBoolean)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(parseBoolean("maybe")).toBeNaN();
});

test("natural order of labels", () => {
  const sorted = ["-1", "2", "10", "1e2", "a", "class 2", "class 10", "class 10b"];
  expect([...sorted].reverse().sort(naturalOrder)).toEqual(sorted);
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(Math.sign(naturalOrder(a, b))).toBe(-Math.sign(naturalOrder(b, a)) + 0);
      expect(naturalOrder(a, a)).toBe(0);
    }),
  );
});
