// Generated functions: the same bits as the interpreter's, for chains, ways to broadcast, sizes and shares of any kind.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ElementwiseOpName } from "../../ir/graph.ts";
import { type Shape, sizeOf } from "../../ir/shape.ts";
import { encode } from "./encode.ts";
import { earlier, input, number, samples, step, TestPlan } from "./test-plan.ts";

const unary: readonly ElementwiseOpName[] = [
  "neg",
  "square",
  "abs",
  "sign",
  "relu",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "floor",
];
const binary: readonly ElementwiseOpName[] = ["add", "sub", "mul", "div", "maximum", "minimum", "less", "greaterEqual"];

const chains = fc.record({
  rows: fc.integer({ min: 1, max: 5 }),
  planes: fc.integer({ min: 1, max: 4 }),
  // Rows of whole vectors, which functions are generated for, and others.
  columns: fc.constantFrom(1, 3, 4, 8, 12, 20, 36),
  inputs: fc.array(fc.constantFrom("elements", "row", "column", "plane", "rows", "scalar"), {
    minLength: 1,
    maxLength: 4,
  }),
  steps: fc.array(
    fc.record({
      op: fc.constantFrom(...unary, ...binary, "where" as const),
      at: fc.array(fc.nat(99), { minLength: 3, maxLength: 3 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  keepsAll: fc.boolean(),
});

it("is the interpreter, bit for bit", () => {
  let generated = 0;
  fc.assert(
    fc.property(chains, ({ rows, planes, columns, inputs, steps, keepsAll }) => {
      const shape = [rows, planes, columns];
      const forms: Record<string, Shape> = {
        elements: shape,
        row: [columns],
        column: [rows, planes, 1],
        plane: [planes, 1],
        rows: [rows, 1, columns],
        scalar: [],
      };
      const plan = new TestPlan();
      const views = inputs.map((form, i) => {
        const own = forms[form]!;
        return plan.value(own, "float32", samples(sizeOf(own), -2, 2, i + 1));
      });
      const fused = steps.map(({ op, at }, i) => {
        // Any input, earlier step or number.
        const operands = at.map((pick) => {
          const index = pick % (views.length + i + 1);
          if (index < views.length) return input(index);
          return index < views.length + i ? earlier(index - views.length) : number(0.5);
        });
        if (op === "where") return step(op, operands);
        const isComparison = op === "less" || op === "greaterEqual";
        return step(op, operands.slice(0, unary.includes(op) ? 1 : 2), isComparison ? "bool" : "float32");
      });
      const outputs = Object.fromEntries(
        fused.flatMap(({ dtype }, i) => (keepsAll || i === fused.length - 1 ? [[i, plan.value(shape, dtype)]] : [])),
      );
      plan.fused(shape, views, fused, outputs);
      const expected = plan.words(1);
      for (const threads of [1, 2, 3]) expect(plan.words(threads, true)).toEqual(expected);
      generated += encode(plan.plan(), 0, 0, { firstFunction: 0 }).functions.length;
    }),
    { numRuns: 300, seed: 3 },
  );
  expect(generated).toBeGreaterThan(100);
});
