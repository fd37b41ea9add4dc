// What the records of activations say of their slopes, held to the slopes themselves.
import { expect, it } from "vitest";
import { type Tensor, tensor, trace, vjp } from "../index.ts";
import { isElementwise } from "../ir/op.ts";
import { recordOf } from "../ops/index.ts";
import { activationNames, activationRecord } from "./activation.ts";

it.each(activationNames)("%s", (name) => {
  const { apply, ...record } = activationRecord(name);
  const { graph } = trace([{ name: "z", shape: [2, 3], dtype: "float64" }], ([z]) => [apply(z!)]);
  const isByElement = graph.nodes.every(({ op, inputs }) => inputs.length === 0 || isElementwise(recordOf(op)));
  expect(record.isElementwise).toBe(isByElement);
  if (!isByElement) return;
  const slopes = (z: Tensor) =>
    vjp(apply, z)
      .pullback(tensor(z.data.map(() => 1)))[0]
      .abs();
  const steepest = slopes(tensor(Float64Array.from({ length: 801 }, (_, i) => (i - 400) / 40)))
    .max()
    .item();
  const isFlat =
    slopes(tensor([-20, 20]))
      .max()
      .item() <
    0.05 * steepest;
  expect(record.isBounded).toBe(isFlat);
});
