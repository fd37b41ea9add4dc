// Cells, dates and the order of labels.
import fc from "fast-check";
import { expect, test } from "vitest";
import { isMissing, parseBoolean, parseNumber } from "./cells.ts";
import { dateOrder, parseDate } from "./dates.ts";
import { naturalOrder } from "./order.ts";

test("missing cells", () => {
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
  for (const cell of [0, false, "0", "no", "n", "--", "nope", "missing", "-1"]) expect(isMissing(cell)).toBe(false);
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

test("dates are days since 1970-01-01 UTC", () => {
  const day = (text: string) => Date.parse(text) / 86_400_000;
  const read = (text: string) => parseDate(text, "month-first");
  expect(read("1970-01-02")).toBe(1);
  expect(read("2021-04-03T14:05:06.789Z")).toBeCloseTo(day("2021-04-03T14:05:06.789Z"), 9);
  expect(read("2021-04-03 14:05:06+02:00")).toBeCloseTo(day("2021-04-03T12:05:06Z"), 9);
  expect(read("2021/4/3 2:05 PM")).toBeCloseTo(day("2021-04-03T14:05Z"), 9);
  for (const text of ["2021-4-3", "4/3/2021", "3.4.2021", "Apr 3 2021", "April 3, 2021", "3 Apr 2021", "3-Apr-2021"]) {
    expect(read(text), text).toBe(day("2021-04-03"));
  }
  expect(read("2021-04")).toBe(day("2021-04-01"));
  expect(read("Sept 3 2021")).toBe(day("2021-09-03"));
  expect(parseDate("3/4/2021", "day-first")).toBe(day("2021-04-03"));
  for (const text of [
    "2021-02-29",
    "2021-13-01",
    "13/13/2021",
    "Foo 3 2021",
    "2021",
    "12:30",
    "1-2-3",
    "2021-04-03 25:00",
  ]) {
    expect(read(text), text).toBeNaN();
  }
  expect(dateOrder(["1/2/2021", "13/2/2021"])).toBe("day-first");
  expect(dateOrder(["1/2/2021", "1/13/2021"])).toBe("month-first");
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
