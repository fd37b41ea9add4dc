// Dates, times of day and durations: every way of writing one reads back the same value; what is none is NaN.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DateOrder, inferDates, parseDate } from "./dates.ts";
import { prepare } from "./prepare.ts";
import { fromRows } from "./test-tables.ts";
import { parseDuration, parseTimeOfDay } from "./times.ts";

const day = (text: string) => Date.parse(text) / 86_400_000;
const read = (text: string, order: DateOrder = "month-first") => parseDate(text, { form: "text", order });

describe("dates are days since 1970-01-01 UTC", () => {
  it.each([
    "2021-4-3",
    "2021/04/03",
    "2021.4.3",
    "4/3/2021",
    "4/3/21",
    "04-03-21",
    "3.4.2021",
    "3.4.21",
    "Apr 3 2021",
    "April 3, 2021",
    "Apr. 3rd, 2021",
    "3 Apr 2021",
    "3-Apr-21",
    "03APR2021",
    "Sat, 3 Apr 2021",
    "2021-W13-6",
    "2021W136",
    " 2021-04-03 ",
  ])("%s", (text) => {
    expect(read(text)).toBe(day("2021-04-03"));
  });

  it.each([
    ["1970-01-02", "1970-01-02"],
    ["2021-04", "2021-04-01"],
    ["Apr 2021", "2021-04-01"],
    ["Sept 3 2021", "2021-09-03"],
    ["2021-Q2", "2021-04-01"],
    ["Q2 2021", "2021-04-01"],
    ["2020-W53", "2020-12-28"],
    ["2021-W01-1", "2021-01-04"],
    ["1/1/69", "1969-01-01"],
    ["1/1/68", "2068-01-01"],
    ["2021-04-03T14:05:06.789Z", "2021-04-03T14:05:06.789Z"],
    ["20210403T140506Z", "2021-04-03T14:05:06Z"],
    ["20210403T1405", "2021-04-03T14:05:00Z"],
    ["2021-04-03 14:05:06+02:00", "2021-04-03T12:05:06Z"],
    ["2021-04-03T14:05:06+02:00[Europe/Paris]", "2021-04-03T12:05:06Z"],
    ["2021/4/3 2:05 PM", "2021-04-03T14:05Z"],
    ["4/3/21, 12:05 a.m.", "2021-04-03T00:05Z"],
    ["Sat, 03 Apr 2021 14:05:06 +0200", "2021-04-03T12:05:06Z"],
    ["Sat, 03 Apr 2021 14:05:06 GMT", "2021-04-03T14:05:06Z"],
    ["Sat, 3 Apr 2021 14:05 PDT", "2021-04-03T21:05Z"],
    ["Sat Apr  3 14:05:06 UTC 2021", "2021-04-03T14:05:06Z"],
    ["Sat Apr 3 14:05:06 2021", "2021-04-03T14:05:06Z"],
  ])("%s is %s", (text, iso) => {
    expect(read(text)).toBeCloseTo(day(iso), 9);
  });

  it.each([
    "2021-02-29",
    "2021-13-01",
    "13/13/2021",
    "Foo 3 2021",
    "2021",
    "12:30",
    "1-2-3",
    "2021-04-03 25:00",
    "2021-W54",
    "2021-W53",
    "2021-Q5",
    "20210403",
    "version 1.2",
    "",
  ])("%j is none", (text) => {
    expect(read(text)).toBeNaN();
  });

  it("every day is read back, in every way to write it", () => {
    const names = "January February March April May June July August September October November December".split(" ");
    const ways: readonly ((y: number, m: number, d: number) => readonly [string, DateOrder])[] = [
      (y, m, d) => [`${y}-${m}-${d}`, "month-first"],
      (y, m, d) => [`${m}/${d}/${y}`, "month-first"],
      (y, m, d) => [`${d}/${m}/${y}`, "day-first"],
      (y, m, d) => [`${d}.${m}.${y}`, "month-first"],
      (y, m, d) => [`${String(y).slice(2)}/${String(m).padStart(2, "0")}/${String(d).padStart(2, "0")}`, "year-first"],
      (y, m, d) => [`${m}/${d}/${String(y).slice(2)}`, "month-first"],
      (y, m, d) => [`${names[m - 1]} ${d}, ${y}`, "month-first"],
      (y, m, d) => [`${d}-${names[m - 1]!.slice(0, 3)}-${String(y).slice(2)}`, "month-first"],
    ];
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1969-01-01"), max: new Date("2068-12-31"), noInvalidDate: true }),
        fc.constantFrom(...ways),
        (date, way) => {
          const [text, order] = way(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
          expect(read(text, order)).toBe(Math.floor(date.getTime() / 86_400_000));
        },
      ),
    );
  });
});

describe("the order of a column's dates", () => {
  it.each([
    [["1/2/2021", "13/2/2021"], "day-first"],
    [["1/2/2021", "1/13/2021"], "month-first"],
    [["3/14/21", "3/15/21"], "month-first"],
    [["14/3/21", "15/3/21"], "day-first"],
    [["21/03/14", "21/03/15", "22/03/31"], "year-first"],
    // Sorted one way only: dates stand in files in their order.
    [["1/2/21", "2/2/21", "3/2/21", "1/3/21"], "day-first"],
    [["2/1/21", "2/2/21", "2/3/21", "3/1/21"], "month-first"],
  ] as const)("%j: %s", (texts, order) => {
    expect(inferDates(texts)).toEqual({ notation: { form: "text", order }, ambiguous: undefined });
  });

  it("is open where nothing tells: month first, unless it is said otherwise", () => {
    const texts = ["5/1/2021", "3/4/2021", "6/2/2021"];
    expect(inferDates(texts)).toEqual({ notation: { form: "text", order: "month-first" }, ambiguous: "5/1/2021" });
    expect(inferDates(texts, "day-first")).toMatchObject({ notation: { order: "day-first" }, ambiguous: undefined });
    expect(inferDates(["13/4/2021"], "month-first")).toBeUndefined();
  });

  it("numbers are dates where all are days of the calendar", () => {
    const found = inferDates(["20210403", "20201231"])!;
    expect(found.notation.form).toBe("yyyymmdd");
    expect(parseDate("20210403", found.notation)).toBe(day("2021-04-03"));
    expect(parseDate(20210403, found.notation)).toBe(day("2021-04-03"));
    expect(inferDates(["20210403", "20211301"])).toBeUndefined();
    expect(inferDates(["2021", "2022"])).toBeUndefined();
    expect(inferDates([])).toBeUndefined();
  });

  it("seconds and milliseconds since 1970", () => {
    expect(parseDate("86400", { form: "seconds", order: "month-first" })).toBe(1);
    expect(parseDate(43_200_000, { form: "milliseconds", order: "month-first" })).toBe(0.5);
    expect(parseDate("soon", { form: "seconds", order: "month-first" })).toBeNaN();
  });
});

describe("times of day are fractions of a day", () => {
  it.each([
    ["07:45", 7.75],
    ["7:45 PM", 19.75],
    ["7 pm", 19],
    ["12:15 am", 0.25],
    ["07:45:36", 7.76],
    ["23:30-02:00", 1.5],
    ["00:30Z", 0.5],
  ])("%s", (text, hours) => {
    expect(parseTimeOfDay(text) * 24).toBeCloseTo(hours, 9);
  });
  it.each(["25:00", "7:60", "7", "13 pm", "2021-04-03 07:45", "1:2", ""])("%j is none", (text) => {
    expect(parseTimeOfDay(text)).toBeNaN();
  });
});

describe("durations are seconds", () => {
  it.each([
    ["1h 30m", 5400],
    ["90 min", 5400],
    ["1,5 hours", 5400],
    ["2 days 3 hours", 183_600],
    ["2 days 03:04:05.5", 183_845.5],
    ["1 hour and 5 seconds", 3605],
    ["36:15:00", 130_500],
    ["75:30", 271_800],
    ["PT1H30M", 5400],
    ["P1DT2H", 93_600],
    ["P2W", 1_209_600],
    ["-00:01:00", -60],
    ["250ms", 0.25],
  ])("%s", (text, seconds) => {
    expect(parseDuration(text)).toBeCloseTo(seconds, 9);
  });
  it.each(["", "P", "PT", "1 month", "5", "1h 30", "P1Y", "1:75", "h"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNaN();
  });
});

it("dates that one order rules out are asked about by another", () => {
  const days = ["20-09-18", "05-04-14", "20-01-03", "05-10-11"];
  const rows = days.flatMap((day, i) => [0, 1, 2, 3, 4].map((n) => ({ day, x: (7 * i + n) % 5, y: (i + n) % 3 })));
  expect(prepare(fromRows(rows), { target: "y" }).columns[0]).toMatchObject({ name: "day", type: "date" });
});
