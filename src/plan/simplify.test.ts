// What simplifying leaves out, and what it must keep.
import { describe, expect, it } from "vitest";
import { printGraph } from "../ir/print.ts";
import { prune } from "../ir/prune.ts";
import { simplify } from "./simplify.ts";
import { graphOf } from "./test-graphs.ts";

describe("simplify", () => {
  it("leaves out what changes nothing, and joins reshapes", () => {
    const graph = graphOf([[2, 3]], (x) => [
      x.add(0).mul(1).div(1).sub(0).pow(1),
      x.reshape([6]).reshape([3, 2]).reshape([2, 3]),
      x.transpose([0, 1]).stopGradient().broadcast([2, 3]).sum([]),
      x.mul(0.5).add(x.mul(0).mul(3)),
    ]);
    expect(printGraph(prune(simplify(graph)))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[2,3] = reshape(%0)
      %2: f32[] = constant 0.5
      %3: f32[2,3] = mul(%0, %2)
      %4: f32[] = constant 0
      %5: f32[2,3] = mul(%0, %4)
      %6: f32[] = constant 3
      %7: f32[2,3] = mul(%5, %6)
      %8: f32[2,3] = add(%3, %7)
      return %0, %1, %0, %8"
    `);
  });

  it("keeps what looks alike but changes type or shape", () => {
    const graph = graphOf([[1]], (x) => [x.add(0).broadcast([2, 1]), x.mul(1).cast("int32")]);
    expect(printGraph(prune(simplify(graph)))).toMatchInlineSnapshot(`
      "%0: f32[1] = input "x"
      %1: f32[2,1] = broadcast(%0)
      %2: i32[1] = cast(%0)
      return %1, %2"
    `);
  });
});
