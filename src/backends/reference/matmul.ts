// z[…, i, j] = Σₖ x[…, i, k] y[…, k, j], in the loop order i, k, j.
import { broadcastStrides } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";
import { offsetsOf } from "./offsets.ts";

export const matmul: Kernel<"matmul"> = ([x, y]: readonly [NdArray, NdArray], { transposeX, transposeY }, z) => {
  const batch = z.shape.slice(0, -2);
  const rows = z.shape.at(-2)!;
  const columns = z.shape.at(-1)!;
  const inner = x.shape.at(transposeX ? -2 : -1)!;
  const [xi, xk] = transposeX ? [1, rows] : [inner, 1];
  const [yk, yj] = transposeY ? [1, inner] : [columns, 1];
  const matrices = (operand: NdArray, size: number) =>
    offsetsOf(
      batch,
      broadcastStrides(operand.shape.slice(0, -2), batch).map((stride) => stride * size),
    );
  const xStarts = matrices(x, rows * inner);
  const yStarts = matrices(y, inner * columns);
  const sums = new Float64Array(columns);
  const { data: xs } = x;
  const { data: ys } = y;
  return () => {
    for (let b = 0; b < xStarts.length; b++) {
      for (let i = 0; i < rows; i++) {
        sums.fill(0);
        for (let k = 0; k < inner; k++) {
          const factor = xs[xStarts[b]! + i * xi + k * xk]!;
          const row = yStarts[b]! + k * yk;
          for (let j = 0; j < columns; j++) sums[j]! += factor * ys[row + j * yj]!;
        }
        z.data.set(sums, (b * rows + i) * columns);
      }
    }
  };
};
