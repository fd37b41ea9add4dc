// The tutorial's figures, to all their digits: from the demo's computations; and the demo as it is printed.
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { lessons } from "../src/cli/demo/lessons.ts";
import { displayWidth } from "../src/cli/terminal/text.ts";
import { chainrule } from "../src/cli/test-command.ts";
import { lesson1 } from "../src/demo/lesson1.ts";
import { lesson2 } from "../src/demo/lesson2.ts";
import { lesson3 } from "../src/demo/lesson3.ts";
import { grad, hessian, type Tensor, tensor, valueAndGrad } from "../src/index.ts";

/** Equal to as many significant digits as the figures are given with. */
function allDigits(figures: readonly string[], values: readonly number[]) {
  const given = figures.map((figure) => figure.replace(/^[-0.]+/, "").length);
  expect(values.map((value, i) => value.toPrecision(given[i]))).toEqual(figures);
}

describe("lesson 1", () => {
  const { cases, rates } = lesson1();
  const [first, second] = cases;

  it("case 1", () => {
    expect(first!.net).toBeCloseTo(0.07, 16);
    // Doubles, bit for bit.
    expect([first!.y, first!.error, first!.errorTerm, first!.loss]).toEqual([
      0.5174928576663897, -0.31749285766638974, -0.07927606158013764, 0.05040085733458521,
    ]);
    allDigits(["-0.003963803079", "-0.011891409237"], first!.dw);
  });

  it("case 2", () => {
    expect([second!.net, second!.y, second!.error, second!.errorTerm]).toEqual([
      -0.5, 0.3775406687981454, 0.1224593312018546, 0.028778397426160375,
    ]);
    allDigits(["0.0287784", "0.05755679"], second!.dw);
  });

  it("a tenth of the learning rate takes ten times the steps; beyond 2/λ none suffice", () => {
    const stepsTo = (rate: number, loss: number) => {
      const { losses } = rates.descents.find((descent) => descent.rate === rate)!;
      return rates.steps[losses.findIndex((value) => value < loss)];
    };
    const [a, b, c, d] = [0.1, 0.01, 0.001, 0.0001].map((rate) => stepsTo(rate, 0.005)!);
    // Steps are sampled 12 to a decade, so that a ratio of 10 may look like 8.3 or 12.1.
    for (const ratio of [b! / a!, c! / b!, d! / c!]) expect(Math.abs(Math.log10(ratio) - 1)).toBeLessThan(0.1);
    expect(rates.limit).toBeCloseTo(2 / (0.25 ** 2 * 5), 10);
    const wild = rates.descents.find(({ rate }) => rate > rates.limit)!;
    expect(wild.losses.at(-1)!).toBeGreaterThan(wild.losses[0]! * 0.99);
    expect(wild.firstErrors.map(Math.sign)).toEqual([1, -1, 1, -1, 1, -1]);
  });
});

it("lesson 2", () => {
  const lesson = lesson2();
  expect(lesson.hiddenNet.map((value) => Number(value.toPrecision(15)))).toEqual([0.24, -0.46]);
  allDigits(["0.55971365", "0.38698582"], lesson.h);
  // The tutorial's −0.06012438223148007 comes from a fused multiply-add; the exact sum of these doubles is
  // −0.0601243822314800576.
  expect(Math.abs(lesson.z - -0.06012438223148007)).toBeLessThan(1.4e-17);
  expect([lesson.y, lesson.outputTerm]).toEqual([0.48497343084992534, 0.028730669543515018]);
  expect(lesson.hiddenTerm.map((value) => value.toFixed(8))).toEqual(["0.00070802", "-0.00204471"]);
  expect(lesson.dw2.map((value) => value.toFixed(8))).toEqual(["0.00804047", "0.00555918"]);
  expect(lesson.dw1.map((row) => row.map((value) => value.toExponential(8)))).toEqual([
    ["1.77005547e-4", "-5.11178506e-4"],
    ["3.54011093e-5", "-1.02235701e-4"],
    ["-7.08022187e-5", "2.04471402e-4"],
  ]);
});

describe("lesson 3", async () => {
  const { networks, depth } = await lesson3();
  const [sigmoid, relu] = networks as [(typeof networks)[0], (typeof networks)[0]];

  it("the ledger is an identity, and sigmoid's factor at most ¼", () => {
    for (const { ledger } of networks) {
      expect(ledger.map(({ layer }) => layer)).toEqual(Array.from({ length: depth }, (_, i) => depth - i));
      for (const row of ledger) expect(row.weight * row.activation).toBeCloseTo(row.attenuation, 12);
    }
    for (const { activation } of sigmoid.ledger) expect(activation).toBeLessThanOrEqual(0.25);
    // Same seed, same initialisation: the last weights are the same in both.
    expect(sigmoid.ledger[0]!.weight).toBeCloseTo(relu.ledger[0]!.weight, 12);
  });

  it("gradients vanish with sigmoid and not with relu: one learns, the other does not", () => {
    const range = ({ gradients }: (typeof networks)[0]) => gradients[0]! / gradients[depth - 1]!;
    expect(range(sigmoid)).toBeLessThan(1e-4);
    expect(range(relu)).toBeGreaterThan(0.3);
    expect(Math.abs(sigmoid.losses.at(-1)! - Math.LN2)).toBeLessThan(0.01);
    expect(sigmoid.accuracy).toBeLessThan(0.6);
    expect(relu.losses.at(-1)!).toBeLessThan(0.25);
    expect(relu.accuracy).toBeGreaterThan(0.9);
  });
});

describe("the library", () => {
  const x = tensor([0.1, 0.3]);
  const loss = (w: Tensor) => w.matmul(x).sigmoid().sub(0.2).square().sum().mul(0.5);

  it("gives the neuron's loss and step by valueAndGrad alone", () => {
    const [value, gradient] = valueAndGrad(loss)(tensor([-0.8, 0.5]));
    expect(value.item()).toBe(0.05040085733458521);
    allDigits(
      ["-0.003963803079", "-0.011891409237"],
      Array.from(gradient.data, (g) => -0.5 * g),
    );
  });

  it("differentiates gradients: σ″ = σ (1 − σ) (1 − 2σ), σ‴ = σ (1 − σ) (1 − 6σ + 6σ²)", () => {
    const sigmoid = (z: Tensor) => z.sigmoid();
    for (const z of [-2, -0.3, 0, 1.7]) {
      const s = sigmoid(tensor(z)).item();
      expect(grad(grad(sigmoid))(tensor(z)).item()).toBeCloseTo(s * (1 - s) * (1 - 2 * s), 14);
      expect(grad(grad(grad(sigmoid)))(tensor(z)).item()).toBeCloseTo(s * (1 - s) * (1 - 6 * s + 6 * s * s), 14);
    }
  });

  it("has the neuron's Hessian: H = (σ′² + (y − target) σ″) x xᵀ", () => {
    const w = tensor([-0.8, 0.5]);
    const y = w.matmul(x).sigmoid().item();
    const slope = y * (1 - y);
    const factor = slope ** 2 + (y - 0.2) * slope * (1 - 2 * y);
    const h = hessian(loss)(w).data;
    [0.01, 0.03, 0.03, 0.09].forEach((xx, i) => {
      expect(h[i]!).toBeCloseTo(factor * xx, 15);
    });
  });
});

describe("chainrule demo", () => {
  const computed = lessons.map((compute) => compute());
  const text = async (number: number, width: number) =>
    (await computed[number - 1]!).render({ width, colors: picocolors.createColors(false) });

  it.each([1, 2, 4])("lesson %i in 80 columns", async (number) => {
    expect(`\n${(await text(number, 80)).join("\n")}\n`).toMatchSnapshot();
  });

  it.each([60, 79, 80, 120])("no line is wider than %i columns", async (width) => {
    for (const number of [1, 2, 3, 4])
      for (const line of await text(number, width)) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
  });

  it("prints all lessons, plain where it is piped", async () => {
    const { code, stdout, stderr } = await chainrule("demo");
    expect([code, stderr]).toEqual([0, ""]);
    for (const title of ["1  Gradient descent", "2  Backprop", "3  Why sigmoid", "4  Run it"])
      expect(stdout).toContain(title);
    expect(stdout).not.toContain("\u001b");
  });

  it("--json prints every figure as one object", async () => {
    const { code, stdout, stderr } = await chainrule("demo 2 --json");
    expect(code).toBe(0);
    expect(stderr).toContain("Backpropagation");
    expect(JSON.parse(stdout)).toEqual({ lesson2: lesson2() });
    expect((await chainrule("demo 9")).code).toBe(2);
  });
});
