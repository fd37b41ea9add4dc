// Events in bounded room: the first, the newest and the best stay.
import type { EpochEvent, ObservationEvent } from "chainrule/train";
import { expect, it } from "vitest";
import { capacity, EventWindow } from "./event-window.ts";

const observation = (step: number) => ({ type: "observation", step }) as ObservationEvent;
const epoch = (step: number, best: boolean) => ({ type: "epoch", step, best }) as EpochEvent;

it("holds a bounded number of events, with the first, the newest and the best epoch among them", () => {
  const window = new EventWindow();
  for (let step = 1; step <= 50_000; step++) {
    window.push(observation(step));
    window.push(epoch(step, step <= 333));
  }
  const events = window.upTo(Number.POSITIVE_INFINITY);
  expect(events.length).toBeLessThanOrEqual(2 * capacity);
  const steps = events.filter(({ type }) => type === "observation").map((event) => (event as ObservationEvent).step);
  expect(steps.slice(0, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(steps.slice(-100)).toEqual(Array.from({ length: 100 }, (_, i) => 49_901 + i));
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  expect(events).toContainEqual(epoch(333, true));
});

it("gives the events up to a step, and forgets what comes after one", () => {
  const window = new EventWindow();
  for (let step = 1; step <= 20; step++) window.push(observation(step));
  expect(window.upTo(5)).toHaveLength(5);
  window.truncate(10);
  expect(window.upTo(20)).toHaveLength(10);
});
