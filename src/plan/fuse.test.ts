// Which ops become one kernel.
import { describe, expect, it } from "vitest";
import type { Graph } from "../ir/graph.ts";
import { printGraph } from "../ir/print.ts";
import { fuse } from "./fuse.ts";
import { optimize } from "./optimize.ts";
import { order } from "./order.ts";
import { graphOf } from "./test-graphs.ts";

describe("fuse", () => {
  const groupsOf = (graph: Graph): number[][] => fuse(graph, () => true).map(({ members }) => [...members]);

  it("joins chains of one shape and stops at other shapes, reductions and products", () => {
    const graph = graphOf([[2, 3], [3]], (x, y) => [x.mul(2).add(y.exp()).tanh(), x.neg().sum(1).exp().neg()]);
    expect(printGraph(optimize(graph))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[3] = input "y"
      %2: f32[] = constant 2
      %3: f32[2,3] = mul(%0, %2)
      %4: f32[3] = exp(%1)
      %5: f32[2,3] = add(%3, %4)
      %6: f32[2,3] = tanh(%5)
      %7: f32[2,3] = neg(%0)
      %8: f32[2] = sum(%7) axes=[1]
      %9: f32[2] = exp(%8)
      %10: f32[2] = neg(%9)
      return %6, %10"
    `);
    expect(groupsOf(optimize(graph))).toMatchInlineSnapshot(`
      [
        [
          3,
          5,
          6,
        ],
        [
          4,
        ],
        [
          7,
        ],
        [
          8,
        ],
        [
          9,
          10,
        ],
      ]
    `);
  });

  it("makes no cycle where a path leaves a group and comes back by way of a later node's group", () => {
    // centred → scaled ← b: one group? Not while centred → sum → last, and last is in one group with b: both read r.
    const graph = graphOf([[2, 3], [3]], (x, g) => {
      const centred = x.sub(g);
      const r = g.exp();
      const b = r.mul(g);
      const scaled = centred.mul(b);
      const last = x.mul(centred).sum(0).mul(r);
      return [scaled, last];
    });
    const best = optimize(graph);
    const groups = fuse(best, () => true);
    expect(order(best, groups, [], (id) => id).length).toBe(groups.length);
  });
});
