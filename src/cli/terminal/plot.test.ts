// Plots in Braille dots, and the labels under them.
import { expect, it } from "vitest";
import { axis, plot } from "./plot.ts";

it("draws lines from edge to edge", () => {
  expect(plot([[0, 1]], { width: 4, height: 2, low: 0, high: 1 })).toEqual(["  ⡠⠊", "⡠⠊  "]);
  expect(plot([[1, 1]], { width: 3, height: 1, low: 0, high: 1 })).toEqual(["⠉⠉⠉"]);
  expect(
    plot(
      [
        [0, 0],
        [1, 1],
      ],
      { width: 2, height: 1, low: 0, high: 1 },
    ),
  ).toEqual(["⣉⣉"]);
});

it("leaves out what lies outside", () => {
  expect(plot([[1, -1]], { width: 2, height: 1, low: 0, high: 1 })[0]!.endsWith(" ")).toBe(true);
  expect(plot([[Number.NaN, 1]], { width: 2, height: 1, low: 0, high: 1 })).toEqual(["  "]);
});

it("spreads labels", () => {
  expect(axis(["1", "10", "100"], 13)).toBe("1     10  100");
});
