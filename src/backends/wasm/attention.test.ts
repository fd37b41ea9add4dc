// Attention against the float64 reference; that threads do not change a bit; that neighbours are joined where their values lie apart.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vjp } from "../../grad/transforms.ts";
import type { Shape } from "../../ir/shape.ts";
import { sizeOf } from "../../ir/shape.ts";
import type { Kernel, OpKernel, View } from "../../plan/plan.ts";
import "../../run/engine.ts";
import { traceProgram } from "../../run/program.ts";
import { Session } from "../../run/session.ts";
import { arange, where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import type { Backend } from "../backend.ts";
import { findBlas } from "../blas/find.ts";
import { reference } from "../reference/reference.ts";
import { attentionsFrom } from "./encode-attention.ts";
import { Encoder } from "./encoder.ts";
import { samples, TestPlan } from "./test-plan.ts";
import { wasmBackend } from "./wasm.ts";

interface Size {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly width: number;
  readonly causal: boolean;
}

/** softmax(q kᵀ / √d) v in each head, with its gradients to q, k and v. */
function attended({ batch, time, heads, width, causal }: Size, backend: Backend): number[][] {
  const shape = [batch, time, heads, width];
  const type = { shape, dtype: backend.float };
  const state = { q: type, k: type, v: type, dy: type };
  const attention = (...rows: Tensor[]): Tensor => {
    const [q, k, v] = rows.map((x) => x.transpose([0, 2, 1, 3])) as [Tensor, Tensor, Tensor];
    const scores = q.matmul(k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(width));
    const later = arange(time).greater(arange(time).reshape([time, 1]));
    return (causal ? where(later, -1e30, scores) : scores).softmax(-1).matmul(v).transpose([0, 2, 1, 3]);
  };
  const program = traceProgram(
    state,
    {},
    ({ q, k, v, dy }) => {
      const { value: y, pullback } = vjp(attention, q!, k!, v!);
      const [dq, dk, dv] = pullback(dy!);
      return { outputs: { y, dq, dk, dv } };
    },
    backend.float,
  );
  const session = new Session({ state, programs: { main: program } }, backend);
  if (time > 1) expect(session.plan.programs.main!.kernels.filter(isAttention)).toHaveLength(6);
  Object.keys(state).forEach((name, i) => {
    session.write(name, Float64Array.from(samples(sizeOf(shape), -2, 2, i + 1)));
  });
  session.run("main");
  const results = ["y", "dq", "dk", "dv"].map((name) => Array.from(session.output("main", name)));
  session.dispose();
  return results;
}

const isAttention = (kernel: Kernel) => kernel.kind === "op" && kernel.op.startsWith("attention");

const { library, reason } = findBlas();
if (!library) it.skip(`products by a BLAS: ${reason}`);

const backends: [string, Backend][] = [
  ["the plain build", wasmBackend({ threads: 1, build: "plain" })],
  ["the fastest build", wasmBackend({ threads: 2 })],
  ...(library
    ? [["a BLAS", wasmBackend({ threads: 2, blas: () => ({ library, from: 0 }) })] as [string, Backend]]
    : []),
];

const sizes = fc.record({
  batch: fc.constantFrom(1, 2, 5),
  time: fc.constantFrom(1, 2, 3, 7, 16, 31, 33, 67),
  heads: fc.constantFrom(1, 3, 4, 8),
  width: fc.constantFrom(1, 3, 4, 8, 13),
  causal: fc.boolean(),
});

describe.each(backends)("attention by %s", (_, backend) => {
  it("is the reference's, with its gradients", () => {
    const check = (size: Size) => {
      const expected = attended(size, reference);
      attended(size, backend).forEach((values, i) => {
        const scale = Math.sqrt(expected[i]!.reduce((sum, x) => sum + x * x, 0) / values.length) + 0.1;
        const worst = values.reduce((most, x, j) => Math.max(most, Math.abs(x - expected[i]![j]!)), 0);
        expect(worst / scale, `${JSON.stringify(size)} ${["y", "dq", "dk", "dv"][i]}`).toBeLessThan(2e-5);
      });
    };
    fc.assert(fc.property(sizes, check), { numRuns: 15 });
    check({ batch: 4, time: 70, heads: 4, width: 5, causal: true });
    check({ batch: 1, time: 300, heads: 1, width: 2, causal: true });
  });
});

const value = (plan: TestPlan, shape: Shape) => plan.value(shape, "float32", samples(sizeOf(shape)));

it("gives the same bits on any number of threads, head by head and block by block", () => {
  const plan = new TestPlan();
  for (const [batch, time, heads, width, causal] of [
    [5, 37, 4, 6, true],
    [5, 37, 4, 6, false],
    [1, 67, 2, 3, true],
  ] as const) {
    const rows = [batch, time, heads, width];
    const weights = [batch, heads, time, time];
    const [q, k] = [value(plan, rows), value(plan, rows)];
    const p = plan.op("attentionWeights", { scale: 0.3, causal }, [q, k], plan.value(weights));
    plan.op("attentionProduct", { transpose: false, causal }, [p, q], plan.value(rows));
    const scores = { scale: 0.3, causal };
    const ds = plan.op("attentionScoresGradient", scores, [p, q, k], plan.value(weights));
    plan.op("attentionProduct", { transpose: true, causal }, [ds, q], plan.value(rows));
  }
  const alone = plan.words(1);
  for (const threads of [2, 3, 8]) expect(plan.words(threads)).toEqual(alone);
});

it("joins neighbours of the same heads, unless one is written where others of them lie", () => {
  const plan = new TestPlan();
  const [rows, weights] = [
    [8, 5, 2, 4],
    [8, 2, 5, 5],
  ];
  const [q, k, v, y] = [value(plan, rows!), value(plan, rows!), value(plan, rows!), plan.value(rows!)];
  const p = plan.op("attentionWeights", { scale: 1, causal: true }, [q, k], plan.value(weights!));
  plan.op("attentionProduct", { transpose: false, causal: true }, [p, v], y);
  plan.op("attentionProduct", { transpose: true, causal: true }, [p, v], plan.value(rows!));
  plan.op("attentionProduct", { transpose: false, causal: false }, [p, v], plan.value(rows!));
  const joined = (kernels: readonly Kernel[]) => attentionsFrom(kernels, 0, new Encoder(plan.buffers, 0, 0, {}));
  expect(joined(plan.kernels)).toBe(3);
  const [first, second] = plan.kernels as [OpKernel, OpKernel];
  const written = (view: View) => ({ ...second, output: view }) as OpKernel;
  expect(joined([first, written(y!)])).toBe(2);
  // All of it, and a part.
  const over = { ...q!, shape: weights!.toReversed() };
  expect(joined([first, written(over)])).toBe(1);
});
