// The list of initializers: distributions of initial weights by fan-in and fan-out. It loads no engine.
import { namesOf } from "../ir/record-list.ts";
import { type Shape, sizeOf } from "../ir/shape.ts";
import type { Tensor } from "../trace/tensor.ts";

/** Number of inputs that feed one output, and of outputs that one input feeds; 1 at least. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** What weights are drawn with. */
export interface Source {
  /** U(0, 1) */
  uniform(shape: Shape): Tensor;
  /** N(0, 1) */
  normal(shape: Shape): Tensor;
  /** A tensor of given numbers. */
  of(data: Float64Array, shape: Shape): Tensor;
}

export interface InitializerRecord {
  /** "He initial weights" */
  readonly words: string;
  /** It makes up for the half that relu sets to 0: too large where no activation follows, where `linearInit` fits. */
  readonly isForRectifiers?: true;
  /** All weights are this number: nothing is drawn. */
  readonly constant?: number;
  draw(source: Source, shape: Shape, fans: Fans): Tensor;
}

/** U(−a, a) */
const uniform =
  (limit: (fans: Fans) => number): InitializerRecord["draw"] =>
  (source, shape, fans) => {
    const a = limit(fans);
    return source
      .uniform(shape)
      .mul(2 * a)
      .sub(a);
  };

/** N(0, s²) */
const normal =
  (deviation: (fans: Fans) => number): InitializerRecord["draw"] =>
  (source, shape, fans) =>
    source.normal(shape).mul(deviation(fans));

/**
 * he (He et al. 2015): variance 2 / fanIn, for relu and its like. xavier (Glorot and Bengio 2010): variance
 * 2 / (fanIn + fanOut), for tanh and sigmoid. lecun (LeCun et al. 1998): variance 1 / fanIn.
 * fanInUniform: U(−1/√fanIn, 1/√fanIn), what PyTorch draws weights and biases of linear layers from. orthogonal (Saxe et al. 2013): rows or columns of length 1 at right angles.
 */
export const initializers = {
  heUniform: {
    words: "He initial weights",
    isForRectifiers: true,
    draw: uniform(({ fanIn }) => Math.sqrt(6 / fanIn)),
  },
  heNormal: {
    words: "He initial weights, normal",
    isForRectifiers: true,
    draw: normal(({ fanIn }) => Math.sqrt(2 / fanIn)),
  },
  xavierUniform: {
    words: "Xavier initial weights",
    draw: uniform(({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut))),
  },
  xavierNormal: {
    words: "Xavier initial weights, normal",
    draw: normal(({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut))),
  },
  lecunUniform: { words: "LeCun initial weights", draw: uniform(({ fanIn }) => Math.sqrt(3 / fanIn)) },
  lecunNormal: { words: "LeCun initial weights, normal", draw: normal(({ fanIn }) => Math.sqrt(1 / fanIn)) },
  fanInUniform: { words: "PyTorch's initial weights", draw: uniform(({ fanIn }) => 1 / Math.sqrt(fanIn)) },
  orthogonal: { words: "orthogonal initial weights", draw: orthogonal },
  zeros: {
    words: "initial weights of 0",
    constant: 0,
    draw: (source, shape) => source.of(new Float64Array(sizeOf(shape)), shape),
  },
} satisfies Readonly<Record<string, InitializerRecord>>;

export type InitializerName = keyof typeof initializers;
export const initializerNames = namesOf(initializers);

/** What spreads the points at which the units of a layer bend: with biases of 0 those of relu all bend at x = 0. */
export const spreadBias: InitializerName = "fanInUniform";

/** What fits a layer without an activation after it. */
export const linearInit: InitializerName = "xavierUniform";

/** Gram–Schmidt, twice for accuracy, on the rows of a normal matrix [min, max]; read as [shape[0], rest]. */
function orthogonal(source: Source, shape: Shape): Tensor {
  const rows = shape[0] ?? 1;
  const columns = rows === 0 ? 0 : sizeOf(shape) / rows;
  const [short, long] = rows <= columns ? [rows, columns] : [columns, rows];
  const q = Float64Array.from(source.normal([short, long]).data);
  for (let i = 0; i < short; i++) {
    const row = q.subarray(i * long, (i + 1) * long);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = q.subarray(j * long, (j + 1) * long);
        const dot = row.reduce((sum, value, k) => sum + value * other[k]!, 0);
        for (let k = 0; k < long; k++) row[k] = row[k]! - dot * other[k]!;
      }
    }
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < long; k++) row[k] = row[k]! / norm;
  }
  const matrix = source.of(q, [short, long]);
  return (rows <= columns ? matrix : matrix.transpose()).reshape(shape);
}
