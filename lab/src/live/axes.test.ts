// Where runs lie on parallel axes.
import { expect, it } from "vitest";
import { axesOf, isWithin } from "./axes.ts";

const runs = [
  { settings: { lr: 0.001, hidden: [8] }, metrics: { loss: 0.5 } },
  { settings: { lr: 0.1, hidden: [32, 16] }, metrics: { loss: 0.1 } },
  { settings: { lr: 0.01, hidden: [8], dropout: 0.5 }, metrics: { loss: 0.3 } },
  { settings: { hidden: [8] }, metrics: { loss: Number.NaN } },
  {},
];

it("is an axis for each setting that differs, in their order, and one for the metric with the better end above", () => {
  const axes = axesOf(runs, "loss");
  expect(axes.map(({ label }) => label)).toEqual(["--hidden", "--dropout", "--lr", "loss"]);
  const places = (i: number) => runs.map((run) => axes[i]!.place(run)?.toFixed(2));
  expect(places(0)).toEqual(["0.00", "1.00", "0.00", "0.00", undefined]);
  // Logarithmic, above what was not given.
  expect(places(2)).toEqual(["0.14", "1.00", "0.57", "0.00", undefined]);
  expect(places(3)).toEqual(["0.00", "1.00", "0.50", undefined, undefined]);
  expect(axes[2]!.ticks.map(({ words }) => words)).toEqual(["default", "0.001", "0.003", "0.01", "0.03", "0.1"]);
  expect(axes[2]!.wordsAt(0.57)).toBe("0.0100");
  expect(axes[0]!.words(runs[1]!)).toBe("32,16");
});

it("places long numbers among words", () => {
  const mixed = [{ settings: { lr: 0.0123456 } }, { settings: { lr: "auto" } }];
  const [axis] = axesOf(mixed, "loss");
  expect(mixed.map((run) => axis!.place(run))).toEqual([0, 1]);
  expect(axis!.ticks.map(({ words }) => words)).toEqual(["0.01235", "auto"]);
});

it("filters by parts of axes", () => {
  const axes = axesOf(runs, "loss");
  const within = (brushes: Parameters<typeof isWithin>[2]) => runs.map((run) => isWithin(run, axes, brushes));
  expect(within({})).toEqual([true, true, true, true, true]);
  expect(within({ lr: [0.5, 1] })).toEqual([false, true, true, false, false]);
  expect(within({ lr: [0.5, 1], loss: [0, 0.6] })).toEqual([false, false, true, false, false]);
});

it("stands where all are alike, or nothing is measured", () => {
  const [axis] = axesOf([{ settings: {}, metrics: { loss: 2 } }], "loss");
  expect([axis!.place({ metrics: { loss: 2 } }), axis!.ticks]).toEqual([0.5, [{ at: 0.5, words: "2" }]]);
  const [none] = axesOf([{ settings: {} }], "loss");
  expect([none!.place({}), none!.ticks, none!.wordsAt(0.5)]).toEqual([undefined, [], ""]);
});
