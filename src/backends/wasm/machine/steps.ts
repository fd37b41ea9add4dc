// The steps of a fused kernel: each one expression on four elements, looped over a block by a generic function.
import { Float4 } from "./functions";
import * as code from "./opcodes";

class Copy {
  @inline at(x: v128): v128 {
    return x;
  }
}
class Neg {
  @inline at(x: v128): v128 {
    return f32x4.neg(x);
  }
}
class Exp {
  @inline at(x: v128): v128 {
    return Float4.exp(x);
  }
}
class Expm1 {
  @inline at(x: v128): v128 {
    return Float4.expm1(x);
  }
}
class Log {
  @inline at(x: v128): v128 {
    return Float4.log(x);
  }
}
class Log1p {
  @inline at(x: v128): v128 {
    return Float4.log1p(x);
  }
}
class Sqrt {
  @inline at(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}
class Rsqrt {
  @inline at(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  }
}
class Reciprocal {
  @inline at(x: v128): v128 {
    return f32x4.div(f32x4.splat(1), x);
  }
}
class Square {
  @inline at(x: v128): v128 {
    return f32x4.mul(x, x);
  }
}
class Abs {
  @inline at(x: v128): v128 {
    return f32x4.abs(x);
  }
}
class Sign {
  @inline at(x: v128): v128 {
    return v128.bitselect(
      f32x4.splat(1),
      v128.bitselect(f32x4.splat(-1), x, f32x4.lt(x, f32x4.splat(0))),
      f32x4.gt(x, f32x4.splat(0)),
    );
  }
}
class Floor {
  @inline at(x: v128): v128 {
    return f32x4.floor(x);
  }
}
class Sin {
  @inline at(x: v128): v128 {
    return Float4.sin(x);
  }
}
class Cos {
  @inline at(x: v128): v128 {
    return Float4.cos(x);
  }
}
class Erf {
  @inline at(x: v128): v128 {
    return Float4.erf(x);
  }
}
class Tanh {
  @inline at(x: v128): v128 {
    return Float4.tanh(x);
  }
}
class Sigmoid {
  @inline at(x: v128): v128 {
    return Float4.sigmoid(x);
  }
}
class Softplus {
  @inline at(x: v128): v128 {
    return Float4.softplus(x);
  }
}
class Relu {
  @inline at(x: v128): v128 {
    return f32x4.pmax(x, f32x4.splat(0));
  }
}
class Gelu {
  @inline at(x: v128): v128 {
    return Float4.gelu(x);
  }
}
class GeluTanh {
  @inline at(x: v128): v128 {
    return Float4.geluTanh(x);
  }
}
class Silu {
  @inline at(x: v128): v128 {
    return Float4.silu(x);
  }
}
class IsFinite {
  @inline at(x: v128): v128 {
    return v128.and(f32x4.lt(f32x4.abs(x), f32x4.splat(Infinity)), f32x4.splat(1));
  }
}
class FloatToInt {
  @inline at(x: v128): v128 {
    return i32x4.trunc_sat_f32x4_s(x);
  }
}
class IntToFloat {
  @inline at(x: v128): v128 {
    return f32x4.convert_i32x4_s(x);
  }
}
class FloatToBool {
  @inline at(x: v128): v128 {
    return v128.and(f32x4.ne(x, f32x4.splat(0)), f32x4.splat(1));
  }
}
class IntToBool {
  @inline at(x: v128): v128 {
    return v128.and(i32x4.ne(x, i32x4.splat(0)), f32x4.splat(1));
  }
}
class IntNeg {
  @inline at(x: v128): v128 {
    return i32x4.neg(x);
  }
}
class IntSquare {
  @inline at(x: v128): v128 {
    return i32x4.mul(x, x);
  }
}
class IntAbs {
  @inline at(x: v128): v128 {
    return i32x4.abs(x);
  }
}
class IntSign {
  @inline at(x: v128): v128 {
    return v128.or(i32x4.shr_s(x, 31), i32x4.shr_u(i32x4.neg(x), 31));
  }
}
class LeakyRelu {
  @inline at(x: v128, y: v128): v128 {
    return v128.bitselect(f32x4.mul(x, y), x, f32x4.lt(x, f32x4.splat(0)));
  }
}
class Elu {
  @inline at(x: v128, y: v128): v128 {
    return v128.bitselect(x, f32x4.mul(y, Float4.expm1(x)), f32x4.gt(x, f32x4.splat(0)));
  }
}
class Add {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.add(x, y);
  }
}
class Sub {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.sub(x, y);
  }
}
class Mul {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.mul(x, y);
  }
}
class Div {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.div(x, y);
  }
}
class Pow {
  @inline at(x: v128, y: v128): v128 {
    return Float4.pow(x, y);
  }
}
class Maximum {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.max(x, y);
  }
}
class Minimum {
  @inline at(x: v128, y: v128): v128 {
    return f32x4.min(x, y);
  }
}
class Equal {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(f32x4.eq(x, y), f32x4.splat(1));
  }
}
class NotEqual {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(f32x4.ne(x, y), f32x4.splat(1));
  }
}
class Less {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(f32x4.lt(x, y), f32x4.splat(1));
  }
}
class LessEqual {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(f32x4.le(x, y), f32x4.splat(1));
  }
}
class IntAdd {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.add(x, y);
  }
}
class IntSub {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.sub(x, y);
  }
}
class IntMul {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.mul(x, y);
  }
}
class IntMaximum {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.max_s(x, y);
  }
}
class IntMinimum {
  @inline at(x: v128, y: v128): v128 {
    return i32x4.min_s(x, y);
  }
}
class IntEqual {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(i32x4.eq(x, y), f32x4.splat(1));
  }
}
class IntNotEqual {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(i32x4.ne(x, y), f32x4.splat(1));
  }
}
class IntLess {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(i32x4.lt_s(x, y), f32x4.splat(1));
  }
}
class IntLessEqual {
  @inline at(x: v128, y: v128): v128 {
    return v128.and(i32x4.le_s(x, y), f32x4.splat(1));
  }
}

// A slot: [pointer, bytes from one vector to the next, –, –, splat]. A step: [code, z, x, y, condition], slots by offset.

// F has no fields: a null reference is enough to call its method, which is inlined.
function map1<F>(step: usize, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let z = load<usize>(slots + load<usize>(step, 4));
  const sx = slots + load<usize>(step, 8);
  let x = load<usize>(sx);
  const dx = load<usize>(sx, 4);
  const end = z + (vectors << 4);
  do {
    v128.store(z, f.at(v128.load(x)));
    x += dx;
    z += 16;
  } while (z < end);
}

function map2<F>(step: usize, slots: usize, vectors: i32): void {
  const f = changetype<F>(0);
  let z = load<usize>(slots + load<usize>(step, 4));
  const sx = slots + load<usize>(step, 8);
  const sy = slots + load<usize>(step, 12);
  let x = load<usize>(sx);
  let y = load<usize>(sy);
  const dx = load<usize>(sx, 4);
  const dy = load<usize>(sy, 4);
  const end = z + (vectors << 4);
  do {
    v128.store(z, f.at(v128.load(x), v128.load(y)));
    x += dx;
    y += dy;
    z += 16;
  } while (z < end);
}

/** z = condition ≠ 0 ? x : y */
function choose(step: usize, slots: usize, vectors: i32): void {
  let z = load<usize>(slots + load<usize>(step, 4));
  const sx = slots + load<usize>(step, 8);
  const sy = slots + load<usize>(step, 12);
  const sc = slots + load<usize>(step, 16);
  let x = load<usize>(sx);
  let y = load<usize>(sy);
  let c = load<usize>(sc);
  const dx = load<usize>(sx, 4);
  const dy = load<usize>(sy, 4);
  const dc = load<usize>(sc, 4);
  const end = z + (vectors << 4);
  do {
    v128.store(z, v128.bitselect(v128.load(x), v128.load(y), f32x4.ne(v128.load(c), f32x4.splat(0))));
    x += dx;
    y += dy;
    c += dc;
    z += 16;
  } while (z < end);
}

export const STEP_BYTES: usize = 20;

export function executeStep(step: usize, slots: usize, vectors: i32): void {
  switch (load<i32>(step)) {
    case code.STEP_COPY:
      return map1<Copy>(step, slots, vectors);
    case code.STEP_NEG:
      return map1<Neg>(step, slots, vectors);
    case code.STEP_EXP:
      return map1<Exp>(step, slots, vectors);
    case code.STEP_EXPM1:
      return map1<Expm1>(step, slots, vectors);
    case code.STEP_LOG:
      return map1<Log>(step, slots, vectors);
    case code.STEP_LOG1P:
      return map1<Log1p>(step, slots, vectors);
    case code.STEP_SQRT:
      return map1<Sqrt>(step, slots, vectors);
    case code.STEP_RSQRT:
      return map1<Rsqrt>(step, slots, vectors);
    case code.STEP_RECIPROCAL:
      return map1<Reciprocal>(step, slots, vectors);
    case code.STEP_SQUARE:
      return map1<Square>(step, slots, vectors);
    case code.STEP_ABS:
      return map1<Abs>(step, slots, vectors);
    case code.STEP_SIGN:
      return map1<Sign>(step, slots, vectors);
    case code.STEP_FLOOR:
      return map1<Floor>(step, slots, vectors);
    case code.STEP_SIN:
      return map1<Sin>(step, slots, vectors);
    case code.STEP_COS:
      return map1<Cos>(step, slots, vectors);
    case code.STEP_ERF:
      return map1<Erf>(step, slots, vectors);
    case code.STEP_TANH:
      return map1<Tanh>(step, slots, vectors);
    case code.STEP_SIGMOID:
      return map1<Sigmoid>(step, slots, vectors);
    case code.STEP_SOFTPLUS:
      return map1<Softplus>(step, slots, vectors);
    case code.STEP_RELU:
      return map1<Relu>(step, slots, vectors);
    case code.STEP_GELU:
      return map1<Gelu>(step, slots, vectors);
    case code.STEP_GELU_TANH:
      return map1<GeluTanh>(step, slots, vectors);
    case code.STEP_SILU:
      return map1<Silu>(step, slots, vectors);
    case code.STEP_IS_FINITE:
      return map1<IsFinite>(step, slots, vectors);
    case code.STEP_FLOAT_TO_INT:
      return map1<FloatToInt>(step, slots, vectors);
    case code.STEP_INT_TO_FLOAT:
      return map1<IntToFloat>(step, slots, vectors);
    case code.STEP_FLOAT_TO_BOOL:
      return map1<FloatToBool>(step, slots, vectors);
    case code.STEP_INT_TO_BOOL:
      return map1<IntToBool>(step, slots, vectors);
    case code.STEP_INT_NEG:
      return map1<IntNeg>(step, slots, vectors);
    case code.STEP_INT_SQUARE:
      return map1<IntSquare>(step, slots, vectors);
    case code.STEP_INT_ABS:
      return map1<IntAbs>(step, slots, vectors);
    case code.STEP_INT_SIGN:
      return map1<IntSign>(step, slots, vectors);
    case code.STEP_LEAKY_RELU:
      return map2<LeakyRelu>(step, slots, vectors);
    case code.STEP_ELU:
      return map2<Elu>(step, slots, vectors);
    case code.STEP_ADD:
      return map2<Add>(step, slots, vectors);
    case code.STEP_SUB:
      return map2<Sub>(step, slots, vectors);
    case code.STEP_MUL:
      return map2<Mul>(step, slots, vectors);
    case code.STEP_DIV:
      return map2<Div>(step, slots, vectors);
    case code.STEP_POW:
      return map2<Pow>(step, slots, vectors);
    case code.STEP_MAXIMUM:
      return map2<Maximum>(step, slots, vectors);
    case code.STEP_MINIMUM:
      return map2<Minimum>(step, slots, vectors);
    case code.STEP_EQUAL:
      return map2<Equal>(step, slots, vectors);
    case code.STEP_NOT_EQUAL:
      return map2<NotEqual>(step, slots, vectors);
    case code.STEP_LESS:
      return map2<Less>(step, slots, vectors);
    case code.STEP_LESS_EQUAL:
      return map2<LessEqual>(step, slots, vectors);
    case code.STEP_INT_ADD:
      return map2<IntAdd>(step, slots, vectors);
    case code.STEP_INT_SUB:
      return map2<IntSub>(step, slots, vectors);
    case code.STEP_INT_MUL:
      return map2<IntMul>(step, slots, vectors);
    case code.STEP_INT_MAXIMUM:
      return map2<IntMaximum>(step, slots, vectors);
    case code.STEP_INT_MINIMUM:
      return map2<IntMinimum>(step, slots, vectors);
    case code.STEP_INT_EQUAL:
      return map2<IntEqual>(step, slots, vectors);
    case code.STEP_INT_NOT_EQUAL:
      return map2<IntNotEqual>(step, slots, vectors);
    case code.STEP_INT_LESS:
      return map2<IntLess>(step, slots, vectors);
    case code.STEP_INT_LESS_EQUAL:
      return map2<IntLessEqual>(step, slots, vectors);
    case code.STEP_WHERE:
      return choose(step, slots, vectors);
  }
}
