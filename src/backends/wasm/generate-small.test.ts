// Products and sums in a straight line, and narrow ones that are not: the same bits as the kernels', for any shape, transposition and share.
import fc from "fast-check";
import { expect, it } from "vitest";
import { encode } from "./encode.ts";
import { input, samples, step, TestPlan } from "./test-plan.ts";

const size = fc.integer({ min: 1, max: 6 });

function expectSame(plan: TestPlan): number {
  const expected = plan.words(1);
  for (const threads of [1, 2, 3]) expect(plan.words(threads, true)).toEqual(expected);
  return encode(plan.plan(), 0, 0, { firstFunction: 0 }).functions.length;
}

it("products", () => {
  let generated = 0;
  fc.assert(
    fc.property(size, size, size, fc.boolean(), fc.boolean(), (m, n, k, transposeX, transposeY) => {
      const plan = new TestPlan();
      const x = plan.value(transposeX ? [k, m] : [m, k], "float32", samples(m * k, -2, 2, 1));
      const y = plan.value(transposeY ? [n, k] : [k, n], "float32", samples(k * n, -2, 2, 2));
      plan.op("matmul", { transposeX, transposeY }, [x, y], plan.value([m, n]));
      generated += expectSame(plan);
    }),
    { numRuns: 300, seed: 5 },
  );
  expect(generated).toBeGreaterThan(100);
});

it("sums and means", () => {
  let generated = 0;
  const lists: readonly (readonly number[])[] = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]];
  const axes = fc.constantFrom(...lists);
  fc.assert(
    fc.property(size, size, size, axes, fc.constantFrom("sum" as const, "mean" as const), (a, b, c, axes, op) => {
      const plan = new TestPlan();
      const shape = [a, b, c];
      const x = plan.value(shape, "float32", samples(a * b * c, -2, 2, 3));
      plan.op(op, { axes, keepDims: false }, [x], plan.value(shape.filter((_, axis) => !axes.includes(axis))));
      generated += expectSame(plan);
    }),
    { numRuns: 300, seed: 5 },
  );
  expect(generated).toBeGreaterThan(100);
});

it("products of few columns or of a short k, of any height", () => {
  const heights = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(heights, size, heights, fc.boolean(), fc.boolean(), (m, n, k, transposeX, transposeY) => {
      const plan = new TestPlan();
      for (const [columns, depth] of [
        [n, k],
        [k, n],
      ] as const) {
        const x = plan.value(transposeX ? [depth, m] : [m, depth], "float32", samples(m * depth, -2, 2, 1));
        const y = plan.value(
          transposeY ? [columns, depth] : [depth, columns],
          "float32",
          samples(depth * columns, -2, 2, 2),
        );
        plan.op("matmul", { transposeX, transposeY }, [x, y], plan.value([m, columns]));
      }
      expectSame(plan);
    }),
    { numRuns: 100, seed: 5 },
  );
});

it("softmax of short rows, four of them at once or one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 18 }), (rows, columns) => {
      const plan = new TestPlan();
      const x = plan.value([rows, columns], "float32", samples(rows * columns, -30, 30, 4));
      for (const op of ["softmax", "logSoftmax"] as const) {
        const whole = plan.op(op, { axis: 1 }, [x], plan.value([rows, columns]));
        // Each row alone.
        const alone = Array.from({ length: rows }, (_, row) => {
          const one = plan.op("slice", { start: [row, 0], stop: [row + 1, columns] }, [x], plan.value([1, columns]));
          return plan.op(op, { axis: 1 }, [one], plan.value([1, columns]));
        });
        const read = plan.run();
        expect(read(whole)).toEqual(alone.flatMap((view) => read(view)));
      }
      expectSame(plan);
    }),
    { numRuns: 40, seed: 5 },
  );
});

it("one after the other, as one instruction", () => {
  const of = (count: number) => {
    const plan = new TestPlan();
    let x = plan.value([2, 3], "float32", samples(6, -2, 2, 6));
    for (let i = 0; i < count; i++) {
      const y = plan.value([2, 3]);
      if (i % 2 === 0) plan.fused([2, 3], [x], [step("square", [input(0)])], { 0: y });
      else
        plan.op(
          "matmul",
          { transposeX: false, transposeY: false },
          [x, plan.value([3, 3], "float32", samples(9, -1, 1, i))],
          y,
        );
      x = y;
    }
    return plan;
  };
  for (const count of [1, 2, 3, 40]) expectSame(of(count));
  const instructions = (count: number) => encode(of(count).plan(), 0, 0, { firstFunction: 0 }).words;
  expect(instructions(40).length).toBe(instructions(2).length);
  // What takes long is an instruction that threads share.
  const long = of(3);
  const [wide, y] = [long.value([200, 200], "float32", samples(40_000, -2, 2, 7)), long.value([200, 200])];
  long.fused([200, 200], [wide], [step("square", [input(0)])], { 0: y });
  expectSame(long);
});
