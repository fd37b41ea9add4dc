// Outputs of an observed step are found by series and name, wherever they stand in the packed tensors.
import { expect, it } from "vitest";
import { tensor } from "../../index.ts";
import { sketch } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { ProbeOutputs, packSeries } from "./outputs.ts";
import type { Series } from "./probe.ts";

const pack = (series: Series): ProbeOutputs => {
  const { outputs, layout } = packSeries(series);
  return new ProbeOutputs(layout, { sketches: outputs.sketches!.data, figures: outputs.figures!.data });
};

const tensors: Record<string, Tensor> = { a: tensor([1, 2, 2]), b: tensor([4, -4]) };
const forwards: Series = {
  spread: { a: tensor(3), b: tensor(4) },
  value: { a: sketch(tensors.a!), b: sketch(tensors.b!) },
  loss: { "": tensor(5) },
};
const backwards: Series = Object.fromEntries(
  Object.entries(forwards)
    .reverse()
    .map(([series, all]) => [series, Object.fromEntries(Object.entries(all).reverse())]),
);

it.each([
  ["as the probes stand", forwards],
  ["the other way round", backwards],
])("%s", (_, series) => {
  const outputs = pack(series);
  expect(outputs.figure("loss")).toBe(5);
  expect([outputs.figure("spread", "a"), outputs.figure("spread", "b")]).toEqual([3, 4]);
  expect(outputs.sketch("value", "a", 3)).toMatchObject({ min: 1, max: 2, size: 3 });
  expect(outputs.sketch("value", "b", 2)).toMatchObject({ min: -4, max: 4, size: 2 });
  const sizes = [
    { name: "a", size: 3 },
    { name: "b", size: 2 },
  ];
  // √(1 + 4 + 4 + 16 + 16)
  expect(outputs.norm("value", sizes)).toBeCloseTo(Math.sqrt(41), 12);
  expect([outputs.has("spread"), outputs.has("noise")]).toEqual([true, false]);
});

it("refuses a figure that no probe gives", () => {
  expect(() => pack(forwards).figure("spread", "c")).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: No probe gives "spread" of "c".]`,
  );
  expect(() => pack(forwards).figure("noise")).toThrowErrorMatchingInlineSnapshot(
    `[ChainruleError: No probe gives "noise" of "".]`,
  );
});
