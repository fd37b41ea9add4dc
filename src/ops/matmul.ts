// Matrix product over the last two dimensions; the dimensions before them broadcast.
import type { OpAttributes } from "../ir/graph.ts";
import { broadcastShapes, formatShape, type Shape } from "../ir/shape.ts";
import { type Case, type OpCases, rows } from "./case.ts";
import { operandError } from "./check.ts";
import { opRecord } from "./define.ts";
import type { GroupNotation } from "./notation.ts";

export const matmul = opRecord({
  name: "matmul",
  arity: 2,
  transposing: ({ transposeX, transposeY }, operand) => ({
    transposeX: transposeX !== (operand === 0),
    transposeY: transposeY !== (operand === 1),
  }),
  sums: ([x], { transposeX }) => x!.shape.at(transposeX ? -2 : -1)!,
  mixesRows: ({ transposeX }) => transposeX,
  infer: ([x, y], { transposeX, transposeY }) => {
    const shapes = `${formatShape(x.shape)}${transposeX ? " transposed" : ""} and ${formatShape(y.shape)}${transposeY ? " transposed" : ""}`;
    if (x.shape.length < 2 || y.shape.length < 2) {
      throw operandError(
        "SHAPE_MISMATCH",
        "matmul",
        `both operands need at least 2 dimensions; got ${shapes}. Reshape a vector to one row or one column.`,
        [x, y],
      );
    }
    const [rows, inner] = transposeX ? [x.shape.at(-1)!, x.shape.at(-2)!] : [x.shape.at(-2)!, x.shape.at(-1)!];
    const [other, columns] = transposeY ? [y.shape.at(-1)!, y.shape.at(-2)!] : [y.shape.at(-2)!, y.shape.at(-1)!];
    if (inner !== other) {
      throw operandError(
        "SHAPE_MISMATCH",
        "matmul",
        `columns of the first operand must equal rows of the second; got ${shapes} (${inner} and ${other}). Check the sizes of the layers, or transpose an operand.`,
        [x, y],
      );
    }
    const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2));
    if (batch === undefined) {
      throw operandError(
        "SHAPE_MISMATCH",
        "matmul",
        `the dimensions before the last two must broadcast; got ${shapes}. Reshape one operand to fit.`,
        [x, y],
      );
    }
    return { shape: [...batch, rows, columns], dtype: x.dtype };
  },
  saves: "inputs",
  // z = x y: dx = dz yᵀ, dy = xᵀ dz; an operand read transposed has the transposed gradient.
  gradient: ({ dy: dz, inputs: [x, y], attributes: { transposeX, transposeY } }, g) => [
    transposeX ? g.matmul(y, dz, transposeY, true) : g.matmul(dz, y, false, !transposeY),
    transposeY ? g.matmul(dz, x, true, transposeX) : g.matmul(x, dz, !transposeX, false),
  ],
});

export const matmulNotation: GroupNotation<"matmul"> = {
  formula: { text: "z = x y  (z[i,j] = Σₖ x[i,k] y[k,j])", tex: "z_{ij} = \\sum_k x_{ik}\\,y_{kj}" },
  // z[i,j] = Σₖ x[i,k] y[k,j]
  partner({ attributes: { transposeX, transposeY }, shape }, operand, x, y, other) {
    const [i, j] = y.slice(-2) as [number, number];
    const lead = shape.length - other.length;
    const batch = other.slice(0, -2).map((n, axis) => (n === 1 ? 0 : y[axis + lead]!));
    if (operand === 0) {
      const k = x.at(transposeX ? -2 : -1)!;
      return [...batch, ...(transposeY ? [j, k] : [k, j])];
    }
    const k = x.at(transposeY ? -1 : -2)!;
    return [...batch, ...(transposeX ? [k, i] : [i, k])];
  },
};

const products: readonly (readonly [Shape, Shape, transposeX: boolean, transposeY: boolean])[] = [
  [[2, 3], [3, 4], false, false],
  [[7, 5], [5, 17], false, false],
  [[5, 7], [5, 3], true, false],
  [[7, 5], [3, 5], false, true],
  [[5, 7], [3, 5], true, true],
  [[1, 1], [1, 1], false, false],
  [[1, 17], [17, 1], false, false],
  [[17, 1], [1, 5], false, false],
  [[3, 2, 5], [3, 5, 4], false, false],
  [[3, 2, 5], [5, 4], false, false],
  [[2, 5], [3, 5, 4], false, false],
  [[2, 1, 3, 5], [3, 5, 2], false, false],
  [[2, 1, 5, 3], [3, 2, 5], true, true],
  [[1, 3, 2], [4, 3, 5], true, false],
  [[4, 2, 3], [1, 5, 3], false, true],
  [[0, 3], [3, 2], false, false],
  [[2, 0], [0, 3], false, false],
];

const flags = [false, true];
const untransposed = { transposeX: false, transposeY: false };
const productsAt = (n: number): Case<"matmul">[] => [
  ...flags.flatMap((transposeX) =>
    flags.map((transposeY) => ({
      shapes: [transposeX ? [n, 5] : [5, n], transposeY ? [17, n] : [n, 17]],
      attributes: { transposeX, transposeY },
    })),
  ),
  ...rows<OpAttributes["matmul"]>([[n, 17], [17, 3], untransposed], [[3, 17], [17, n], untransposed]),
];

export const matmulCases: OpCases<"matmul"> = {
  cases: () =>
    products.map(([x, y, transposeX, transposeY]) => ({
      shapes: [x, y],
      attributes: { transposeX, transposeY },
    })),
  sized: productsAt,
};
