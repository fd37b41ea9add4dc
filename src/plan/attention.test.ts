// Attention by heads becomes the planner's own ops, where that changes nothing.
import { describe, expect, it } from "vitest";
import { valueAndGrad } from "../grad/transforms.ts";
import { printGraph } from "../ir/print.ts";
import { arange, where } from "../trace/create.ts";
import type { Tensor } from "../trace/tensor.ts";
import { optimize } from "./optimize.ts";
import { graphOf } from "./test-graphs.ts";

const [batch, time, heads, width] = [2, 5, 3, 4] as const;
const shape = [batch, time, heads * width];
const split = (x: Tensor) => x.reshape([batch, time, heads, width]).transpose([0, 2, 1, 3]);
const later = (first = 0) =>
  arange(time)
    .greater(arange(time).reshape([time, 1]).add(first))
    .stopGradient();

interface Kind {
  readonly mask?: Tensor;
  readonly hidden?: number;
}

const scoresOf = (q: Tensor, k: Tensor, { mask, hidden = -1e30 }: Kind) => {
  const scores = split(q)
    .matmul(split(k).transpose([0, 1, 3, 2]))
    .mul(0.5);
  return mask ? where(mask, hidden, scores) : scores;
};
const joined = (p: Tensor, v: Tensor) => p.matmul(split(v)).transpose([0, 2, 1, 3]).reshape(shape);

const opsOf = (make: (q: Tensor, k: Tensor, v: Tensor) => Tensor[]) =>
  optimize(graphOf([shape, shape, shape], (q, k, v) => make(q!, k!, v!)))
    .nodes.map(({ op }) => op)
    .filter((op) => op.startsWith("attention") || op === "softmax" || op === "matmul" || op === "where");

describe("attention", () => {
  it("has its scores, gradients and products as ops, products next to what they read", () => {
    const graph = graphOf([shape, shape, shape], (q, k, v) => {
      const loss = (q: Tensor, k: Tensor, v: Tensor) =>
        joined(scoresOf(q, k, { mask: later() }).softmax(-1), v)
          .square()
          .sum();
      const [value, gradients] = valueAndGrad((list: Tensor[]) => loss(list[0]!, list[1]!, list[2]!))([q!, k!, v!]);
      return [value, ...gradients];
    });
    expect(printGraph(optimize(graph))).toMatchInlineSnapshot(`
      "%0: f32[2,5,12] = input "x"
      %1: f32[2,5,12] = input "y"
      %2: f32[2,5,12] = input "z"
      %3: f32[2,5,3,4] = reshape(%0)
      %4: f32[2,5,3,4] = reshape(%1)
      %5: f32[2,3,5,5] = attentionWeights(%3, %4) scale=0.5 causal=true
      %6: f32[2,5,3,4] = reshape(%2)
      %7: f32[2,5,3,4] = attentionProduct(%5, %6) causal=true
      %8: f32[2,5,12] = reshape(%7)
      %9: f32[2,5,12] = square(%8)
      %10: f32[] = sum(%9) axes=[0,1,2]
      %11: f32[] = constant 2
      %12: f32[2,5,12] = mul(%8, %11)
      %13: f32[2,5,3,4] = reshape(%12)
      %14: f32[2,5,3,4] = attentionProduct(%5, %13) transpose=true causal=true
      %15: f32[2,5,12] = reshape(%14)
      %16: f32[2,3,5,5] = attentionScoresGradient(%5, %13, %6) scale=0.5 causal=true
      %17: f32[2,5,3,4] = attentionProduct(%16, %3) transpose=true causal=true
      %18: f32[2,5,3,4] = attentionProduct(%16, %4) causal=true
      %19: f32[2,5,12] = reshape(%17)
      %20: f32[2,5,12] = reshape(%18)
      return %10, %20, %19, %15"
    `);
  });

  it("without a mask, with −∞ for what is hidden", () => {
    expect(opsOf((q, k, v) => [joined(scoresOf(q, k, {}).softmax(-1), v)])).toEqual([
      "attentionWeights",
      "attentionProduct",
    ]);
    const kind = { mask: later(), hidden: -Infinity };
    expect(opsOf((q, k, v) => [joined(scoresOf(q, k, kind).softmax(-1), v)])).toEqual([
      "attentionWeights",
      "attentionProduct",
    ]);
  });

  it("stays as it is where scores are read, another mask hides them, or they count a little", () => {
    const left = ["matmul", "softmax", "matmul"];
    expect(
      opsOf((q, k, v) => {
        const scores = scoresOf(q, k, {});
        return [joined(scores.softmax(-1), v), scores];
      }),
    ).toEqual(left);
    const masked = ["matmul", "where", "softmax", "matmul"];
    expect(opsOf((q, k, v) => [joined(scoresOf(q, k, { mask: later(1) }).softmax(-1), v)])).toEqual(masked);
    const kind = { mask: later(), hidden: -100 };
    expect(opsOf((q, k, v) => [joined(scoresOf(q, k, kind).softmax(-1), v)])).toEqual(masked);
    expect(opsOf((q, k, v) => [joined(scoresOf(q, k, {}).softmax(-2), v)])).toEqual(left);
  });
});
