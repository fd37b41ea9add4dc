// Matrix product over the last two dimensions; the dimensions before them broadcast.
import { broadcastShapes, formatShape } from "../ir/shape.ts";
import { operandError } from "./check.ts";
import { defineOp } from "./define.ts";

export const matmul = defineOp({
  name: "matmul",
  formula: { text: "z = x y  (z[i,j] = Σₖ x[i,k] y[k,j])", tex: "z_{ij} = \\sum_k x_{ik}\\,y_{kj}" },
  arity: 2,
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
  domain: [[-2, 2]],
});
