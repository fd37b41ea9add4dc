// Values that come from nowhere else in the graph: inputs, constants, counting.
import { dtypeOf } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatShape, formatType, sizeOf } from "../ir/shape.ts";
import { type CasesOf, float, rows } from "./case.ts";
import { requireAxes, requireDType, requireShape } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

export const sources = {
  input: opRecord({
    name: "input",
    arity: 0,
    accepts: [],
    infer: (_, { shape, dtype }) => {
      requireShape("input", shape);
      return { shape, dtype };
    },
    saves: "nothing",
    gradient: "none",
  }),

  constant: opRecord({
    name: "constant",
    arity: 0,
    accepts: [],
    infer: (_, { shape, dtype, data }) => {
      requireShape("constant", shape);
      if (data.length !== 1 && data.length !== sizeOf(shape)) {
        throw new ChainruleError(
          "SHAPE_MISMATCH",
          `constant: data must hold 1 element for all, or ${sizeOf(shape)} for shape ${formatShape(shape)}; got ${data.length}.`,
          { op: "constant", shape, elements: data.length },
        );
      }
      if (dtypeOf(data) !== dtype) {
        throw new ChainruleError(
          "DTYPE_MISMATCH",
          `constant: data must be stored as its type ${formatType({ shape, dtype })} says; got ${dtypeOf(data)}. Convert the array first.`,
          { op: "constant", dtype, data: dtypeOf(data) },
        );
      }
      return { shape, dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: "none",
  }),

  iota: opRecord({
    name: "iota",
    arity: 0,
    accepts: [],
    infer: (_, { shape, dtype, axis }) => {
      requireShape("iota", shape);
      requireDType("iota", { shape, dtype }, "number");
      requireAxes("iota", { shape, dtype }, [axis]);
      return { shape, dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: "none",
  }),
};

export const sourcesNotation: Notations<typeof sources> = {
  input: { formula: { text: "y = an argument of the function", tex: "y" } },
  constant: { formula: { text: "y = given numbers", tex: "y = c" } },
  iota: { formula: { text: "y = 0, 1, 2 … along an axis", tex: "y_i = i" } },
};

export const sourcesCases: CasesOf<typeof sources> = {
  input: { cases: () => [] },
  constant: {
    cases: () =>
      rows(
        [{ ...float, shape: [3, 5], data: Float64Array.of(1.5) }],
        [{ ...float, shape: [3], data: Float64Array.of(1, -2, 0.5) }],
        [{ shape: [3], dtype: "int32", data: Int32Array.of(7, 0, -7) }],
        [{ ...float, shape: [0], data: new Float64Array(0) }],
      ),
  },
  iota: {
    cases: () =>
      rows(
        [{ shape: [17], dtype: "int32", axis: 0 }],
        [{ shape: [3, 5], dtype: "int32", axis: 0 }],
        [{ ...float, shape: [2, 3, 7], axis: 1 }],
        [{ shape: [0, 3], dtype: "int32", axis: 1 }],
      ),
  },
};
