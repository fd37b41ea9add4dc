// Comparisons, selection by a condition, and the larger and smaller of two, element by element.
import type { Builder, Value } from "../ir/builder.ts";
import type { ElementwiseRecord } from "../ir/op.ts";
import { type CasesOf, ofThree, ofTwo, one } from "./case.ts";
import { operandError, requireBroadcast, requireSameDType } from "./check.ts";
import { binary, unary } from "./define.ts";
import { call, infix, type Notations } from "./notation.ts";

type Comparison = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

const comparison = <N extends Comparison>(
  spec: Pick<ElementwiseRecord<N>, "name"> & { scalar(): (a: number, b: number) => number },
): ElementwiseRecord<N> =>
  binary<Comparison>({
    ...spec,
    accepts: "any",
    result: () => "bool",
    exact: true,
    saves: "nothing",
    gradient: "none",
  }) as ElementwiseRecord<N>;

/** dy where `a` wins against `b`, half of it where they are equal, else 0. */
const winnings = (g: Builder, dy: Value, a: Value, b: Value, wins: Value): Value =>
  g.where(wins, dy, g.where(g.equal(a, b), g.mul(dy, 0.5), 0));

const where: ElementwiseRecord<"where"> = {
  name: "where",
  arity: 3,
  accepts: ["bool", "any"],
  infer(inputs) {
    const condition = inputs[0]!;
    if (condition.dtype !== "bool") {
      throw operandError(
        "DTYPE_MISMATCH",
        "where",
        `the condition must be bool; got ${condition.dtype}. Compare it first, as in x.greater(0).`,
        inputs,
        { dtypes: inputs.map((x) => x.dtype) },
      );
    }
    return { dtype: requireSameDType("where", inputs.slice(1)), shape: requireBroadcast("where", inputs) };
  },
  chosen: (i, [condition], g) => (i === 1 ? condition! : g.equal(condition!, g.full({ shape: [], dtype: "bool" }, 0))),
  exact: true,
  saves: "inputs",
  gradient: ({ dy, inputs }, g) => [undefined, g.where(inputs[0]!, dy, 0), g.where(inputs[0]!, 0, dy)],
  scalar: () => (c, a, b) => (c !== 0 ? a! : b!),
};

export const comparisons = {
  equal: comparison({ name: "equal", scalar: () => (a, b) => (a === b ? 1 : 0) }),
  notEqual: comparison({ name: "notEqual", scalar: () => (a, b) => (a !== b ? 1 : 0) }),
  less: comparison({ name: "less", scalar: () => (a, b) => (a < b ? 1 : 0) }),
  lessEqual: comparison({ name: "lessEqual", scalar: () => (a, b) => (a <= b ? 1 : 0) }),
  greater: comparison({ name: "greater", scalar: () => (a, b) => (a > b ? 1 : 0) }),
  greaterEqual: comparison({ name: "greaterEqual", scalar: () => (a, b) => (a >= b ? 1 : 0) }),

  isFinite: unary({
    name: "isFinite",
    accepts: "any",
    result: () => "bool",
    exact: true,
    saves: "nothing",
    gradient: "none",
    scalar: () => (x) => (Number.isFinite(x) ? 1 : 0),
  }),

  maximum: binary({
    name: "maximum",
    accepts: "number",
    exact: true,
    saves: "inputs",
    gradient: ({ dy, a, b }, g) => [winnings(g, dy, a, b, g.greater(a, b)), winnings(g, dy, a, b, g.greater(b, a))],
    scalar: () => Math.max,
  }),

  minimum: binary({
    name: "minimum",
    accepts: "number",
    exact: true,
    saves: "inputs",
    gradient: ({ dy, a, b }, g) => [winnings(g, dy, a, b, g.less(a, b)), winnings(g, dy, a, b, g.less(b, a))],
    scalar: () => Math.min,
  }),

  where,
};

export const comparisonsNotation: Notations<typeof comparisons> = {
  equal: { formula: { text: "y = a = b", tex: "y = [a = b]" }, write: (args) => infix(args, "=", "=", 0, 1) },
  notEqual: { formula: { text: "y = a ≠ b", tex: "y = [a \\ne b]" }, write: (args) => infix(args, "≠", "\\ne", 0, 1) },
  less: { formula: { text: "y = a < b", tex: "y = [a < b]" }, write: (args) => infix(args, "<", "<", 0, 1) },
  lessEqual: { formula: { text: "y = a ≤ b", tex: "y = [a \\le b]" }, write: (args) => infix(args, "≤", "\\le", 0, 1) },
  greater: { formula: { text: "y = a > b", tex: "y = [a > b]" }, write: (args) => infix(args, ">", ">", 0, 1) },
  greaterEqual: {
    formula: { text: "y = a ≥ b", tex: "y = [a \\ge b]" },
    write: (args) => infix(args, "≥", "\\ge", 0, 1),
  },
  isFinite: {
    formula: { text: "y = |x| < ∞ (false for NaN)", tex: "y = [\\,|x| < \\infty\\,]" },
    write: ([x]) => ({ text: `|${x!.text}| < ∞`, tex: `|${x!.tex}| < \\infty`, rank: 0 }),
  },
  maximum: { formula: { text: "y = max(a, b)", tex: "y = \\max(a, b)" }, write: (args) => call(args, "max", "\\max") },
  minimum: {
    formula: { text: "y = min(a, b)", tex: "y = \\min(a, b)" },
    write: (args) => call(args, "min", "\\min"),
  },
  where: {
    formula: {
      text: "y = a where c holds, else b",
      tex: "y = \\begin{cases} a & c \\\\ b & \\text{otherwise} \\end{cases}",
    },
    write: ([c, a, b]) => ({
      text: `(${a!.text} where ${c!.text}, else ${b!.text})`,
      tex: `\\begin{cases} ${a!.tex} & ${c!.tex} \\\\ ${b!.tex} & \\text{else} \\end{cases}`,
      rank: 4,
    }),
  },
};

export const comparisonsCases: CasesOf<typeof comparisons> = {
  equal: { cases: ofTwo, kinks: "equal" },
  notEqual: { cases: ofTwo, kinks: "equal" },
  less: { cases: ofTwo, kinks: "equal" },
  lessEqual: { cases: ofTwo, kinks: "equal" },
  greater: { cases: ofTwo, kinks: "equal" },
  greaterEqual: { cases: ofTwo, kinks: "equal" },
  isFinite: one,
  maximum: { cases: ofTwo, kinks: "equal" },
  minimum: { cases: ofTwo, kinks: "equal" },
  where: { cases: ofThree, domain: ["bool", [-2, 2]] },
};
