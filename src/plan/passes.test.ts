// Each pass on a small graph that shows what it does, and a small training step as it is printed.
import { describe, expect, it } from "vitest";
import { wasm } from "../backends/wasm/wasm.ts";
import { type Tensor, trace, valueAndGrad } from "../index.ts";
import type { Graph } from "../ir/graph.ts";
import { printGraph } from "../ir/print.ts";
import { prune } from "../ir/prune.ts";
import type { Shape } from "../ir/shape.ts";
import { traceProgram } from "../run/program.ts";
import { GraphBuilder } from "../trace/graph-builder.ts";
import { checkPlan } from "./check-plan.ts";
import { cse } from "./cse.ts";
import { foldTransposes } from "./fold-transposes.ts";
import { fuse, isFree } from "./fuse.ts";
import { makePlan } from "./make-plan.ts";
import type { Program } from "./module.ts";
import { optimize } from "./optimize.ts";
import { order } from "./order.ts";
import { place } from "./place.ts";
import type { Plan } from "./plan.ts";
import { printPlan } from "./print.ts";
import { simplify } from "./simplify.ts";
import { skipBroadcasts } from "./skip-broadcasts.ts";

const input = (name: string, shape: Shape) => ({ name, shape, dtype: "float32" as const });
const graphOf = (shapes: readonly Shape[], fn: (...inputs: Tensor[]) => Tensor[]): Graph =>
  trace(
    shapes.map((shape, i) => input("xyzw"[i]!, shape)),
    (inputs) => fn(...inputs),
    "float32",
  ).graph;

describe("simplify", () => {
  it("leaves out what changes nothing, and joins reshapes", () => {
    const graph = graphOf([[2, 3]], (x) => [
      x.add(0).mul(1).div(1).sub(0).pow(1),
      x.reshape([6]).reshape([3, 2]).reshape([2, 3]),
      x.transpose([0, 1]).stopGradient().broadcast([2, 3]).sum([]),
      x.mul(0.5).add(x.mul(0).mul(3)),
    ]);
    expect(printGraph(prune(simplify(graph)))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[2,3] = reshape(%0)
      %2: f32[] = constant 0.5
      %3: f32[2,3] = mul(%0, %2)
      %4: f32[] = constant 0
      %5: f32[2,3] = mul(%0, %4)
      %6: f32[] = constant 3
      %7: f32[2,3] = mul(%5, %6)
      %8: f32[2,3] = add(%3, %7)
      return %0, %1, %0, %8"
    `);
  });

  it("keeps what looks alike but changes type or shape", () => {
    const graph = graphOf([[1]], (x) => [x.add(0).broadcast([2, 1]), x.mul(1).cast("int32")]);
    expect(printGraph(prune(simplify(graph)))).toMatchInlineSnapshot(`
      "%0: f32[1] = input "x"
      %1: f32[2,1] = broadcast(%0)
      %2: i32[1] = cast(%0)
      return %1, %2"
    `);
  });
});

describe("common subexpressions", () => {
  it("computes equal nodes once, and tells apart constants, attributes and streams", () => {
    const graph = graphOf([[2, 3]], (x) => [
      x.exp().add(x.exp()),
      x.sum(0).add(x.sum(0)),
      x.sum(1),
      x.maximum(0).mul(x.maximum(-0)),
    ]);
    expect(printGraph(prune(cse(graph)))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[2,3] = exp(%0)
      %2: f32[2,3] = add(%1, %1)
      %3: f32[3] = sum(%0) axes=[0]
      %4: f32[3] = add(%3, %3)
      %5: f32[2] = sum(%0) axes=[1]
      %6: f32[] = constant 0
      %7: f32[2,3] = maximum(%0, %6)
      %8: f32[] = constant -0
      %9: f32[2,3] = maximum(%0, %8)
      %10: f32[2,3] = mul(%7, %9)
      return %2, %4, %5, %10"
    `);
  });

  it("does not take one infinity for the other, or NaN, where JSON has null for all", () => {
    const values = [Infinity, -Infinity, Number.NaN, 0, -0];
    const graph = graphOf([[2]], (x) => values.map((value) => x.pad([1], [0], value)));
    expect(prune(cse(graph)).nodes.length).toBe(1 + values.length);
  });
});

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

describe("skip broadcasts", () => {
  it("feeds elementwise ops the smaller operand, as long as another one has the full shape", () => {
    const graph = graphOf([[2, 3], [3]], (x, y) => [
      x.mul(y.broadcast([2, 3])),
      y.broadcast([2, 3]).add(y.exp().broadcast([2, 3])),
      y.broadcast([2, 3]).exp(),
      y.broadcast([2, 3]).sum(0),
    ]);
    expect(printGraph(prune(skipBroadcasts(graph)))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[3] = input "y"
      %2: f32[2,3] = mul(%0, %1)
      %3: f32[3] = exp(%1)
      %4: f32[2,3] = broadcast(%3)
      %5: f32[2,3] = add(%1, %4)
      %6: f32[2,3] = broadcast(%1)
      %7: f32[2,3] = exp(%6)
      %8: f32[2,3] = broadcast(%1)
      %9: f32[3] = sum(%8) axes=[0]
      return %2, %5, %7, %9"
    `);
  });
});

describe("fuse", () => {
  const groupsOf = (graph: Graph): number[][] => fuse(graph, () => true).map(({ members }) => [...members]);

  it("joins chains of one shape and stops at other shapes, reductions and products", () => {
    const graph = graphOf([[2, 3], [3]], (x, y) => [x.mul(2).add(y.exp()).tanh(), x.neg().sum(1).exp().neg()]);
    expect(printGraph(optimize(graph))).toMatchInlineSnapshot(`
      "%0: f32[2,3] = input "x"
      %1: f32[3] = input "y"
      %2: f32[] = constant 2
      %3: f32[2,3] = mul(%0, %2)
      %4: f32[3] = exp(%1)
      %5: f32[2,3] = add(%3, %4)
      %6: f32[2,3] = tanh(%5)
      %7: f32[2,3] = neg(%0)
      %8: f32[2] = sum(%7) axes=[1]
      %9: f32[2] = exp(%8)
      %10: f32[2] = neg(%9)
      return %6, %10"
    `);
    expect(groupsOf(optimize(graph))).toMatchInlineSnapshot(`
      [
        [
          3,
          5,
          6,
        ],
        [
          4,
        ],
        [
          7,
        ],
        [
          8,
        ],
        [
          9,
          10,
        ],
      ]
    `);
  });

  it("makes no cycle where a path leaves a group and comes back by way of a later node's group", () => {
    // centred → scaled ← b: one group? Not while centred → sum → last, and last is in one group with b: both read r.
    const graph = graphOf([[2, 3], [3]], (x, g) => {
      const centred = x.sub(g);
      const r = g.exp();
      const b = r.mul(g);
      const scaled = centred.mul(b);
      const last = x.mul(centred).sum(0).mul(r);
      return [scaled, last];
    });
    const best = optimize(graph);
    const groups = fuse(best, () => true);
    expect(order(best, groups, [], (id) => id).length).toBe(groups.length);
  });

  it("the order says so where groups wait for each other", () => {
    const graph = graphOf([[2]], (x) => [x.exp().sum().mul(x.neg())]);
    const cyclic = [
      { members: [1, 4], visible: [1, 4], fused: true },
      { members: [2], visible: [2], fused: false },
      { members: [3], visible: [3], fused: true },
    ];
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "%0: f32[2] = input "x"
      %1: f32[2] = exp(%0)
      %2: f32[] = sum(%1) axes=[0]
      %3: f32[2] = neg(%0)
      %4: f32[2] = mul(%2, %3)
      return %4"
    `);
    expect(() => order(graph, cyclic, [], (id) => id)).toThrow("groups of nodes wait for each other");
    expect(graph.nodes.filter(isFree).map(({ op }) => op)).toEqual(["input"]);
  });
});

describe("place", () => {
  it("shares bytes between values that never live together", () => {
    const lives = [
      { bytes: 64, first: 0, last: 1 },
      { bytes: 32, first: 1, last: 2 },
      { bytes: 64, first: 2, last: 3 },
      { bytes: 16, first: 0, last: 3 },
      { bytes: 0, first: 0, last: 3 },
    ];
    expect(place(lives)).toMatchInlineSnapshot(`
      {
        "bytes": 112,
        "offsets": [
          0,
          64,
          0,
          96,
          0,
        ],
      }
    `);
  });
});

const state = (shapes: Readonly<Record<string, Shape>>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: "float32" as const }]));

function planOf(
  states: Readonly<Record<string, Shape>>,
  inputs: Readonly<Record<string, Shape>>,
  fn: Parameters<typeof traceProgram>[2],
): { program: Program; plan: Plan } {
  const program = traceProgram(state(states), state(inputs), fn, "float32");
  return { program, plan: makePlan({ state: state(states), programs: { step: program } }, wasm) };
}

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
