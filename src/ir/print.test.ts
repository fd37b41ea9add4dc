// Numbers in printed graphs and plans: those that JSON does not have, too.
import { expect, it } from "vitest";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { formatAttributes, printGraph } from "./print.ts";

it("shows infinities, NaN and −0 of attributes", () => {
  const values = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN, -0, 0.5];
  expect(values.map((value) => formatAttributes({ value }))).toEqual([
    " value=-Infinity",
    " value=Infinity",
    " value=NaN",
    " value=-0",
    " value=0.5",
  ]);
  expect(formatAttributes({ axes: [0, -0], keepDims: false, shape: [2], name: 'a "b"' })).toBe(
    ' axes=[0,-0] name="a \\"b\\""',
  );
});

it("shows them in a graph", () => {
  const g = new GraphBuilder("float32");
  const x = g.input({ shape: [2], dtype: "float32" }, "x");
  const padded = g.apply("pad", [x], { before: [1], after: [0], value: Number.NEGATIVE_INFINITY });
  const zero = g.full({ shape: [3], dtype: "float32" }, -0);
  expect(printGraph(g.finish([g.add(padded, zero)]))).toMatchInlineSnapshot(`
    "%0: f32[2] = input "x"
    %1: f32[3] = pad(%0) before=[1] after=[0] value=-Infinity
    %2: f32[3] = constant -0
    %3: f32[3] = add(%1, %2)
    return %3"
  `);
});
