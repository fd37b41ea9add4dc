// The backend as a whole: state over many runs, host types, constants and setup, and every refusal in words.
import { describe, expect, it } from "vitest";
import type { Plan } from "../../plan/plan.ts";
import { requireSimd } from "./module.ts";
import { input, number, samples, step, TestPlan } from "./test-plan.ts";
import { wasm } from "./wasm.ts";

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return "no error";
}

function counting(): { plan: Plan; x: ReturnType<TestPlan["value"]> } {
  const plan = new TestPlan();
  const x = plan.value([3]);
  plan.fused([3], [x], [step("add", [input(0), number(1)])], { 0: x });
  return { plan: plan.plan(), x };
}

describe("the wasm backend", () => {
  it("runs a program many times over its state", () => {
    const { plan, x } = counting();
    const machine = wasm.load(plan);
    machine.write(x, Float32Array.of(0, 1, 2));
    machine.run("main", 1000);
    machine.run("main", 0);
    expect(machine.read(x)).toEqual(Float32Array.of(1000, 1001, 1002));
  });

  it("holds bool, int32 and float32 in their host types", () => {
    const plan = new TestPlan();
    const views = [plan.value([2], "bool"), plan.value([2], "int32"), plan.value([2])] as const;
    const machine = wasm.load(plan.plan());
    machine.write(views[0], Uint8Array.of(0, 1));
    machine.write(views[1], Int32Array.of(-1, 2147483647));
    machine.write(views[2], Float32Array.of(0.5, -0));
    expect(views.map((view) => machine.read(view))).toEqual([
      Uint8Array.of(0, 1),
      Int32Array.of(-1, 2147483647),
      Float32Array.of(0.5, -0),
    ]);
  });

  it("writes constants, whole or of one element, and runs the setup once", () => {
    const plan = new TestPlan();
    const [a, b, c] = [plan.value([3]), plan.value([3], "int32"), plan.value([3])];
    plan.fused([3], [a, b], [step("mul", [input(0), input(1)])], { 0: c });
    const whole = plan.plan();
    const machine = wasm.load({
      ...whole,
      buffers: whole.buffers.map((buffer, i) => {
        const data = [Float32Array.of(1, 2, 3), Int32Array.of(7)][i];
        return data ? { ...buffer, role: "constant" as const, data } : buffer;
      }),
      setup: whole.programs.main!.kernels,
      programs: {},
    });
    expect(machine.read(c)).toEqual(Float32Array.of(7, 14, 21));
  });

  it("refuses what it cannot do", () => {
    const wide = new TestPlan();
    wide.value([2], "float64");
    expect(message(() => wide.run())).toMatchInlineSnapshot(
      `"UNSUPPORTED_BY_BACKEND: v0(f64[2]): the WebAssembly machine computes in float32 and has no float64. Use the reference backend (backend: "reference"), or float32 values."`,
    );
    expect(message(() => requireSimd({ ...WebAssembly, validate: () => false }))).toMatchInlineSnapshot(
      `"UNSUPPORTED_BY_BACKEND: The "wasm" backend needs WebAssembly SIMD, which this JavaScript engine does not have. Use Node 20.19 or newer, a browser of 2023 or newer, or the reference backend (backend: "reference")."`,
    );
    expect(message(() => requireSimd(undefined))).toMatchInlineSnapshot(
      `"UNSUPPORTED_BY_BACKEND: The "wasm" backend needs WebAssembly SIMD, which this JavaScript engine lacks, as it has no WebAssembly at all. Use Node 20.19 or newer, a browser of 2023 or newer, or the reference backend (backend: "reference")."`,
    );
    const { plan } = counting();
    const huge = { ...plan, arena: { bytes: 5 * 2 ** 30, bytesWithoutReuse: 0 } };
    expect(message(() => wasm.load(huge))).toMatchInlineSnapshot(
      `"OUT_OF_MEMORY: This plan needs 5120.0 MiB of WebAssembly memory (5120.0 MiB of it for values); a WebAssembly memory ends at 4096.0 MiB. Use a smaller batch or a smaller model."`,
    );
    expect(message(() => wasm.load(plan).run("train", 1))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: This plan has no program "train"; it has main."`,
    );
    expect(message(() => wasm.load(plan).write(plan.buffers[0]! as never, new Float32Array(2)))).toMatchInlineSnapshot(
      `"SHAPE_MISMATCH: A value of f32[3] has 3 elements; 2 were given."`,
    );
  });

  it("is loaded in stages: after every few hundred kernels", () => {
    const plan = new TestPlan();
    const x = plan.value([3]);
    for (let i = 0; i < 2000; i++) plan.fused([3], [x], [step("add", [input(0), number(1)])], { 0: x });
    const stages = wasm.loading!(plan.plan());
    let count = 0;
    for (let stage = stages.next(); ; stage = stages.next(), count++) {
      if (!stage.done) continue;
      stage.value.run("main", 1);
      expect(stage.value.read(x)).toEqual(Float32Array.of(2000, 2000, 2000));
      break;
    }
    expect(count).toBeGreaterThanOrEqual(4);
  });

  it("is of no use after dispose", () => {
    const { plan, x } = counting();
    const machine = wasm.load(plan);
    machine.dispose();
    machine.dispose();
    for (const use of [
      () => machine.run("main", 1),
      () => machine.read(x),
      () => machine.write(x, Float32Array.from(samples(3))),
    ]) {
      expect(use).toThrow(expect.objectContaining({ code: "DISPOSED" }));
    }
  });
});
