// Rows by index, and its transpose: rows added up by index.
import { formatShape } from "../ir/shape.ts";
import { operandError, requireInt32, requireIntegers } from "./check.ts";
import { defineOp } from "./define.ts";

export const gather = defineOp({
  name: "gather",
  formula: { text: "y[i, …] = x[indices[i], …]", tex: "y_i = x_{k_i}" },
  arity: 2,
  accepts: ["any", "int32"],
  infer: ([x, indices]) => {
    requireInt32("gather", "indices", indices);
    if (x.shape.length === 0) {
      throw operandError("SHAPE_MISMATCH", "gather", "x needs at least 1 dimension, its rows; got a scalar.", [
        x,
        indices,
      ]);
    }
    return { shape: [...indices.shape, ...x.shape.slice(1)], dtype: x.dtype };
  },
  exact: true,
  saves: "inputs",
  gradient: ({ dy, inputs: [x, indices] }, g) => [
    g.apply("scatterAdd", [indices, dy], { rows: x.shape[0]! }),
    undefined,
  ],
  domain: [[-2, 2], { indexBelow: 3 }],
});

export const scatterAdd = defineOp({
  name: "scatterAdd",
  formula: { text: "y[k, …] = Σ updates[i, …] over all i with indices[i] = k", tex: "y_k = \\sum_{i: k_i = k} u_i" },
  arity: 2,
  accepts: ["int32", "number"],
  infer: ([indices, updates], { rows }) => {
    requireInt32("scatterAdd", "indices", indices);
    requireIntegers("scatterAdd", "rows", [rows], 0);
    const rank = indices.shape.length;
    if (indices.shape.some((n, i) => n !== updates.shape[i])) {
      throw operandError(
        "SHAPE_MISMATCH",
        "scatterAdd",
        `the shape of updates must begin with that of indices; got indices ${formatShape(indices.shape)} and updates ${formatShape(updates.shape)}.`,
        [indices, updates],
      );
    }
    return { shape: [rows, ...updates.shape.slice(rank)], dtype: updates.dtype };
  },
  saves: "inputs",
  gradient: ({ dy, inputs: [indices] }, g) => [undefined, g.apply("gather", [dy, indices], {})],
  domain: [{ indexBelow: 3 }, [-2, 2]],
});
