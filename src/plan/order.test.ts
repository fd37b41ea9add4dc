// The schedule: inputs before users, readers of a state before its writer.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printGraph } from "../ir/print.ts";
import { allReduce } from "../trace/create.ts";
import { isFree } from "./fuse.ts";
import { order } from "./order.ts";
import { graphOf, passesOf, randomPrograms } from "./test-graphs.ts";
import { verifyOrder } from "./verify-passes.ts";

describe("order", () => {
  it("the order says so where groups wait for each other", () => {
    const graph = graphOf([[2]], (x) => [x.exp().sum().mul(x.neg())]);
    const cyclic = [
      { members: [1, 4], visible: [1, 4], fused: true },
      { members: [2], visible: [2], fused: false },
      { members: [3], visible: [3], fused: true },
    ];
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "%0: f32[2] = input "x"
      %1: f32[2] = exp(%0)
      %2: f32[] = sum(%1) axes=[0]
      %3: f32[2] = neg(%0)
      %4: f32[2] = mul(%2, %3)
      return %4"
    `);
    expect(() => order(graph, cyclic, [], (id) => id)).toThrow("groups of nodes wait for each other");
    expect(graph.nodes.filter(isFree).map(({ op }) => op)).toEqual(["input"]);
  });

  it("has a state written once all have read it, and no later", () => {
    const { copied, ordered } = passesOf({ w: [4] }, { x: [4] }, ({ w }, { x }) => ({
      state: { w: w!.mul(x!.sum()) },
      outputs: { before: w!.sum(), after: x!.exp().sum() },
    }));
    const ops = ordered.map(({ members }) => copied.graph.nodes[members.at(-1)!]!.op);
    expect(ops).toEqual(["sum", "sum", "mul", "exp", "sum"]);
  });

  it("has what ranks compute together in the order of the graph, and fuses nothing that would need it otherwise", () => {
    // exp would be fused with add, which waits for the second sum, and the first one waits for exp.
    const { copied, ordered } = passesOf({}, { x: [4], y: [4] }, (_, { x, y }) => {
      const own = x!.exp();
      const first = allReduce(own);
      const second = allReduce(y!);
      return { outputs: { first, both: second.add(own) } };
    });
    const ops = ordered.map(({ members }) => members.map((id) => copied.graph.nodes[id]!.op).join(" "));
    expect(ops).toEqual(["exp", "allReduce", "allReduce", "add"]);
  });

  it("runs every group once, and keeps its promises for programs of any kind", () => {
    fc.assert(
      fc.property(randomPrograms, (program) => {
        const { copied, ordered, rootOf } = passesOf(...program);
        expect(verifyOrder(ordered, copied, rootOf)).toBe(ordered);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
