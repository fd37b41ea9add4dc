// The steps that charts show: they follow the end until somebody looks back, and stay between the first and the last step.
import { expect, it } from "vitest";
import { ChartView } from "./chart-view.ts";

it("follows the end until it is zoomed, and again when asked to", () => {
  const view = new ChartView();
  expect(view.range).toEqual([0, 10]);
  view.reach(1000);
  expect(view.range).toEqual([0, 1000]);
  view.zoom(0.5);
  expect(view.range).toEqual([500, 1000]);
  view.reach(2000);
  expect(view.range).toEqual([500, 1000]);
  view.follow();
  expect(view.range).toEqual([0, 2000]);
});

it("stays within the steps that there are, and shows ten at least", () => {
  const view = new ChartView();
  view.reach(100);
  view.show(40, 60);
  view.pan(10);
  expect(view.range).toEqual([80, 100]);
  view.pan(-100);
  expect(view.range).toEqual([0, 20]);
  view.zoom(0.001, 10);
  expect(view.range).toEqual([5, 15]);
  view.zoom(1000);
  expect(view.isFollowing()).toBe(true);
});

it("tells what listens, once a change", () => {
  const view = new ChartView();
  let told = 0;
  const off = view.subscribe(() => told++);
  view.point(5);
  view.point(5);
  view.reach(7);
  off();
  view.point(undefined);
  expect(told).toBe(2);
});
