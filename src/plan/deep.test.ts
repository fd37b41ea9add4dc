// Networks of thousands of layers: the work of planning grows with the layers, and nothing recurses along them.
import { describe, expect, it, vi } from "vitest";
import { wasm } from "../backends/wasm/wasm.ts";
import { type Tensor, valueAndGrad } from "../index.ts";
import type { TensorType } from "../ir/shape.ts";
import { traceProgram } from "../run/program.ts";
import { AcyclicGraph } from "./acyclic.ts";
import { checkPlan } from "./check-plan.ts";
import { makePlan } from "./make-plan.ts";
import type { Module } from "./module.ts";

/** A step of gradient descent with momentum through `layers` products with an activation; h → h + tanh(h W). */
function moduleOf(layers: number): Module {
  const state: Record<string, TensorType> = {};
  for (let i = 0; i < layers; i++) {
    state[`w${i}`] = { shape: [2, 2], dtype: "float32" };
    state[`m${i}`] = { shape: [2, 2], dtype: "float32" };
  }
  const program = traceProgram(
    state,
    { x: { shape: [3, 2], dtype: "float32" } },
    (values, { x }) => {
      const weights = Array.from({ length: layers }, (_, i) => values[`w${i}`]!);
      const [loss, gradients] = valueAndGrad((ws: Tensor[]) =>
        ws
          .reduce((h, w) => h.add(h.matmul(w).tanh()), x!)
          .square()
          .mean(),
      )(weights);
      const next: Record<string, Tensor> = {};
      weights.forEach((w, i) => {
        next[`m${i}`] = values[`m${i}`]!.mul(0.9).add(gradients[i]!);
        next[`w${i}`] = w.sub(next[`m${i}`]!.mul(0.1));
      });
      return { state: next, outputs: { loss } };
    },
    "float32",
  );
  return { state, programs: { step: program } };
}

/** Edges that fusing and ordering look at in their searches. */
function looked(layers: number): number {
  const spies = (["join", "reaches"] as const).map((name) => vi.spyOn(AcyclicGraph.prototype, name));
  try {
    makePlan(moduleOf(layers), wasm);
    const graphs = new Set(spies.flatMap(({ mock }) => mock.contexts.filter((own) => own instanceof AcyclicGraph)));
    return [...graphs].reduce((sum, graph) => sum + graph.looked, 0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe("deep networks", () => {
  it("of 2000 layers are traced, differentiated and planned", () => {
    const plan = makePlan(moduleOf(2000), wasm);
    expect(plan.programs.step!.kernels.length).toBeGreaterThan(4 * 2000);
    expect(checkPlan({ ...plan, programs: {} }, wasm.bytesPerElement)).toEqual([]);
  });

  it("cost searches that grow with the layers, not with their square", () => {
    const [few, many] = [looked(50), looked(400)];
    expect(few).toBeGreaterThan(0);
    expect(many / few).toBeLessThan(1.5 * 8);
  });
});
