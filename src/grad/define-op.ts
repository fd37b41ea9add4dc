// Ops that users define: a value made of existing ops with a gradient rule of its own, checked when it is defined.
import type { Value } from "../ir/builder.ts";
import { isFloat } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Formula, Graph } from "../ir/graph.ts";
import { prune } from "../ir/prune.ts";
import { broadcastShapes, formatType, sameShape, type TensorType } from "../ir/shape.ts";
import { Tensor } from "../trace/tensor.ts";
import { build, innermost, trace } from "../trace/trace.ts";
import { checkGradients, formatIndices, formatKink, ten } from "./check-gradients.ts";

/** The operands as a tuple, so that functions can take them apart by position. */
type Operands = readonly [] | readonly Tensor[];
type Arguments<X> = { -readonly [K in keyof X]: Tensor };

/** What a gradient rule is handed. */
export interface OpGradientContext<X extends Operands> {
  /** ∂loss/∂y, of y's shape. */
  readonly dy: Tensor;
  readonly inputs: Arguments<X>;
  readonly y: Tensor;
}

export interface OpDefinition<X extends Operands> {
  readonly name: string;
  /** As text and in TeX. */
  readonly formula: Formula;
  /** y, a float tensor, from the operands by existing ops. Tensors that gradients shall reach must be operands. */
  value(...x: Arguments<X>): Tensor;
  /**
   * ∂loss/∂x for each operand x, made of existing ops, so that it can be differentiated again; undefined for int32 and
   * bool operands. A gradient may have a shape that its operand broadcasts to: it is summed back.
   */
  gradient(context: OpGradientContext<X>): readonly (Tensor | undefined)[];
  /** Operands to check the rule at, away from kinks; several lists where shapes or regions differ. */
  readonly samples: readonly X[];
}

/**
 * An op of your own: `value` says what it computes, and gradients go by `gradient` in place of the rules of the ops that
 * `value` is made of. It works wherever built-in ops do: eagerly, compiled on every backend, in gradients of gradients.
 *
 * Outside of production (NODE_ENV) the rule is compared with central differences at the samples when the op is defined,
 * in first and second order. Throws WRONG_GRADIENT where it disagrees, with operand, element and both numbers;
 * INVALID_ARGUMENT where samples are missing or lie on a kink.
 *
 * ```ts
 * const cube = defineOp({
 *   name: "cube",
 *   formula: { text: "y = x³", tex: "y = x^3" },
 *   value: (x) => x.mul(x).mul(x),
 *   gradient: ({ dy, inputs: [x] }) => [dy.mul(x.square()).mul(3)],
 *   samples: [[tensor([-1.5, 0.5, 2])]],
 * });
 * grad((t) => cube(t).sum())(tensor([1, 2])) // [3, 12]
 * ```
 */
export function defineOp<const X extends Operands>(definition: OpDefinition<X>): (...x: Arguments<X>) => Tensor {
  const apply = (...x: Arguments<X>): Tensor => applied(definition, x);
  if (isDevelopment()) checkSamples(definition.name, apply as (...x: Tensor[]) => Tensor, definition.samples);
  return apply;
}

type AnyDefinition = OpDefinition<readonly Tensor[]>;

/** Bundlers put the mode in place of `process.env.NODE_ENV`; a page without one has no `process`. */
function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return true;
  }
}

function checkSamples(name: string, apply: (...x: Tensor[]) => Tensor, samples: readonly (readonly Tensor[])[]): void {
  if (samples.length === 0) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `defineOp: ${name} needs samples to check its rule at; got none. Give lists of operands: samples: [[tensor([0.5, -1])]].`,
      { op: name },
    );
  }
  for (const [sample, operands] of samples.entries()) {
    const check = checkGradients(apply, operands);
    if (check.passed) continue;
    const [wrong] = check.disagreements;
    if (wrong === undefined) {
      const where = check.kinks.length > 0 ? `:\n  ${check.kinks.map(formatKink).join("\n  ")}` : "";
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `defineOp: samples[${sample}] of ${name} lies on a kink, where differences say nothing about its rule${where}. Choose numbers beside it.`,
        { op: name, sample },
      );
    }
    const lines = check.disagreements
      .filter(({ order }) => order === wrong.order)
      .map(({ input, indices, analytic, numeric }) => {
        const operand = input === "dy" ? input : `operand ${input}`;
        return `  ${operand}${formatIndices(indices)}: the rule gives ${ten(analytic)}, differences ${ten(numeric)}`;
      });
    const rule = wrong.order === 1 ? "rule" : "rule, differentiated again,";
    throw new ChainruleError(
      "WRONG_GRADIENT",
      `defineOp: the gradient ${rule} of ${name} must agree with central differences; at samples[${sample}] it does not:\n${lines.join("\n")}\nMend the rule, or the value that it belongs to.`,
      { op: name, sample, disagreements: check.disagreements },
    );
  }
}

function applied({ name, formula, value, gradient }: AnyDefinition, x: readonly Tensor[]): Tensor {
  const context = innermost(x);
  if (context === undefined) {
    // Spread: the operands of the op.
    const y = checkedValue(name, value(...x));
    if (y.symbolic !== undefined) throw captured(name, "value");
    return y;
  }
  const { float } = context.builder;
  const types = x.map(({ shape, dtype }, i) => ({ shape, dtype, name: `x${i}` }));
  const forward = closed(
    name,
    "value",
    // Spread: the operands of the op.
    trace(types, (own) => [checkedValue(name, value(...own))], float),
  );
  const { shape, dtype } = forward.nodes[forward.outputs[0]!]!;
  const rule = closed(
    name,
    "gradient",
    trace(
      [{ shape, dtype, name: "dy" }, ...types, { shape, dtype, name: "y" }],
      ([dy, ...rest]) => gradientsOf(name, gradient({ dy: dy!, inputs: rest.slice(0, -1), y: rest.at(-1)! }), types),
      float,
    ),
  );
  return build([...x], (g, operands) => {
    const values = operands as Value[];
    const [y] = g.inline(forward, values);
    return g.apply("custom", [...values, y!], { name, formula, gradient: rule });
  });
}

/** A graph that takes nothing but its inputs from outside. */
function closed(name: string, part: string, { graph, captures }: ReturnType<typeof trace>): Graph {
  if (captures.length > 0) throw captured(name, part);
  return prune(graph);
}

const captured = (name: string, part: string) =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `${name}: its ${part} uses a tensor of the function around it, which no gradient would reach. Make that tensor an operand of the op.`,
    { op: name },
  );

function checkedValue(name: string, y: unknown): Tensor {
  if (y instanceof Tensor && isFloat(y.dtype)) return y;
  throw new ChainruleError(
    "DTYPE_MISMATCH",
    `${name}: its value must be a float tensor; got ${y instanceof Tensor ? formatType(y) : typeof y}.`,
    { op: name },
  );
}

/** The gradients of the float operands. */
function gradientsOf(name: string, dxs: readonly (Tensor | undefined)[], types: readonly TensorType[]): Tensor[] {
  if (!Array.isArray(dxs) || dxs.length > types.length) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${name}: its gradient must return a list with one tensor per operand, ${types.length} in all; got ${Array.isArray(dxs) ? dxs.length : typeof dxs}.`,
      { op: name },
    );
  }
  return types.flatMap((type, operand) => {
    if (!isFloat(type.dtype)) return [];
    const dx: unknown = dxs[operand];
    const fits = dx instanceof Tensor && isFloat(dx.dtype) && isBroadcast(type, dx);
    if (fits) return [dx];
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `${name}: the gradient of operand ${operand} must be a float tensor of its shape, ${formatType(type)}; got ${dx instanceof Tensor ? formatType(dx) : String(dx)}. Where nothing flows back, return zeros of that shape.`,
      { op: name, operand },
    );
  });
}

const isBroadcast = (type: TensorType, to: TensorType): boolean => {
  const shape = broadcastShapes(type.shape, to.shape);
  return shape !== undefined && sameShape(shape, to.shape);
};
