// Typed values as text: exact, and read again as what they are.
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseDate } from "./dates.ts";
import { parseDuration, parseTimeOfDay } from "./times.ts";
import {
  dayText,
  decimalText,
  durationText,
  momentText,
  shortestFloat32,
  ticksPerSecond,
  timeText,
} from "./typed-text.ts";

const { MILLIS } = ticksPerSecond;
const days = fc.integer({ min: -719_162, max: 2_932_896 }); // 0001-01-01 to 9999-12-31
const asDate = (text: string) => parseDate(text, { form: "text", order: "month-first" });

it("days and moments are read as what they are", () => {
  fc.assert(
    fc.property(days, (day) => {
      expect(asDate(dayText(day))).toBe(day);
    }),
  );
  fc.assert(
    fc.property(days, fc.nat(86_399_999), fc.boolean(), (day, millis, isUtc) => {
      const text = momentText(BigInt(day) * 86_400_000n + BigInt(millis), MILLIS, isUtc);
      expect(asDate(text)).toBeCloseTo(day + millis / 86_400_000, 6);
    }),
  );
});

it("times and durations are read as what they are", () => {
  fc.assert(
    fc.property(fc.nat(86_399_999), (millis) => {
      expect(parseTimeOfDay(timeText(BigInt(millis), MILLIS))).toBeCloseTo(millis / 86_400_000, 12);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (millis) => {
      expect(parseDuration(durationText(BigInt(millis), MILLIS))).toBeCloseTo(millis / 1000, 3);
    }),
  );
});

it("decimals have all their digits", () => {
  const texts = [
    decimalText(1230n, 2),
    decimalText(-5n, 2),
    decimalText(0n, 3),
    decimalText(7n, 0),
    decimalText(7n, -2),
  ];
  expect(texts).toEqual(["12.30", "-0.05", "0.000", "7", "700"]);
});

it("numbers in float32 have as few digits as tell them", () => {
  expect([0.1, 1 / 3, 16777216].map((value) => shortestFloat32(Math.fround(value)))).toEqual([
    0.1, 0.33333334, 16777216,
  ]);
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(Math.fround(shortestFloat32(value))).toBe(value);
    }),
  );
});

it("what no calendar has stays a number", () => {
  expect([dayText(2 ** 31), momentText(2n ** 63n, MILLIS, true)]).toEqual(["2147483648", "9223372036854775808"]);
});
