// Initial weights: distributions by fan-in and fan-out.
import { ChainruleError } from "../ir/errors.ts";
import { type Shape, sizeOf } from "../ir/shape.ts";
import { randomNormal, randomUniform, zeros } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";

/** Number of inputs that feed one output, and of outputs that one input feeds. */
interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

type Draw = (key: Tensor, shape: Shape, stream: number, fans: Fans) => Tensor;

/** U(−a, a) */
const uniform =
  (limit: (fans: Fans) => number): Draw =>
  (key, shape, stream, fans) => {
    const a = limit(fans);
    return randomUniform(key, shape, stream)
      .mul(2 * a)
      .sub(a);
  };

/** N(0, s²) */
const normal =
  (deviation: (fans: Fans) => number): Draw =>
  (key, shape, stream, fans) =>
    randomNormal(key, shape, stream).mul(deviation(fans));

/**
 * xavier (Glorot and Bengio 2010): variance 2 / (fanIn + fanOut), for tanh and sigmoid.
 * he (He et al. 2015): variance 2 / fanIn, for relu and its like. lecun (LeCun et al. 1998): variance 1 / fanIn.
 * orthogonal (Saxe et al. 2013): rows or columns of length 1 at right angles.
 */
const initializers = {
  xavierUniform: uniform(({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut))),
  xavierNormal: normal(({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut))),
  heUniform: uniform(({ fanIn }) => Math.sqrt(6 / fanIn)),
  heNormal: normal(({ fanIn }) => Math.sqrt(2 / fanIn)),
  lecunUniform: uniform(({ fanIn }) => Math.sqrt(3 / fanIn)),
  lecunNormal: normal(({ fanIn }) => Math.sqrt(1 / fanIn)),
  orthogonal: (key, shape, stream) => orthogonal(key, shape, stream),
  zeros: (_key, shape) => zeros(shape),
} satisfies Record<string, Draw>;

export type InitializerName = keyof typeof initializers;
export const initializerNames = Object.keys(initializers) as InitializerName[];

/** Draws a weight of `shape` in float64. `stream` tells apart the weights drawn with one key. */
export function initialWeight(
  name: InitializerName,
  key: Tensor,
  shape: Shape,
  stream: number,
  fanIn: number,
  fanOut: number,
): Tensor {
  if (!Object.hasOwn(initializers, name)) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `There is no initializer ${JSON.stringify(name)}; choose one of ${initializerNames.join(", ")}.`,
    );
  }
  return initializers[name](key, shape, stream, { fanIn: Math.max(1, fanIn), fanOut: Math.max(1, fanOut) });
}

/** Gram–Schmidt, twice for accuracy, on the rows of a normal matrix [min, max]; read as [shape[0], rest]. */
function orthogonal(key: Tensor, shape: Shape, stream: number): Tensor {
  const rows = shape[0] ?? 1;
  const columns = rows === 0 ? 0 : sizeOf(shape) / rows;
  const [short, long] = rows <= columns ? [rows, columns] : [columns, rows];
  const q = Float64Array.from(randomNormal(key, [short, long], stream).data);
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
  const matrix = Tensor.concrete(q, [short, long]);
  return (rows <= columns ? matrix : matrix.transpose()).reshape(shape);
}
