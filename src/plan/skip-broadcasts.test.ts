// Broadcasts that elementwise ops do themselves.
import { describe, expect, it } from "vitest";
import { printGraph } from "../ir/print.ts";
import { prune } from "../ir/prune.ts";
import { skipBroadcasts } from "./skip-broadcasts.ts";
import { graphOf } from "./test-graphs.ts";

describe("skip broadcasts", () => {
  it("feeds elementwise ops the smaller operand, as long as another one has the full shape", () => {
    const graph = graphOf([[2, 3], [3]], (x, y) => [
      x.mul(y.broadcast([2, 3])),
      y.broadcast([2, 3]).add(y.exp().broadcast([2, 3])),
      y.broadcast([2, 3]).exp(),
      y.broadcast([2, 3]).sum(0),
    ]);
    expect(printGraph(prune(skipBroadcasts(graph)))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[3] = input "y"
      %2: f32[2,3] = mul(%0, %1)
      %3: f32[3] = exp(%1)
      %4: f32[2,3] = broadcast(%3)
      %5: f32[2,3] = add(%1, %4)
      %6: f32[2,3] = broadcast(%1)
      %7: f32[2,3] = exp(%6)
      %8: f32[2,3] = broadcast(%1)
      %9: f32[3] = sum(%8) axes=[0]
      return %2, %5, %7, %9"
    `);
  });
});
