// The checker of plans, on a sound plan and on broken ones.
import { describe, expect, it } from "vitest";
import { wasm } from "../backends/wasm/wasm.ts";
import { checkPlan } from "./check-plan.ts";
import { planOf } from "./test-graphs.ts";

describe("the checker of plans", () => {
  const { plan } = planOf({ w: [4] }, { x: [4, 4] }, ({ w }, { x }) => ({
    state: { w: x!.matmul(w!).softmax().mul(w!) },
    outputs: { y: x!.matmul(x!.softmax()).sum(0) },
  }));

  it("finds nothing in a sound plan", () => {
    expect(checkPlan(plan, wasm.bytesPerElement)).toEqual([]);
    expect(checkPlan(plan, { float32: 64 }).join()).toContain("is too small");
  });

  it("finds overlaps, late reads and in-place products", () => {
    const scratch = plan.buffers.filter(({ role }) => role === "scratch");
    expect(scratch.length).toBeGreaterThan(2);
    const together = plan.buffers.map((b) => (b.role === "scratch" ? { ...b, offset: scratch[0]!.offset } : b));
    expect(checkPlan({ ...plan, buffers: together }, wasm.bytesPerElement).join()).toContain(
      "overlap while both are alive",
    );
    const onState = plan.buffers.map((b) => (b.role === "scratch" ? { ...b, offset: 0 } : b));
    expect(checkPlan({ ...plan, buffers: onState }, wasm.bytesPerElement).join()).toContain("which is kept");
    const { kernels, ...rest } = plan.programs.step!;
    const backwards = { ...plan, programs: { step: { ...rest, kernels: [...kernels].reverse() } } };
    expect(checkPlan(backwards, wasm.bytesPerElement).join()).toContain("is read before it is written");
  });
});
