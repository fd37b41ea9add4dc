// Sketches by the machine against the reference in float64: every range of numbers, and what is not a number.
import { describe, expect, it } from "vitest";
import { sketchLayout, sketchSample } from "../../ops/sketch.ts";
import { sketch } from "../reference/sketch.ts";
import { SKETCH_BUCKETS, SKETCH_EVERY, SKETCH_EXACT, SKETCH_LOWEST, SKETCH_PIECE } from "./machine/opcodes.ts";
import { samples, TestPlan } from "./test-plan.ts";
import { wasmBackend } from "./wasm.ts";

const { mean, rms, nonFinite, zeros, counted, length } = sketchLayout;

function sketchOf(data: Float32Array, threads = 1): Float32Array {
  const plan = new TestPlan();
  const x = plan.value([data.length]);
  const y = plan.op("sketch", {}, [x], plan.value([length]));
  // Work enough for the threads to be started: 100 µs each.
  if (threads > 1) plan.op("sketch", {}, [plan.value([500_000 * threads])], plan.value([length]));
  const machine = wasmBackend({ threads, build: "plain" }).load(plan.plan());
  try {
    expect(machine.threads).toBe(threads);
    machine.write(x, data);
    machine.run("main", 2);
    return machine.read(y) as Float32Array;
  } finally {
    machine.dispose();
  }
}

/** Mean and RMS to 1e-6 of the RMS, all else exactly. */
function check(data: Float32Array): void {
  const input = { data: Float64Array.from(data), shape: [data.length], dtype: "float64" } as const;
  const expected = new Float64Array(length);
  sketch([input], {}, { data: expected, shape: [length], dtype: "float64" })();
  const actual = sketchOf(data);
  // Next to the smallest number, rounding to float32 is coarser.
  const within = 1e-6 * expected[rms]! + 2 ** -150;
  expect(Math.abs(actual[mean]! - expected[mean]!)).toBeLessThanOrEqual(within);
  expect(Math.abs(actual[rms]! - expected[rms]!)).toBeLessThanOrEqual(within);
  expect(Array.from(actual.subarray(2))).toEqual(Array.from(expected.subarray(2)));
}

/** Signed numbers with exponents spread over [low, high]. */
const spread = (n: number, low: number, high: number): Float32Array => {
  const signs = samples(n, -1, 1, 5);
  return Float32Array.from(samples(n, low, high), (e, i) => Math.sign(signs[i]!) * 2 ** e);
};

/** `data` with `value` in the places from `first` on, every `every`th. */
const mixed = (data: Float32Array, value: number, first: number, every: number): Float32Array =>
  data.map((x, i) => (i >= first && (i - first) % every === 0 ? value : x));

describe("a sketch by the machine", () => {
  it("is laid out as sketchLayout says", () => {
    expect(SKETCH_BUCKETS).toBe(sketchLayout.buckets);
    expect(SKETCH_LOWEST - 127).toBe(sketchLayout.lowestExponent);
    expect(sketchLayout.histogram + SKETCH_BUCKETS).toBe(length);
    expect({ exact: SKETCH_EXACT, piece: SKETCH_PIECE, every: SKETCH_EVERY }).toEqual(sketchSample);
  });

  it("is right at sizes below, at and beyond vectors and pieces", () => {
    const sizes = [0, 1, 2, 15, 16, 17, 47, 48, 49, 63, 64, 65, 1031];
    const around = [1, 2, 8].flatMap((k) => [-17, -1, 0, 1, 16].map((d) => k * SKETCH_PIECE + d));
    for (const n of [...sizes, ...around, SKETCH_EXACT, SKETCH_EXACT + 1, 101_770])
      check(Float32Array.from(samples(n)));
  });

  it("counts a fourth of a large tensor in the histogram, and every other figure exactly", () => {
    const large = mixed(mixed(Float32Array.from(samples(200_000)), 0, 3, 7), Number.NaN, 5, 1001);
    check(large);
    const figures = sketchOf(large);
    const share = figures[counted]! / (large.length - figures[zeros]! - figures[nonFinite]!);
    expect(share).toBeGreaterThan(0.24);
    expect(share).toBeLessThan(0.27);
  });

  const n = 2 * SKETCH_PIECE + 23;
  const ordinary = Float32Array.from(samples(n));
  it.each<[string, Float32Array]>([
    ["1e-30", ordinary.map((x) => x * 1e-30)],
    ["1e-19, whose squares are subnormal", ordinary.map((x) => x * 1e-19)],
    ["1e-12, whose squares are small", ordinary.map((x) => x * 1e-12)],
    ["1e15, whose squares are large", ordinary.map((x) => x * 1e15)],
    ["1e30", ordinary.map((x) => x * 1e30)],
    ["the largest", ordinary.map((x) => Math.sign(x) * 3.4028234663852886e38)],
    ["subnormal numbers alone", spread(n, -149, -126.5)],
    ["subnormal and normal numbers", spread(n, -149, -100)],
    ["one large number among tiny ones", mixed(spread(n, -149, -100), 3, 100, n)],
    ["every exponent", spread(n, -149, 127.9)],
    ["every exponent of the histogram", spread(n, -50, 20)],
    ["one exponent", spread(n, 3, 3.9)],
    ["exponents below the histogram", spread(n, -120, -48)],
    ["exponents above the histogram", spread(n, 16.5, 60)],
    ["a few small exponents", mixed(ordinary, 1e-7, 5, 300)],
    ["positive numbers", ordinary.map(Math.abs)],
    ["negative numbers", ordinary.map((x) => -Math.abs(x))],
    ["many zeros", ordinary.map((x) => Math.max(x, 0))],
    ["zeros of both signs alone", ordinary.map((x) => Math.sign(x) * 0)],
    ["zeros and subnormal numbers", mixed(spread(n, -149, -127), -0, 1, 3)],
    ["a NaN", mixed(ordinary, Number.NaN, 700, n)],
    ["a NaN in the last element", mixed(ordinary, Number.NaN, n - 1, n)],
    ["infinities", mixed(mixed(ordinary, Infinity, 3, 1000), -Infinity, 17, 1400)],
    ["special numbers of every kind", mixed(mixed(mixed(ordinary, Number.NaN, 0, 7), 0, 1, 5), 1e-40, 2, 11)],
    ["NaN alone", new Float32Array(n).fill(Number.NaN)],
    ["infinities alone", new Float32Array(33).fill(-Infinity)],
  ])("is right for %s", (_, data) => check(data));

  it("counts powers of two, and the numbers right below them, in their buckets", () => {
    const edges = Array.from({ length: 126 + 127 }, (_, i) => 2 ** (i - 126));
    // 64 numbers, so that each set takes the way of vectors.
    for (const edge of edges) {
      const below = edge * (1 - 2 ** -24);
      check(Float32Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? edge : -below)));
    }
  });

  it("has the same bits on any number of threads", () => {
    const data = Float32Array.from(samples(101_770), (x, i) => (i % 1000 === 7 ? Number.NaN : x));
    const alone = sketchOf(data);
    expect(alone[sketchLayout.nonFinite]).toBe(102);
    expect(sketchOf(data, 2)).toEqual(alone);
    expect(sketchOf(data, 3)).toEqual(alone);
  });
});
