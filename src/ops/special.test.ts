// Special functions against figures computed with 40 digits (mpmath 1.3), tails included.
import { describe, expect, test } from "vitest";
import { erf, erfc, normalCdf, sigmoid } from "./special.ts";

describe("erf and erfc", () => {
  test.each([
    [1e-300, 1.1283791670955126e-300, 1],
    [1e-10, 1.1283791670955126e-10, 0.999999999887162],
    [0.1, 0.1124629160182849, 0.887537083981715],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [0.84, 0.7651427114549945, 0.23485728854500548],
    [0.85, 0.7706680576083526, 0.22933194239164748],
    [1, 0.8427007929497149, 0.15729920705028513],
    [1.2, 0.9103139782296353, 0.08968602177036464],
    [1.25, 0.9229001282564583, 0.07709987174354177],
    [1.5, 0.9661051464753108, 0.033894853524689274],
    [2, 0.9953222650189527, 0.004677734981047266],
    [2.857, 0.9999466417399131, 5.3358260086846374e-5],
    [2.9, 0.9999589021219005, 4.109787809945886e-5],
    [3.5, 0.9999992569016276, 7.430983723414128e-7],
    [5, 0.9999999999984626, 1.537459794428035e-12],
    [5.9, 0.9999999999999999, 7.190409783550478e-17],
    [6, 1, 2.1519736712498913e-17],
    [10, 1, 2.088487583762545e-45],
    [26, 1, 5.663192408856143e-296],
  ])("at %d", (x, erfX, erfcX) => {
    expect(Math.abs(erf(x) / erfX - 1)).toBeLessThan(1e-15);
    expect(Math.abs(erfc(x) / erfcX - 1)).toBeLessThan(x < 1.25 ? 4e-15 : 1e-15);
    expect(erf(-x)).toBe(-erf(x));
  });

  test("at the ends", () => {
    expect([erf(Infinity), erf(-Infinity), erf(0), erfc(Infinity), erfc(-Infinity)]).toEqual([1, -1, 0, 0, 2]);
    expect([erf(Number.NaN), erfc(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });
});

test("Φ keeps its digits in the lower tail", () => {
  expect(normalCdf(0)).toBe(0.5);
  expect(normalCdf(-10) / 7.619853024160525e-24 - 1).toBeCloseTo(0, 13);
  expect([normalCdf(-800), normalCdf(800)]).toEqual([0, 1]);
});

test("σ neither overflows nor loses its lower tail", () => {
  expect([sigmoid(0), sigmoid(800), sigmoid(-800), sigmoid(-Infinity)]).toEqual([0.5, 1, 0, 0]);
  expect(sigmoid(-700) / Math.exp(-700)).toBe(1);
});
