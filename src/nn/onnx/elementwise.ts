// ONNX's operators element by element.
import { where } from "../../trace/create.ts";
import type { Tensor } from "../../trace/tensor.ts";
import {
  type Apply,
  allInputs,
  axisOf,
  choiceOf,
  elementTypes,
  input,
  numberOf,
  type OnnxCall,
  type OnnxOp,
  op,
  optionalNumber,
  refused,
  staticInput,
} from "./op.ts";
import { asNumbers, castTo, ceil, divideIntegers, isInteger, truncate } from "./parts.ts";

const unary = (f: (x: Tensor) => Tensor): OnnxOp => op("", (call) => f(input(call)));

/** Before opset 7 the second operand broadcasts from the dimension `axis` of the first on. */
function operands(call: OnnxCall): readonly [Tensor, Tensor] {
  const [x, y] = [input(call, 0), input(call, 1)];
  const axis = optionalNumber(call, "axis");
  if (call.opset >= 7 || axis === undefined || y.rank === 0) return [x, y];
  const after = x.rank - axisOf(call, axis, x.rank) - y.rank;
  return [x, y.reshape([...y.shape, ...new Array<number>(Math.max(0, after)).fill(1)])];
}
const legacy = "axis broadcast consumed_inputs";
const binary = (f: (x: Tensor, y: Tensor) => Tensor): OnnxOp =>
  op(legacy, (call) => {
    const [x, y] = operands(call);
    return f(x, y);
  });
const comparison = (f: (x: Tensor, y: Tensor) => Tensor): OnnxOp => ({ ...binary(f), narrow: "reads" });
const folded =
  (f: (x: Tensor, y: Tensor) => Tensor): Apply =>
  (call) =>
    allInputs(call).reduce(f);

const tan = (x: Tensor): Tensor => x.sin().div(x.cos());
/** An odd function by its half x ≥ 0; its slope at 0 is that of the half. */
const odd =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor => {
    const isBelow = x.less(0);
    const y = f(where(isBelow, x.neg(), x));
    return where(isBelow, y.neg(), y);
  };
/** (eˣ − e⁻ˣ) / 2, without the loss of digits near 0. */
const sinh = (x: Tensor): Tensor => x.expm1().sub(x.neg().expm1()).mul(0.5);
const cosh = (x: Tensor): Tensor => x.exp().add(x.neg().exp()).mul(0.5);
const asinh = odd((x) => {
  // Where x² would overflow, ln 2x.
  const isLarge = x.greater(1e9);
  const small = where(isLarge, 1, x);
  const near = small.add(small.square().div(small.square().add(1).sqrt().add(1))).log1p();
  return where(isLarge, where(isLarge, x, 1).log().add(Math.LN2), near);
});
const acosh = (x: Tensor): Tensor => x.add(x.sub(1).sqrt().mul(x.add(1).sqrt())).log();
const atanh = (x: Tensor): Tensor => x.mul(2).div(x.neg().add(1)).log1p().mul(0.5);

/**
 * atan in three halvings of the angle, atan x = 2 atan(x / (1 + √(1 + x²))), and its series: to the digits of float64.
 */
function atan(x: Tensor): Tensor {
  const isLarge = x.abs().greater(1);
  const z = where(isLarge, where(isLarge, x, 1).reciprocal(), x);
  const halved = [1, 2, 3].reduce((a) => a.div(a.square().add(1).sqrt().add(1)), z);
  const t = halved.square();
  // 1 − t/3 + t²/5 − …, t ≤ tan²(π/32)
  const series = [15, 13, 11, 9, 7, 5, 3, 1].reduce<Tensor | number>(
    (sum, k) =>
      typeof sum === "number"
        ? t.mul(0).add(1 / k)
        : sum
            .mul(t)
            .neg()
            .add(1 / k),
    0,
  ) as Tensor;
  const angle = halved.mul(series).mul(8);
  return where(
    isLarge,
    x
      .sign()
      .mul(Math.PI / 2)
      .sub(angle),
    angle,
  );
}
/** 2 atan(x / (1 + √(1 − x²))) */
const asin = (x: Tensor): Tensor => atan(x.div(x.square().neg().add(1).sqrt().add(1))).mul(2);
const acos = (x: Tensor): Tensor =>
  asin(x)
    .neg()
    .add(Math.PI / 2);

/** To the nearest integer, halves to the even one. */
function round(x: Tensor): Tensor {
  const low = x.floor();
  const rest = x.sub(low);
  const even = low.add(low.sub(low.mul(0.5).floor().mul(2)));
  const near = where(rest.less(0.5), low, where(rest.greater(0.5), low.add(1), even));
  return where(x.isFinite(), near, x);
}

const and = (x: Tensor, y: Tensor): Tensor => x.cast("int32").mul(y.cast("int32")).cast("bool");
const or = (x: Tensor, y: Tensor): Tensor => x.cast("int32").maximum(y.cast("int32")).cast("bool");
const not = (x: Tensor): Tensor => x.cast("int32").equal(0);

const divide = (x: Tensor, y: Tensor): Tensor => (isInteger(x) ? divideIntegers(x, y) : x.div(y));
const power = (x: Tensor, y: Tensor): Tensor => {
  const z = x.pow(y);
  return isInteger(x) ? z.cast("int32") : z;
};

const modulo: Apply = (call) => {
  const [x, y] = [input(call, 0), input(call, 1)];
  const keepsSignOfX = numberOf(call, "fmod", 0) === 1;
  if (!isInteger(x)) {
    const q = x.div(y);
    const rest = x.sub((keepsSignOfX ? truncate(q) : q.floor()).mul(where(y.isFinite(), y, 0)));
    // Of an infinite y only the sign counts.
    const isAcross = keepsSignOfX ? undefined : and(y.abs().equal(Number.POSITIVE_INFINITY), x.mul(y).less(0));
    return isAcross === undefined ? rest : where(isAcross, y, rest);
  }
  const rest = x.sub(divideIntegers(x, y).mul(y));
  if (keepsSignOfX) return rest;
  return where(rest.sign().mul(y.sign()).less(0), rest.add(y), rest);
};

const clip: Apply = (call) => {
  const bound = (name: string, i: number): number | undefined =>
    call.opset < 11 ? numberOf(call, name, Number.NaN) : staticInput(call, i)?.[0];
  let y = input(call);
  const [low, high] = [bound("min", 1), bound("max", 2)];
  if (low !== undefined && !Number.isNaN(low)) y = y.maximum(low);
  return high === undefined || Number.isNaN(high) ? y : y.minimum(high);
};

const cast: Apply = (call) => {
  const to = elementTypes[numberOf(call, "to", 0)];
  if (to === undefined || to.isNarrow) throw refused(call.node, "it casts to an element type that Chainrule has not");
  return castTo(input(call), to.dtype);
};

const castLike: Apply = (call) => castTo(input(call), input(call, 1).dtype);

const isInf: Apply = (call) => {
  const x = input(call);
  const [up, down] = [numberOf(call, "detect_positive", 1), numberOf(call, "detect_negative", 1)];
  const above = x.equal(Number.POSITIVE_INFINITY);
  const below = x.equal(Number.NEGATIVE_INFINITY);
  if (up && down) return or(above, below);
  return up ? above : down ? below : and(above, below);
};

const selu: Apply = (call) => {
  const x = input(call);
  const alpha = numberOf(call, "alpha", 1.6732632423543772);
  return where(x.greater(0), x, x.minimum(0).expm1().mul(alpha)).mul(numberOf(call, "gamma", 1.0507009873554805));
};

const celu: Apply = (call) => {
  const x = input(call);
  const alpha = numberOf(call, "alpha", 1);
  return x.maximum(0).add(x.minimum(0).div(alpha).expm1().mul(alpha));
};

const hardSigmoid: Apply = (call) =>
  input(call)
    .mul(numberOf(call, "alpha", 0.2))
    .add(numberOf(call, "beta", 0.5))
    .maximum(0)
    .minimum(1);

const shrink: Apply = (call) => {
  const x = input(call);
  const [bias, lambd] = [numberOf(call, "bias", 0), numberOf(call, "lambd", 0.5)];
  return where(x.less(-lambd), x.add(bias), where(x.greater(lambd), x.sub(bias), 0));
};

const prelu: Apply = (call) => {
  const [x, given] = [input(call, 0), input(call, 1)];
  // Before opset 7 there is one for each channel.
  const isPerChannel = call.opset < 7 && given.rank === 1 && given.size === x.shape[1];
  const slope = isPerChannel ? given.reshape([given.size, ...x.shape.slice(2).map(() => 1)]) : given;
  return where(x.less(0), x.mul(slope), x);
};

const choose: Apply = (call) => {
  const [condition, x, y] = [input(call, 0), input(call, 1), input(call, 2)];
  if (x.dtype !== "bool") return where(condition, x, y);
  return where(condition, x.cast("int32"), y.cast("int32")).cast("bool");
};

const swiglu: Apply = (call) => {
  const [gate, value] = [input(call, 0), input(call, 1)];
  return gate.mul(gate.mul(numberOf(call, "alpha", 1)).sigmoid()).mul(value);
};

export const elementwise = {
  Abs: unary((x) => x.abs()),
  Acos: unary(acos),
  Acosh: unary(acosh),
  Add: binary((x, y) => x.add(y)),
  And: binary(and),
  Asin: unary(asin),
  Asinh: unary(asinh),
  Atan: unary(atan),
  Atanh: unary(atanh),
  Cast: op("to saturate round_mode", cast, { narrow: "reads" }),
  CastLike: op("saturate round_mode", castLike),
  Ceil: unary(ceil),
  Celu: op("alpha", celu),
  Clip: op("min max", clip, { statics: [1, 2] }),
  Cos: unary((x) => x.cos()),
  Cosh: unary(cosh),
  Div: binary(divide),
  Elu: op("alpha", (call) => input(call).elu(numberOf(call, "alpha", 1))),
  Equal: comparison((x, y) => (x.dtype === "bool" ? x.cast("int32").equal(y.cast("int32")) : x.equal(y))),
  Erf: unary((x) => x.erf()),
  Exp: unary((x) => x.exp()),
  Floor: unary((x) => x.floor()),
  Gelu: op("approximate", (call) =>
    choiceOf(call, "approximate", "none", ["none", "tanh"]) === "tanh" ? input(call).geluTanh() : input(call).gelu(),
  ),
  Greater: comparison((x, y) => x.greater(y)),
  GreaterOrEqual: comparison((x, y) => x.greaterEqual(y)),
  HardSigmoid: op("alpha beta", hardSigmoid),
  HardSwish: unary((x) =>
    x.mul(
      x
        .mul(1 / 6)
        .add(0.5)
        .maximum(0)
        .minimum(1),
    ),
  ),
  IsInf: op("detect_negative detect_positive", isInf),
  IsNaN: unary((x) => x.notEqual(x)),
  LeakyRelu: op("alpha", (call) => input(call).leakyRelu(numberOf(call, "alpha", 0.01))),
  Less: comparison((x, y) => x.less(y)),
  LessOrEqual: comparison((x, y) => x.lessEqual(y)),
  Log: unary((x) => x.log()),
  Max: op(
    "",
    folded((x, y) => x.maximum(y)),
    { narrow: "keeps" },
  ),
  Mean: op("", (call) => {
    const all = allInputs(call);
    return all.reduce((x, y) => x.add(y)).mul(1 / all.length);
  }),
  Min: op(
    "",
    folded((x, y) => x.minimum(y)),
    { narrow: "keeps" },
  ),
  Mish: unary((x) => x.mul(x.softplus().tanh())),
  Mod: op("fmod", modulo),
  Mul: binary((x, y) => x.mul(y)),
  Neg: unary((x) => x.neg()),
  Not: unary(not),
  Or: binary(or),
  Pow: binary(power),
  PRelu: op("", prelu),
  Reciprocal: unary((x) => x.reciprocal()),
  Relu: unary((x) => x.relu()),
  Round: unary(round),
  Selu: op("alpha gamma", selu),
  Shrink: op("bias lambd", shrink),
  Sigmoid: unary((x) => x.sigmoid()),
  Sign: unary((x) => x.sign()),
  Sin: unary((x) => x.sin()),
  Sinh: unary(sinh),
  Softplus: unary((x) => x.softplus()),
  Softsign: unary((x) => x.div(x.abs().add(1))),
  Sqrt: unary((x) => x.sqrt()),
  Sub: binary((x, y) => x.sub(y)),
  Sum: op(
    "",
    folded((x, y) => x.add(y)),
  ),
  SwiGLU: op("alpha", swiglu),
  Swish: op("alpha", (call) =>
    input(call).mul(
      input(call)
        .mul(numberOf(call, "alpha", 1))
        .sigmoid(),
    ),
  ),
  Tan: unary(tan),
  Tanh: unary((x) => x.tanh()),
  ThresholdedRelu: op("alpha", (call) => where(input(call).greater(numberOf(call, "alpha", 1)), input(call), 0)),
  Where: op("", choose, { narrow: "keeps" }),
  Xor: binary((x, y) => x.cast("int32").notEqual(y.cast("int32"))),
  Identity: op("", (call) => asNumbers(input(call), (x) => x), { narrow: "keeps" }),
} satisfies Record<string, OnnxOp>;
