// Which nodes are one.
import { describe, expect, it } from "vitest";
import { printGraph } from "../ir/print.ts";
import { prune } from "../ir/prune.ts";
import { cse } from "./cse.ts";
import { graphOf } from "./test-graphs.ts";

describe("common subexpressions", () => {
  it("computes equal nodes once, and tells apart constants, attributes and streams", () => {
    const graph = graphOf([[2, 3]], (x) => [
      x.exp().add(x.exp()),
      x.sum(0).add(x.sum(0)),
      x.sum(1),
      x.maximum(0).mul(x.maximum(-0)),
    ]);
    expect(printGraph(prune(cse(graph)))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[2,3] = exp(%0)
      %2: f32[2,3] = add(%1, %1)
      %3: f32[3] = sum(%0) axes=[0]
      %4: f32[3] = add(%3, %3)
      %5: f32[2] = sum(%0) axes=[1]
      %6: f32[] = constant 0
      %7: f32[2,3] = maximum(%0, %6)
      %8: f32[] = constant -0
      %9: f32[2,3] = maximum(%0, %8)
      %10: f32[2,3] = mul(%7, %9)
      return %2, %4, %5, %10"
    `);
  });

  it("does not take one infinity for the other, or NaN, where JSON has null for all", () => {
    const values = [Infinity, -Infinity, Number.NaN, 0, -0];
    const graph = graphOf([[2]], (x) => values.map((value) => x.pad([1], [0], value)));
    expect(prune(cse(graph)).nodes.length).toBe(1 + values.length);
  });
});
