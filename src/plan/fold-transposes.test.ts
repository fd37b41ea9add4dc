// Transposes that become flags of a product.
import { describe, expect, it } from "vitest";
import { printGraph } from "../ir/print.ts";
import { prune } from "../ir/prune.ts";
import { foldTransposes } from "./fold-transposes.ts";
import { graphOf } from "./test-graphs.ts";

describe("fold transposes", () => {
  it("turns transposes of the last two dimensions into flags of the product", () => {
    const graph = graphOf(
      [
        [4, 2],
        [3, 4],
        [2, 3, 2],
      ],
      (x, y, z) => [x.T.matmul(y.T), z.transpose([0, 2, 1]).matmul(z), z.transpose([1, 0, 2]).matmul(x.T)],
    );
    expect(printGraph(prune(foldTransposes(graph)))).toMatchInlineSnapshot(`
      "%0: f32[4,2] = input "x"
      %1: f32[3,4] = input "y"
      %2: f32[2,3,2] = input "z"
      %3: f32[2,3] = matmul(%0, %1) transposeX=true transposeY=true
      %4: f32[2,2,2] = matmul(%2, %2) transposeX=true
      %5: f32[3,2,2] = transpose(%2) permutation=[1,0,2]
      %6: f32[6,2] = reshape(%5)
      %7: f32[6,4] = matmul(%6, %0) transposeY=true
      %8: f32[3,2,4] = reshape(%7)
      return %3, %4, %8"
    `);
  });
});
