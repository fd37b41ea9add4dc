// Every op's gradient rule against central differences, from nothing but its record and its cases.
import { describe, expect, it } from "vitest";
import { ChainruleError, Tensor } from "../index.ts";
import type { OpAttributes, OpName } from "../ir/graph.ts";
import { isElementwise, type OpRecord } from "../ir/op.ts";
import type { Shape, TensorType } from "../ir/shape.ts";
import { formatShape, formatType } from "../ir/shape.ts";
import type { Case } from "../ops/case.ts";
import { casesOf, domainOf } from "../ops/cases.ts";
import { records } from "../ops/index.ts";
import { generator, isContinuous, sampleInputs } from "../ops/sample.ts";
import { build } from "../trace/trace.ts";
import { checkGradients } from "./check-gradients.ts";

/** The broadcast forms that n operands of an elementwise op meet. */
const forms: Record<number, readonly (readonly Shape[])[]> = {
  1: [[[2, 3]], [[]], [[0]]],
  2: [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], []],
    [[], [2, 3]],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1],
      [1, 3],
    ],
    [
      [1, 3],
      [2, 1],
    ],
    [
      [2, 3],
      [4, 2, 3],
    ],
    [
      [4, 2, 3],
      [2, 3],
    ],
    [[], []],
    [[0, 3], [3]],
  ],
  3: [
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [], [3]],
    [[], [2, 3], [2, 1]],
    [[3], [2, 1], [2, 3]],
    [[2, 1], [1, 3], []],
    [[4, 2, 3], [3], [2, 1]],
    [[2, 3], [4, 2, 3], []],
  ],
};

/** All configurations to test an op in: its own cases, and the broadcast forms where it is elementwise. */
function configurations(record: OpRecord): readonly Case<OpName>[] {
  if (!isElementwise(record as never)) return casesOf(record.name);
  return casesOf(record.name).flatMap(({ attributes }) =>
    forms[record.arity as number]!.map((shapes) => ({ shapes, attributes })),
  );
}

function typesOf(op: OpName, { shapes }: Case<OpName>): TensorType[] {
  return shapes.map((shape, i) => {
    const domain = domainOf(op, i);
    return { shape, dtype: isContinuous(domain) ? "float64" : domain === "bool" ? "bool" : "int32" };
  });
}

const title = ({ shapes, attributes }: Case<OpName>): string =>
  `${shapes.map(formatShape).join(", ")} ${JSON.stringify(attributes)}`;

const applied =
  (name: OpName, attributes: OpAttributes[OpName]) =>
  (...inputs: Tensor[]): Tensor =>
    build(inputs, (g, values) => g.apply(name, values, attributes as never));

describe("every gradient rule agrees with central differences to second order", () => {
  for (const record of records) {
    // A user's op brings its own rule, which is checked where it is defined.
    if (record.gradient === "none" || record.definition !== undefined) continue;
    describe(record.name, () => {
      it("has what a test needs: cases, and a domain with room to vary", () => {
        expect(casesOf(record.name).length).toBeGreaterThan(0);
        const { shapes } = casesOf(record.name)[0]!;
        expect(shapes.some((_, i) => isContinuous(domainOf(record.name, i)))).toBe(true);
      });
      it.each(configurations(record).map((c) => [title(c), c] as const))("%s", (_, configuration) => {
        const types = typesOf(record.name, configuration);
        const output = record.infer(types, configuration.attributes);
        if (output.dtype !== "float64") {
          // A cast to whole numbers: no gradient can flow, and asking for one says so.
          const inputs = sampleInputs(record.name, types, generator(1)).map((d, i) =>
            Tensor.concrete(d, types[i]!.shape),
          );
          expect(() => checkGradients(applied(record.name, configuration.attributes), inputs)).toThrow(
            `must return a float tensor; got ${formatType(output)}`,
          );
          return;
        }
        const samples = sampleInputs(record.name, types, generator(7));
        const inputs = samples.map((data, i) => Tensor.concrete(data, types[i]!.shape));
        const check = checkGradients(applied(record.name, configuration.attributes), inputs);
        expect(check.passed, String(check)).toBe(true);
      });
    });
  }
});

describe("ops without a gradient", () => {
  const constantOps = records.filter((record) => record.gradient === "none").map((record) => record.name);

  it("are these", () => {
    expect(constantOps).toMatchInlineSnapshot(`
      [
        "input",
        "constant",
        "iota",
        "randomUniform",
        "randomNormal",
        "sign",
        "floor",
        "equal",
        "notEqual",
        "less",
        "lessEqual",
        "greater",
        "greaterEqual",
        "isFinite",
        "stopGradient",
        "argmax",
        "attentionWeights",
        "attentionScoresGradient",
        "attentionProduct",
        "sketch",
      ]
    `);
  });

  it("give zeros where they are differentiated through", () => {
    for (const name of ["sign", "floor", "stopGradient"] as const) {
      const x = Tensor.concrete(Float64Array.of(-1.3, 0.4, 2.6), [3]);
      const { checks } = checkGradients((t) => applied(name, {})(t), [x], { order: 1 });
      for (const { reverse, forward } of checks) expect([reverse, forward]).toEqual([0, 0]);
    }
  });
});

describe("checkGradients", () => {
  const x = Tensor.concrete(Float64Array.of(0.3, -0.7, 1.9), [3]);

  it("finds a wrong gradient, and one that is wrong in second order alone", () => {
    // x² whose gradient is taken for that of 2x: stopGradient hides one factor.
    const first = checkGradients((t) => t.mul(t.stopGradient()), [x]);
    expect(first.passed).toBe(false);
    expect(first.worst).toBeGreaterThan(0.1);
    // f' is right (2x), f'' is lost: f = x² − (x − s)² with s = stop(x) has f' = 2x; now hide x in f'.
    const second = checkGradients(
      (t) => {
        const s = t.stopGradient();
        return s.square().add(t.sub(s).mul(s.mul(2)));
      },
      [x],
    );
    expect(second.checks.filter((c) => c.order === 1).every((c) => c.error < 1e-6)).toBe(true);
    expect(second.passed).toBe(false);
  });

  it("comes closer to the point where a kink is near, and says so where the point is on one", () => {
    const near = Tensor.concrete(Float64Array.of(2e-5, -3e-5), [2]);
    expect(checkGradients((t) => t.abs(), [near]).passed).toBe(true);
    const on = checkGradients((t) => t.abs(), [Tensor.concrete(Float64Array.of(0), [])]);
    expect(on.passed).toBe(false);
    expect(on.checks.filter((c) => c.order === 1).every((c) => c.kink)).toBe(true);
    expect(String(on)).toContain("on a kink");
  });

  it("reports NaN gradients as wrong", () => {
    const zero = Tensor.concrete(Float64Array.of(0), []);
    expect(checkGradients((t) => t.sqrt().mul(0), [zero]).passed).toBe(false);
  });

  it("leaves integer inputs alone and refuses what has no gradient", () => {
    const indices = Tensor.concrete(Int32Array.of(2, 0, 0), [3]);
    expect(checkGradients((t, i) => t.gather(i).square(), [x, indices]).passed).toBe(true);
    expect(() => checkGradients((i) => i.add(1), [indices])).toThrow(ChainruleError);
    expect(() => checkGradients((t) => t.greater(0), [x])).toThrow(
      "checkGradients: the function must return a float tensor; got bool[3].",
    );
  });
});
