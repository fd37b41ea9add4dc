// The machine's elementwise steps, one line per op. The build writes from them what the machine does
// (machine/steps.generated.ts), and what the encoder needs of it (tables.generated.ts).
import type { ElementwiseAttributes, ElementwiseOpName } from "../../ir/graph.ts";
import { call, type Expression, f32x4, i32x4, operand, v128 } from "./expressions.ts";

/** What is computed of four elements at once. The number of its parameters is that of the step's operands. */
export type Form = (x: Expression, y: Expression, z: Expression) => Expression;

/** `float` and `int`: for operands that the machine holds as floats and as integers. */
interface Arithmetic {
  readonly float: Form;
  readonly int?: Form;
  /** The operands decide between `float` and `int`, and the result is a bool: 0 or 1. */
  readonly compares?: true;
  /** The operands change places. */
  readonly reversed?: true;
}

/** One of the op's attributes is the last operand. */
type WithAttribute<A> = [keyof A] extends [never] ? unknown : { readonly attribute: keyof A };

/** Of a bool and of two values of any type. */
interface Selection {
  readonly select: Form;
}

/** "convert": to the element type of the result, by `casts`. */
type StepsOf<A> = (Arithmetic & WithAttribute<A>) | Selection | "convert";

const one = f32x4.splat(1);
const zero = f32x4.splat(0);
/** Lanes of ones or zeros in every bit, as 1 or 0. */
const truth = (mask: Expression): Expression => v128.and(mask, one);

const same: Form = (x) => x;
const less: Arithmetic = {
  float: (x, y) => truth(f32x4.lt(x, y)),
  int: (x, y) => truth(i32x4.lt_s(x, y)),
  compares: true,
};
const lessEqual: Arithmetic = {
  float: (x, y) => truth(f32x4.le(x, y)),
  int: (x, y) => truth(i32x4.le_s(x, y)),
  compares: true,
};

/** Float4.… are functions of machine/functions.ts. */
export const elementwise: { readonly [N in ElementwiseOpName]: StepsOf<ElementwiseAttributes[N]> } = {
  neg: { float: (x) => f32x4.neg(x), int: (x) => i32x4.neg(x) },
  exp: { float: (x) => call("Float4.exp", x) },
  expm1: { float: (x) => call("Float4.expm1", x) },
  log: { float: (x) => call("Float4.log", x) },
  log1p: { float: (x) => call("Float4.log1p", x) },
  sqrt: { float: (x) => f32x4.sqrt(x) },
  rsqrt: { float: (x) => f32x4.div(one, f32x4.sqrt(x)) },
  reciprocal: { float: (x) => f32x4.div(one, x) },
  square: { float: (x) => f32x4.mul(x, x), int: (x) => i32x4.mul(x, x) },
  abs: { float: (x) => f32x4.abs(x), int: (x) => i32x4.abs(x) },
  sign: {
    float: (x) => v128.bitselect(one, v128.bitselect(f32x4.splat(-1), x, f32x4.lt(x, zero)), f32x4.gt(x, zero)),
    int: (x) => v128.or(i32x4.shr_s(x, 31), i32x4.shr_u(i32x4.neg(x), 31)),
  },
  floor: { float: (x) => f32x4.floor(x), int: same },
  sin: { float: (x) => call("Float4.sin", x) },
  cos: { float: (x) => call("Float4.cos", x) },
  erf: { float: (x) => call("Float4.erf", x) },
  tanh: { float: (x) => call("Float4.tanh", x) },
  sigmoid: { float: (x) => call("Float4.sigmoid", x) },
  softplus: { float: (x) => call("Float4.softplus", x) },
  relu: { float: (x) => f32x4.pmax(x, zero) },
  leakyRelu: { float: (x, y) => v128.bitselect(f32x4.mul(x, y), x, f32x4.lt(x, zero)), attribute: "slope" },
  elu: {
    float: (x, y) => v128.bitselect(x, f32x4.mul(y, call("Float4.expm1", x)), f32x4.gt(x, zero)),
    attribute: "alpha",
  },
  gelu: { float: (x) => call("Float4.gelu", x) },
  geluDerivative: { float: (x) => call("Float4.geluDerivative", x) },
  geluTanh: { float: (x) => call("Float4.geluTanh", x) },
  silu: { float: (x) => call("Float4.silu", x) },
  add: { float: (x, y) => f32x4.add(x, y), int: (x, y) => i32x4.add(x, y) },
  sub: { float: (x, y) => f32x4.sub(x, y), int: (x, y) => i32x4.sub(x, y) },
  mul: { float: (x, y) => f32x4.mul(x, y), int: (x, y) => i32x4.mul(x, y) },
  div: { float: (x, y) => f32x4.div(x, y) },
  pow: { float: (x, y) => call("Float4.pow", x, y) },
  maximum: { float: (x, y) => f32x4.max(x, y), int: (x, y) => i32x4.max_s(x, y) },
  minimum: { float: (x, y) => f32x4.min(x, y), int: (x, y) => i32x4.min_s(x, y) },
  equal: { float: (x, y) => truth(f32x4.eq(x, y)), int: (x, y) => truth(i32x4.eq(x, y)), compares: true },
  notEqual: { float: (x, y) => truth(f32x4.ne(x, y)), int: (x, y) => truth(i32x4.ne(x, y)), compares: true },
  less,
  lessEqual,
  greater: { ...less, reversed: true },
  greaterEqual: { ...lessEqual, reversed: true },
  where: { select: (condition, x, y) => v128.bitselect(x, y, f32x4.ne(condition, zero)) },
  isFinite: { float: (x) => truth(f32x4.lt(f32x4.abs(x), f32x4.splat(Number.POSITIVE_INFINITY))), compares: true },
  cast: "convert",
  stopGradient: "convert",
  copy: "convert",
};

export const casts = {
  copy: same,
  /** Towards 0; NaN → 0, and what is too large the nearest integer there is. */
  floatToInt: (x) => i32x4.trunc_sat_f32x4_s(x),
  intToFloat: (x) => f32x4.convert_i32x4_s(x),
  floatToBool: (x) => truth(f32x4.ne(x, zero)),
  intToBool: (x) => truth(i32x4.ne(x, i32x4.splat(0))),
} satisfies Record<string, Form>;

/** A step of the machine. */
export interface StepSource {
  /** In the machine's instructions. */
  readonly number: number;
  readonly name: string;
  readonly arity: number;
  readonly expression: Expression;
}

function formsOf(op: string, entry: (typeof elementwise)[ElementwiseOpName]): (readonly [string, Form])[] {
  if (entry === "convert") return [];
  if ("select" in entry) return [[op, entry.select]];
  return [[op, entry.float], ...(entry.int ? [[`int ${op}`, entry.int] as const] : [])];
}

const named = new Map<Form, string>();
for (const [name, form] of [
  ...Object.entries(casts),
  ...Object.entries(elementwise).flatMap(([op, entry]) => formsOf(op, entry)),
]) {
  if (!named.has(form)) named.set(form, name);
}

const byForm = new Map(
  Array.from(named, ([form, name], number): [Form, StepSource] => {
    const expression = form(operand(0), operand(1), operand(2));
    return [form, { number, name, arity: form.length, expression }];
  }),
);

/** All steps, in the order of their numbers. */
export const steps: readonly StepSource[] = [...byForm.values()];

/** A form of one of the two lists, by the number of its step. */
export const numberOf = (form: Form): number => byForm.get(form)!.number;
