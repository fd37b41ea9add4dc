// Whole plans as they are printed.
import { describe, expect, it } from "vitest";
import { wasm } from "../backends/wasm/wasm.ts";
import { type Tensor, valueAndGrad } from "../index.ts";
import { printGraph } from "../ir/print.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { checkPlan } from "./check-plan.ts";
import { makePlan } from "./make-plan.ts";
import type { Program } from "./module.ts";
import { printPlan } from "./print.ts";
import { planOf } from "./test-graphs.ts";

describe("plans", () => {
  it("update a state where it lies", () => {
    const { plan } = planOf({ w: [4] }, { g: [4] }, ({ w }, { g }) => ({ state: { w: w!.sub(g!.mul(0.1)) } }));
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "b0: f32[4] state "w" at 0, 16 bytes
      b1: f32[4] input "g" at 16, 16 bytes
      program step:
        fused [4] {
          s0 = mul(b1[4], 0.10000000149011612)
          s1 = b0[4] = sub(b0[4], s0)
        }
        outputs 
      arena 32 bytes (32 without reuse)"
    `);
  });

  it("put states aside that are swapped", () => {
    const { plan } = planOf({ a: [4], b: [4] }, {}, ({ a, b }) => ({ state: { a: b!, b: a! } }));
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "b0: f32[4] state "a" at 0, 16 bytes
      b1: f32[4] state "b" at 16, 16 bytes
      b2: f32[4] scratch at 32, 16 bytes
      program step:
        fused [4] {
          s0 = b2[4] = copy(b0[4])
        }
        fused [4] {
          s0 = b0[4] = copy(b1[4])
        }
        fused [4] {
          s0 = b1[4] = copy(b2[4])
        }
        outputs 
      arena 48 bytes (48 without reuse)"
    `);
  });

  it("compute what depends on constants alone at loading", () => {
    const g = new GraphBuilder("float32");
    const x = g.input({ shape: [2, 2], dtype: "float32" }, "x");
    const columns = g.apply("iota", [], { shape: [2, 2], dtype: "float32", axis: 1 });
    const graph = g.finish([g.matmul(x, g.exp(columns)), g.sum(columns, [0], false)]);
    const program: Program = { graph, inputs: [{ name: "x" }], outputs: [{ name: "y" }, { name: "z" }] };
    const plan = makePlan({ state: {}, programs: { main: program } }, wasm);
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "b0: f32[2,2] input "x" at 0, 16 bytes
      b1: f32[2,2] constant at 16, 16 bytes
      b2: f32[2,2] constant at 32, 16 bytes
      b3: f32[2] constant at 48, 16 bytes
      b4: f32[2,2] output "y" at 64, 16 bytes
      setup:
        b1[2,2] = iota() axis=1
        fused [2,2] {
          s0 = b2[2,2] = exp(b1[2,2])
        }
        b3[2] = sum(b1[2,2]) axes=[0]
      program main:
        b4[2,2] = matmul(b0[2,2], b2[2,2])
        outputs y = b4, z = b3
      arena 80 bytes (80 without reuse)"
    `);
  });

  it("of a small training step read like this", () => {
    const { program, plan } = planOf({ w: [3, 2], b: [2] }, { x: [4, 3], t: [4, 2] }, ({ w, b }, { x, t }) => {
      const [loss, [dw, db]] = valueAndGrad(([weight, bias]: [Tensor, Tensor]) =>
        x!.matmul(weight).add(bias).tanh().sub(t!).square().sum().mul(0.5),
      )([w!, b!]);
      return { state: { w: w!.sub(dw.mul(0.1)), b: b!.sub(db.mul(0.1)) }, outputs: { loss } };
    });
    expect(printGraph(program.graph)).toMatchInlineSnapshot(`
      "%0: f32[3,2] = input "w"
      %1: f32[2] = input "b"
      %2: f32[4,3] = input "x"
      %3: f32[4,2] = input "t"
      %4: f32[4,2] = matmul(%2, %0)
      %5: f32[4,2] = add(%4, %1)
      %6: f32[4,2] = tanh(%5)
      %7: f32[4,2] = sub(%6, %3)
      %8: f32[4,2] = square(%7)
      %9: f32[] = sum(%8) axes=[0,1]
      %10: f32[] = constant 0.5
      %11: f32[] = mul(%9, %10)
      %12: f32[] = constant 1
      %13: f32[] = mul(%12, %10)
      %14: f32[1,1] = reshape(%13)
      %15: f32[4,2] = broadcast(%14)
      %16: f32[] = constant 2
      %17: f32[4,2] = mul(%7, %16)
      %18: f32[4,2] = mul(%15, %17)
      %19: f32[4,2] = square(%6)
      %20: f32[] = constant 1
      %21: f32[4,2] = sub(%20, %19)
      %22: f32[4,2] = mul(%18, %21)
      %23: f32[2] = sum(%22) axes=[0]
      %24: f32[2] = reshape(%23)
      %25: f32[3,2] = matmul(%2, %22) transposeX=true
      %26: f32[] = constant 0.10000000149011612
      %27: f32[3,2] = mul(%25, %26)
      %28: f32[3,2] = sub(%0, %27)
      %29: f32[] = constant 0.10000000149011612
      %30: f32[2] = mul(%24, %29)
      %31: f32[2] = sub(%1, %30)
      return %28, %31, %11"
    `);
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "b0: f32[3,2] state "w" at 0, 32 bytes
      b1: f32[2] state "b" at 32, 16 bytes
      b2: f32[4,3] input "x" at 48, 48 bytes
      b3: f32[4,2] input "t" at 96, 32 bytes
      b4: f32[] output "loss" at 128, 16 bytes
      b5: f32[4,2] scratch at 144, 32 bytes
      b6: f32[4,2] scratch at 176, 32 bytes
      b7: f32[] scratch at 208, 16 bytes
      b8: f32[2] scratch at 144, 16 bytes
      b9: f32[3,2] scratch at 144, 32 bytes
      program step:
        b5[4,2] = matmul(b2[4,3], b0[3,2])
        fused [4,2] {
          s0 = add(b5[4,2], b1[2])
          s1 = tanh(s0)
          s2 = sub(s1, b3[4,2])
          s3 = b5[4,2] = square(s2)
          s4 = mul(s2, 2)
          s5 = mul(0.5, s4)
          s6 = square(s1)
          s7 = sub(1, s6)
          s8 = b6[4,2] = mul(s5, s7)
        }
        b7[] = sum(b5[4,2]) axes=[0,1]
        fused [] {
          s0 = b4[] = mul(b7[], 0.5)
        }
        b8[2] = sum(b6[4,2]) axes=[0]
        fused [2] {
          s0 = mul(b8[2], 0.10000000149011612)
          s1 = b1[2] = sub(b1[2], s0)
        }
        b9[3,2] = matmul(b2[4,3], b6[4,2]) transposeX=true
        fused [3,2] {
          s0 = mul(b9[3,2], 0.10000000149011612)
          s1 = b0[3,2] = sub(b0[3,2], s0)
        }
        outputs loss = b4
      arena 224 bytes (304 without reuse)"
    `);
  });

  it("of a deep network's step need far less memory than all of its values together", () => {
    const layers = 12;
    const shapes = Object.fromEntries(Array.from({ length: layers }, (_, i) => [`w${i}`, [32, 32]]));
    const { plan } = planOf(shapes, { x: [64, 32] }, (weights, { x }) => {
      const [loss, gradients] = valueAndGrad((ws: Record<string, Tensor>) =>
        Object.values(ws)
          .reduce((h, w) => h.matmul(w).tanh(), x!)
          .square()
          .mean(),
      )({ ...weights });
      const next = Object.entries(weights).map(([name, w]) => [name, w.sub(gradients[name]!.mul(0.01))] as const);
      return { state: Object.fromEntries(next), outputs: { loss } };
    });
    expect(checkPlan(plan, wasm.bytesPerElement)).toEqual([]);
    const fixed = plan.buffers.filter(({ role }) => role !== "scratch").reduce((sum, { bytes }) => sum + bytes, 0);
    const { bytes, bytesWithoutReuse } = plan.arena;
    console.log(`a step of ${layers} layers: ${bytes} bytes instead of ${bytesWithoutReuse}, ${fixed} of them kept`);
    expect(bytes).toBeLessThan(bytesWithoutReuse);
    // The forward values must stay for the way back; the gradients on that way share places.
    expect(bytes - fixed).toBeLessThan(0.7 * (bytesWithoutReuse - fixed));
  });
});
