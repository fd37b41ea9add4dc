// The tensor that users hold: an immutable array of numbers, or a value of a function being traced.
import type { Value } from "../ir/builder.ts";
import { type DType, dtypeOf, isFloat, type TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { OpAttributes, OpName } from "../ir/graph.ts";
import {
  completeShape,
  formatShape,
  formatType,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sizeOf,
} from "../ir/shape.ts";
import { formatTensor, nested } from "./format.ts";
import { productOf } from "./product.ts";
import {
  type Axis,
  type ConvolutionOptions,
  type NestedArray,
  type PoolingOptions,
  pair,
  type ReduceOptions,
} from "./tensor-options.ts";
import { build, type Trace } from "./trace.ts";

/**
 * An immutable n-dimensional array, row-major; element types float64 (default), float32, int32 (sums and products wrap
 * modulo 2³²) and bool.
 *
 * Operations return new tensors and compute at once. Inside a function given to `grad`, `compile` and the like, the same
 * operations build its graph. Operands broadcast by NumPy's rules; plain numbers are operands too. Operands of several
 * types take the widest; bools count as 0 and 1 in arithmetic, and what gives fractions (exp, div, mean) works in floats.
 * Nothing is ever freed by hand.
 *
 * ```ts
 * tensor([1, 2]).mul(3).sum().item() // 9
 * ```
 */
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly #data: TypedArray | undefined;
  /** Set where this tensor stands for a value of a function being traced. */
  readonly symbolic: { readonly trace: Trace; readonly value: Value } | undefined;

  private constructor(shape: Shape, dtype: DType, data?: TypedArray, symbolic?: { trace: Trace; value: Value }) {
    this.shape = shape;
    this.dtype = dtype;
    this.#data = data;
    this.symbolic = symbolic;
  }

  /** Takes the array as it is: the caller gives it up. */
  static concrete(data: TypedArray, shape: Shape): Tensor {
    return new Tensor(shape, dtypeOf(data), data);
  }

  static symbolic(trace: Trace, value: Value): Tensor {
    return new Tensor(value.shape, value.dtype, undefined, { trace, value });
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** The elements, row-major; not to be written to. Throws TRACED_VALUE inside a traced function. */
  get data(): TypedArray {
    if (this.#data === undefined) {
      throw new ChainruleError(
        "TRACED_VALUE",
        `The numbers of this tensor (${formatType(this)}) are not known while its function is being traced. Compute with its methods (where(…) instead of if), or return it and read it afterwards.`,
      );
    }
    return this.#data;
  }

  /** The one element of a tensor of size 1. Throws INVALID_ARGUMENT for others, TRACED_VALUE inside a trace. */
  item(): number {
    if (this.size !== 1) {
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `item() needs a tensor with one element; this one has shape ${formatShape(this.shape)}. Use toArray() for all of them.`,
        { shape: this.shape },
      );
    }
    return this.data[0]!;
  }

  /** Nested arrays of plain numbers (booleans for bool). */
  toArray(): NestedArray {
    return nested(this.data, this.shape);
  }

  toString(): string {
    return this.#data === undefined
      ? `tensor(traced ${formatType(this)})`
      : formatTensor(this.#data, this.shape, this.dtype);
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  toJSON(): NestedArray {
    return this.toArray();
  }

  /** −x */
  neg(): Tensor {
    return this.#apply("neg", {});
  }
  /** eˣ */
  exp(): Tensor {
    return this.#apply("exp", {});
  }
  /** eˣ − 1, exact near 0 */
  expm1(): Tensor {
    return this.#apply("expm1", {});
  }
  /** ln x */
  log(): Tensor {
    return this.#apply("log", {});
  }
  /** ln(1 + x), exact near 0 */
  log1p(): Tensor {
    return this.#apply("log1p", {});
  }
  /** √x. Slopes of norms and deviations are 0 at 0: see docs/numerics.md. */
  sqrt(): Tensor {
    return this.#apply("sqrt", {});
  }
  /** 1 / √x */
  rsqrt(): Tensor {
    return this.#apply("rsqrt", {});
  }
  /** 1 / x */
  reciprocal(): Tensor {
    return this.#apply("reciprocal", {});
  }
  /** x² */
  square(): Tensor {
    return this.#apply("square", {});
  }
  /** |x| */
  abs(): Tensor {
    return this.#apply("abs", {});
  }
  /** −1, 0 or 1 */
  sign(): Tensor {
    return this.#apply("sign", {});
  }
  /** Largest integer that is at most x */
  floor(): Tensor {
    return this.#apply("floor", {});
  }
  sin(): Tensor {
    return this.#apply("sin", {});
  }
  cos(): Tensor {
    return this.#apply("cos", {});
  }
  /** Error function, 2/√π ∫₀ˣ e^(−t²) dt */
  erf(): Tensor {
    return this.#apply("erf", {});
  }
  tanh(): Tensor {
    return this.#apply("tanh", {});
  }
  /** σ(x) = 1 / (1 + e⁻ˣ) */
  sigmoid(): Tensor {
    return this.#apply("sigmoid", {});
  }
  /** ln(1 + eˣ) */
  softplus(): Tensor {
    return this.#apply("softplus", {});
  }
  /** max(x, 0) */
  relu(): Tensor {
    return this.#apply("relu", {});
  }
  /** x where x > 0, slope · x elsewhere. */
  leakyRelu(slope = 0.01): Tensor {
    return this.#apply("leakyRelu", { slope });
  }
  /** x where x > 0, α (eˣ − 1) elsewhere. */
  elu(alpha = 1): Tensor {
    return this.#apply("elu", { alpha });
  }
  /** x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016) */
  gelu(): Tensor {
    return this.#apply("gelu", {});
  }
  /** The tanh form of gelu: x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))) */
  geluTanh(): Tensor {
    return this.#apply("geluTanh", {});
  }
  /** x σ(x), also called swish */
  silu(): Tensor {
    return this.#apply("silu", {});
  }
  /** False where infinite or NaN. */
  isFinite(): Tensor {
    return this.#apply("isFinite", {});
  }

  add(y: Tensor | number): Tensor {
    return this.#apply("add", {}, y);
  }
  sub(y: Tensor | number): Tensor {
    return this.#apply("sub", {}, y);
  }
  mul(y: Tensor | number): Tensor {
    return this.#apply("mul", {}, y);
  }
  /** x / y, in floats also between integers. */
  div(y: Tensor | number): Tensor {
    return this.#apply("div", {}, y);
  }
  /** xʸ, in floats. */
  pow(y: Tensor | number): Tensor {
    return y === 2 && isFloat(this.dtype) ? this.square() : this.#apply("pow", {}, y);
  }
  /**
   * x ln y, and 0 where x is 0 and y at most 0; slopes there are 0 too.
   *
   * ```ts
   * const p = tensor([0, 0.5, 0.5]);
   * p.xlogy(p).sum().neg().item() // 0.6931: the entropy
   * ```
   */
  xlogy(y: Tensor | number): Tensor {
    return build([this, y], (g, values) => {
      const [x, b] = g.accepted("div", values);
      return g.mul(x!, g.log(g.where(g.equal(x!, 0), g.where(g.apply("lessEqual", [b!, 0], {}), 1, b!), b!)));
    });
  }
  /** The larger one; NaN where either is. */
  maximum(y: Tensor | number): Tensor {
    return this.#apply("maximum", {}, y);
  }
  /** The smaller one; NaN where either is. */
  minimum(y: Tensor | number): Tensor {
    return this.#apply("minimum", {}, y);
  }
  equal(y: Tensor | number): Tensor {
    return this.#apply("equal", {}, y);
  }
  notEqual(y: Tensor | number): Tensor {
    return this.#apply("notEqual", {}, y);
  }
  less(y: Tensor | number): Tensor {
    return this.#apply("less", {}, y);
  }
  lessEqual(y: Tensor | number): Tensor {
    return this.#apply("lessEqual", {}, y);
  }
  greater(y: Tensor | number): Tensor {
    return this.#apply("greater", {}, y);
  }
  greaterEqual(y: Tensor | number): Tensor {
    return this.#apply("greaterEqual", {}, y);
  }

  /**
   * Elements in another type. From floats to int32 the fraction is dropped; what lies beyond int32 becomes the nearest it
   * has, NaN 0. To bool everything but 0 is true.
   *
   * ```ts
   * tensor([2.9, -2.9, 3e9, NaN]).cast("int32").toArray() // [2, -2, 2147483647, 0]
   * ```
   */
  cast(dtype: DType): Tensor {
    return build([this], (g, [x]) => g.cast(x as Value, dtype));
  }

  /** The same values, through which no gradient flows. */
  stopGradient(): Tensor {
    return this.#apply("stopGradient", {});
  }

  /** y = x: the same numbers as a value of its own, whose gradient is told apart from x's. */
  copy(): Tensor {
    return this.#apply("copy", {});
  }

  /**
   * Matrix product x y over the last two dimensions: [..., m, k] × [..., k, n] → [..., m, n]; the others broadcast.
   * A vector on the left is a row, on the right a column, and its dimension is dropped from the result.
   */
  matmul(y: Tensor): Tensor {
    return build([this, y], productOf);
  }

  /** Of integers wraps as int32 does; of bools counts them. */
  sum(axis: Axis = null, options?: ReduceOptions): Tensor {
    return this.#reduce("sum", axis, options);
  }
  mean(axis: Axis = null, options?: ReduceOptions): Tensor {
    return this.#reduce("mean", axis, options);
  }
  max(axis: Axis = null, options?: ReduceOptions): Tensor {
    return this.#reduce("max", axis, options);
  }
  min(axis: Axis = null, options?: ReduceOptions): Tensor {
    return this.#reduce("min", axis, options);
  }
  /** Mean of (x − mean)², with n − correction in the denominator (default 0, as in NumPy). */
  var(axis: Axis = null, options?: ReduceOptions & { readonly correction?: number }): Tensor {
    return this.#apply("var", { ...this.#reduction("var", axis, options), correction: options?.correction ?? 0 });
  }
  /** ln Σ eˣ, without overflow */
  logsumexp(axis: Axis = null, options?: ReduceOptions): Tensor {
    return this.#reduce("logsumexp", axis, options);
  }
  /** Index of the first largest element along the axis, int32. */
  argmax(axis: number): Tensor {
    return this.#apply("argmax", { axis: normalizeAxis(axis, this.shape, "argmax") });
  }
  /** eˣ / Σ eˣ along the axis */
  softmax(axis = -1): Tensor {
    return this.#apply("softmax", { axis: normalizeAxis(axis, this.shape, "softmax") });
  }
  /** x − ln Σ eˣ along the axis */
  logSoftmax(axis = -1): Tensor {
    return this.#apply("logSoftmax", { axis: normalizeAxis(axis, this.shape, "logSoftmax") });
  }

  /** The same elements in another shape of the same size; one dimension may be −1, to be worked out. */
  reshape(shape: Shape): Tensor {
    return this.#apply("reshape", { shape: completeShape(shape, this.shape) });
  }
  /** Dimensions in another order (default: reversed). */
  transpose(permutation?: readonly number[]): Tensor {
    const order = permutation?.map((axis) => normalizeAxis(axis, this.shape, "transpose"));
    return this.#apply("transpose", { permutation: order ?? this.shape.map((_, i) => this.rank - 1 - i) });
  }
  /** The tensor with its dimensions reversed. */
  get T(): Tensor {
    return this.transpose();
  }
  /** Repeated along new or size-1 dimensions up to `shape`. */
  broadcast(shape: Shape): Tensor {
    return this.#apply("broadcast", { shape });
  }
  /** Elements from `start` up to, not including, `stop` in each dimension (default: to the end). */
  slice(start: readonly number[], stop: readonly number[] = []): Tensor {
    const from = this.shape.map((_, i) => start[i] ?? 0);
    return this.#apply("slice", { start: from, stop: this.shape.map((n, i) => stop[i] ?? n) });
  }
  /** `value` added before and after each dimension. */
  pad(before: readonly number[], after: readonly number[], value = 0): Tensor {
    return this.#apply("pad", { before, after, value });
  }
  /** Rows of this [rows, …] tensor by int32 indices of any shape → [...indices.shape, …]; an embedding look-up. */
  gather(indices: Tensor): Tensor {
    return this.#apply("gather", {}, indices);
  }
  /** Adds these [...indices.shape, …] rows into `rows` rows of zeros at `indices`; repeated indices add up. */
  scatterAdd(indices: Tensor, rows: number): Tensor {
    return build([indices, this], (g, values) => g.applyTo("scatterAdd", values, { rows }));
  }

  /** 2-d convolution (cross-correlation): x [batch, in, h, w], w [out, in / groups, kh, kw] → [batch, out, h', w']. */
  conv2d(w: Tensor, options: ConvolutionOptions = {}): Tensor {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
    const window = { stride: pair(stride), padding: pair(padding), dilation: pair(dilation), groups };
    return this.#apply("conv2d", window, w);
  }
  /** Largest element of each window of [batch, channels, h, w]; padding counts as −∞. */
  maxPool2d(kernel: number | readonly [number, number], options: PoolingOptions = {}): Tensor {
    return this.#pool("maxPool2d", kernel, options);
  }
  /** Mean of each window of [batch, channels, h, w]; padding counts as zeros. */
  avgPool2d(kernel: number | readonly [number, number], options: PoolingOptions = {}): Tensor {
    return this.#pool("avgPool2d", kernel, options);
  }

  #pool(op: "maxPool2d" | "avgPool2d", kernel: number | readonly [number, number], options: PoolingOptions): Tensor {
    const { stride = kernel, padding = 0 } = options;
    return this.#apply(op, { kernel: pair(kernel), stride: pair(stride), padding: pair(padding) });
  }

  /** The op on this tensor, and on others beside it, in the element types that its record asks for. */
  #apply<N extends OpName>(op: N, attributes: OpAttributes[N], ...others: readonly (Tensor | number)[]): Tensor {
    return build([this, ...others], (g, values) => g.applyTo(op, values, attributes));
  }
  #reduce(op: "sum" | "mean" | "max" | "min" | "logsumexp", axis: Axis, options: ReduceOptions | undefined): Tensor {
    return this.#apply(op, this.#reduction(op, axis, options));
  }
  #reduction(op: OpName, axis: Axis, options: ReduceOptions | undefined) {
    return { axes: normalizeAxes(axis, this.shape, op), keepDims: options?.keepDims ?? false };
  }
}
