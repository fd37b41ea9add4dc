// Shapes, element types, printing, dead code, and what verification finds.
import { describe, expect, it } from "vitest";
import { ops } from "../ops/index.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { convert, dtypeOf, promote } from "./dtype.ts";
import { ChainruleError } from "./errors.ts";
import type { Graph, Node } from "./graph.ts";
import { printGraph } from "./print.ts";
import { prune } from "./prune.ts";
import { broadcastShapes, broadcastStrides, normalizeAxes, reducedShape, sizeOf, stridesOf } from "./shape.ts";
import { verify } from "./verify.ts";

describe("shapes", () => {
  it("broadcast by NumPy's rules", () => {
    expect(broadcastShapes([2, 3], [3])).toEqual([2, 3]);
    expect(broadcastShapes([2, 1], [1, 3], [4, 1, 1])).toEqual([4, 2, 3]);
    expect(broadcastShapes([0, 3], [1, 3])).toEqual([0, 3]);
    expect(broadcastShapes([0], [3])).toBeUndefined();
    expect(broadcastShapes([2, 3], [2])).toBeUndefined();
    expect(broadcastShapes()).toEqual([]);
    expect(broadcastStrides([3, 1], [2, 3, 4])).toEqual([0, 1, 0]);
  });

  it("have sizes, strides and axes", () => {
    expect([sizeOf([]), sizeOf([2, 0]), sizeOf([2, 3])]).toEqual([1, 0, 6]);
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(normalizeAxes([-1, 0], [2, 3], "sum")).toEqual([0, 1]);
    expect(normalizeAxes(null, [2, 3], "sum")).toEqual([0, 1]);
    expect(() => normalizeAxes([1, -1], [2, 3], "sum")).toThrow("sum: each axis may be named once; got [1, -1].");
    expect([reducedShape([2, 3], [0], false), reducedShape([2, 3], [0], true)]).toEqual([[3], [1, 3]]);
  });
});

describe("element types", () => {
  it("promote upwards and convert without loss of meaning", () => {
    expect([promote("bool", "int32"), promote("float32", "int32"), promote("float32", "float64")]).toEqual([
      "int32",
      "float32",
      "float64",
    ]);
    expect(convert(Float64Array.of(0, 0.5, -1), "bool")).toEqual(Uint8Array.of(0, 1, 1));
    expect(convert(Float64Array.of(-1.9), "int32")).toEqual(Int32Array.of(-1));
    const same = Float32Array.of(1);
    expect(convert(same, "float32")).toBe(same);
    expect([dtypeOf(new Uint8Array()), dtypeOf(new Int32Array())]).toEqual(["bool", "int32"]);
  });
});

const small = (): Graph => {
  const g = new GraphBuilder("float32");
  const x = g.input({ shape: [2, 3], dtype: "float32" }, "x");
  g.exp(x);
  const y = g.matmul(x, g.transpose(x, [1, 0]));
  return g.finish([g.add(y, 1)]);
};

describe("graphs", () => {
  it("print, and lose what nothing needs", () => {
    expect(printGraph(small())).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[2,3] = exp(%0)
      %2: f32[3,2] = transpose(%0) permutation=[1,0]
      %3: f32[2,2] = matmul(%0, %2)
      %4: f32[] = constant 1
      %5: f32[2,2] = add(%3, %4)
      return %5"
    `);
    expect(printGraph(prune(small()))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[3,2] = transpose(%0) permutation=[1,0]
      %2: f32[2,2] = matmul(%0, %1)
      %3: f32[] = constant 1
      %4: f32[2,2] = add(%2, %3)
      return %4"
    `);
    const pruned = prune(small());
    expect(prune(pruned)).toBe(pruned);
  });

  it("are verified: every rule that is broken is named, with the pass and the node", () => {
    expect(verify(small(), ops, "a test")).toEqual(small());
    const broken = (change: (nodes: Node[]) => Partial<Graph> | undefined): string => {
      const graph = small();
      const nodes = [...graph.nodes];
      const rest = change(nodes);
      try {
        verify({ ...graph, nodes, ...rest }, ops, "a test");
      } catch (error) {
        const { code, message } = error as ChainruleError;
        return `${code}: ${message.split("\n")[0]}`;
      }
      return "nothing was found";
    };
    const edit = (id: number, fields: object) => (nodes: Node[]) => {
      nodes[id] = { ...nodes[id]!, ...fields } as Node;
      return undefined;
    };
    expect(broken(edit(1, { id: 7 }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %7 (exp): a node's id is its place in the list; found 7 at 1."`,
    );
    expect(broken(edit(1, { inputs: [3] }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %1 (exp): inputs come earlier in the list; %3 does not."`,
    );
    expect(broken(edit(1, { inputs: [] }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %1 (exp): takes 1 inputs; has 0."`,
    );
    expect(broken(edit(1, { shape: [3, 2] }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %1 (exp): the op's rule gives f32[2,3]; the node says f32[3,2]."`,
    );
    expect(broken(edit(1, { dtype: "int32" }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %1 (exp): the op's rule gives f32[2,3]; the node says i32[2,3]."`,
    );
    expect(broken(edit(1, { op: "nothing" }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %1 (nothing): the op is not in the table."`,
    );
    expect(broken(() => ({ outputs: [99] }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test: output %99 does not exist."`,
    );
    expect(broken(() => ({ inputs: [1] }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test: input %1 is not an input node."`,
    );
    expect(broken(() => ({ inputs: [] }))).toMatchInlineSnapshot(
      `"INVALID_GRAPH: After a test at %0 (input): an input node is listed among the graph's inputs."`,
    );
  });
});

it("an error carries its code, its facts and the caller's line", () => {
  const error = new ChainruleError("USAGE", "no", { a: 1 });
  expect(error).toMatchObject({ name: "ChainruleError", code: "USAGE", message: "no", details: { a: 1 } });
  expect(error.where).toMatch(/ir\.test\.ts:\d+:\d+$/);
});
