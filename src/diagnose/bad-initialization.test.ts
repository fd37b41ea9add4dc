// Initial weights that are wrong in other ways than their size: their signs, units alike, biases.
import { expect, it } from "vitest";
import "../run/engine.ts";
import { prepare } from "../data/index.ts";
import { tableFromRows } from "../data/rows.ts";
import { initialize } from "../nn/model.ts";
import { Tensor } from "../trace/tensor.ts";
import { mapTree } from "../trace/tree.ts";
import type { TrainEvent } from "../train/events.ts";
import { trainTable } from "../train/tabular.ts";
import { diagnose } from "./diagnose.ts";
import { curve } from "./test-trainings.ts";

const prepared = prepare(tableFromRows(curve(120), { source: "curve" }), { target: "side" });
const settings = { hidden: [16, 8], activation: "tanh", epochs: 2, backend: "reference", seed: 3 } as const;

/** The fault that is named of a training whose initial parameters are changed, element by element. */
async function faultOf(change: (value: number, i: number, path: string, shape: readonly number[]) => number) {
  const { model } = trainTable(prepared, settings).untrained;
  const variables = initialize(model, 3);
  const parameters = mapTree(variables.parameters, (leaf, path) =>
    Tensor.concrete(
      Float32Array.from(leaf.data, (value, i) => change(value, i, path, leaf.shape)),
      leaf.shape,
    ),
  );
  const events: TrainEvent[] = [];
  for await (const event of trainTable(prepared, { ...settings, variables: { ...variables, parameters } }))
    events.push(event);
  return diagnose(events).verdicts.find(({ kind }) => kind === "bad-initialization")?.evidence.fault;
}

it("is not told of weights as they are drawn", async () => {
  expect(await faultOf((value) => value)).toBeUndefined();
});

it("is told of weights without their signs", async () => {
  expect(await faultOf((value, _, __, shape) => (shape.length === 2 ? Math.abs(value) : value))).toBe("oneSign");
});

it("is told of biases that decide alone", async () => {
  expect(await faultOf((value, _, path) => (path === "layers.0.bias" ? 40 : value))).toBe("biases");
});

it("is told of units that begin alike, going in and out", async () => {
  const pair = (at: number) => at - (at % 2);
  const drawn = (at: number) => Math.sin(at * at + at);
  const alike = (_: number, i: number, path: string, [, width = 1]: readonly number[]): number => {
    if (path.endsWith("bias")) return 0;
    const [row, column] = [Math.floor(i / width), i % width];
    return (
      0.4 *
      drawn(
        (path === "layers.0.weight" ? row : pair(row)) * width + (path === "layers.4.weight" ? column : pair(column)),
      )
    );
  };
  expect(await faultOf(alike)).toBe("alikeUnits");
  // Units that go out with weights of their own get gradients of their own.
  const apart = (value: number, i: number, path: string, shape: readonly number[]) =>
    path === "layers.0.weight" || path.endsWith("bias") ? alike(value, i, path, shape) : value;
  expect(await faultOf(apart)).toBeUndefined();
});
