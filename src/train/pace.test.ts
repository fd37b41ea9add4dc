// The pace of a training: what is compiled in the first slice is not taken for the time of its steps.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SliceClock } from "./pace.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("a step takes what those after the first slice took", () => {
  const clock = new SliceClock();
  vi.advanceTimersByTime(2000);
  clock.ran(1, 2000);
  expect(clock.secondsPerStep(1)).toBeCloseTo(2, 9);
  expect(clock.isToBeShown()).toBe(false);
  vi.advanceTimersByTime(100);
  clock.ran(10, 100);
  expect(clock.secondsPerStep(11)).toBeCloseTo(0.01, 9);
  expect(clock.isToBeShown()).toBe(true);
  vi.advanceTimersByTime(300);
  clock.ran(10, 100);
  expect(clock.secondsPerStep(21)).toBeCloseTo(0.02, 9);
  expect(clock.seconds).toBeCloseTo(2.4, 9);
});

it("what it waits for is none of its time", async () => {
  const clock = new SliceClock();
  vi.advanceTimersByTime(2000);
  clock.ran(1, 2000);
  vi.advanceTimersByTime(100);
  clock.ran(10, 100);
  const pause = clock.without(Promise.resolve());
  vi.advanceTimersByTime(60_000);
  await pause;
  expect(clock.secondsPerStep(11)).toBeCloseTo(0.01, 9);
  expect(clock.seconds).toBeCloseTo(2.1, 9);
  expect(clock.isUp()).toBe(false);
});
