// Rows by index, and its transpose: rows added up by index.
import { formatShape } from "../ir/shape.ts";
import { type CasesOf, rows } from "./case.ts";
import { operandError, requireInt32, requireIntegers } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

export const gathers = {
  gather: opRecord({
    name: "gather",
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
  }),

  scatterAdd: opRecord({
    name: "scatterAdd",
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
  }),
};

export const gathersNotation: Notations<typeof gathers> = {
  gather: { formula: { text: "y[i, …] = x[indices[i], …]", tex: "y_i = x_{k_i}" } },
  scatterAdd: {
    formula: { text: "y[k, …] = Σ updates[i, …] over all i with indices[i] = k", tex: "y_k = \\sum_{i: k_i = k} u_i" },
  },
};

export const gathersCases: CasesOf<typeof gathers> = {
  gather: {
    domain: [[-2, 2], { indexBelow: 3 }],
    cases: () =>
      rows(
        [[3, 5], [7], {}],
        [[5, 2, 3], [2, 7], {}],
        [[3], [5], {}],
        [[7, 1], [1], {}],
        [[3, 17], [], {}],
        [[3, 2], [0], {}],
      ),
  },
  scatterAdd: {
    domain: [{ indexBelow: 3 }, [-2, 2]],
    cases: () =>
      rows(
        [[7], [7, 5], { rows: 3 }],
        [[2, 3], [2, 3, 5], { rows: 7 }],
        [[5], [5], { rows: 3 }],
        [[], [17], { rows: 3 }],
        [[0], [0, 2], { rows: 3 }],
      ),
  },
};
