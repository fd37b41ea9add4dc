// Products of which some rows are read.
import { describe, expect, it } from "vitest";
import { printGraph } from "../ir/print.ts";
import { prune } from "../ir/prune.ts";
import { sliceProducts } from "./slice-products.ts";
import { graphOf } from "./test-graphs.ts";

describe("slice products", () => {
  it("computes the rows that are read, where nothing else reads the product", () => {
    const graph = graphOf(
      [
        [8, 3],
        [5, 3],
      ],
      (x, y) => {
        const shared = x.matmul(y.T);
        return [
          x.matmul(y.T).add(1).sub(1).add(shared).slice([0, 0], [2, 5]),
          x.matmul(y.T.mul(2)).slice([2, 0], [4, 5]),
          x.matmul(y.T.mul(3)).slice([2, 0], [4, 4]),
        ];
      },
    );
    expect(printGraph(prune(sliceProducts(graph)))).toMatchInlineSnapshot(`
      "%0: f32[8,3] = input "x"
      %1: f32[5,3] = input "y"
      %2: f32[3,5] = transpose(%1) permutation=[1,0]
      %3: f32[8,5] = matmul(%0, %2)
      %4: f32[3,5] = transpose(%1) permutation=[1,0]
      %5: f32[8,5] = matmul(%0, %4)
      %6: f32[] = constant 1
      %7: f32[8,5] = add(%5, %6)
      %8: f32[] = constant 1
      %9: f32[8,5] = sub(%7, %8)
      %10: f32[8,5] = add(%9, %3)
      %11: f32[2,5] = slice(%10) start=[0,0] stop=[2,5]
      %12: f32[3,5] = transpose(%1) permutation=[1,0]
      %13: f32[] = constant 2
      %14: f32[3,5] = mul(%12, %13)
      %15: f32[2,3] = slice(%0) start=[2,0] stop=[4,3]
      %16: f32[2,5] = matmul(%15, %14)
      %17: f32[3,5] = transpose(%1) permutation=[1,0]
      %18: f32[] = constant 3
      %19: f32[3,5] = mul(%17, %18)
      %20: f32[8,5] = matmul(%0, %19)
      %21: f32[2,4] = slice(%20) start=[2,0] stop=[4,4]
      return %11, %16, %21"
    `);
  });
});
