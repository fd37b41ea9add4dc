import { it } from "vitest";
import { compile, randomKey, vjp, tensor, printPlan } from "../index.ts";
import { applyTraining, batchNorm, initialize } from "../nn/index.ts";
it("x", () => {
  const d = batchNorm(3);
  const f = (x: any, g: any, b: any) => applyTraining(d, { parameters: { weight: g, bias: b }, buffers: initialize(d).buffers }, x, randomKey(0)).y;
  const x = tensor([[1, 2, 3], [4, 5, 7], [0, 1, 9]]), g = tensor([1, 2, 3]), b = tensor([0, 1, 2]);
  const F = (x: any, g: any, b: any, u: any) => { const r = vjp(f, x, g, b); return [r.value, ...r.pullback(u)]; };
  for (const backend of ["reference", "wasm"] as const) {
    const c = compile(F, { backend });
    console.log(backend, String(c(x, g, b, x)));
    if (backend === "wasm") console.log(printPlan(c.plan(x, g, b, x)));
  }
});
