// Rows by index, and rows added up by index; an index out of range is an error, never a wrong number.
import { allocate } from "../../ir/dtype.ts";
import { ChainruleError } from "../../ir/errors.ts";
import type { OpName } from "../../ir/graph.ts";
import { formatShape, sizeOf } from "../../ir/shape.ts";
import type { Kernel, NdArray } from "./kernel.ts";

function outOfRange(op: OpName, index: number, position: number, indices: NdArray, rows: number): ChainruleError {
  const range = rows === 0 ? "there are no rows" : `it must be from 0 to ${rows - 1}`;
  return new ChainruleError(
    "INDEX_OUT_OF_RANGE",
    `${op}: index ${index} at position ${position} of the indices ${formatShape(indices.shape)} is out of range: ${range}. Check the labels or tokens, or give the table more rows.`,
    { op, index, position, rows },
  );
}

export const gather: Kernel<"gather"> = ([x, indices]: readonly [NdArray, NdArray], _, y) => {
  const rows = x.shape[0]!;
  const width = sizeOf(x.shape.slice(1));
  return () => {
    for (let i = 0; i < indices.data.length; i++) {
      const row = indices.data[i]!;
      if (row < 0 || row >= rows) throw outOfRange("gather", row, i, indices, rows);
      for (let j = 0; j < width; j++) y.data[i * width + j] = x.data[row * width + j]!;
    }
  };
};

export const scatterAdd: Kernel<"scatterAdd"> = ([indices, updates]: readonly [NdArray, NdArray], { rows }, y) => {
  const width = sizeOf(y.shape.slice(1));
  // int32 wraps; floats are added up in float64.
  const sums = allocate(y.dtype === "int32" ? "int32" : "float64", y.data.length);
  return () => {
    sums.fill(0);
    for (let i = 0; i < indices.data.length; i++) {
      const row = indices.data[i]!;
      if (row < 0 || row >= rows) throw outOfRange("scatterAdd", row, i, indices, rows);
      for (let j = 0; j < width; j++) sums[row * width + j]! += updates.data[i * width + j]!;
    }
    y.data.set(sums);
  };
};
