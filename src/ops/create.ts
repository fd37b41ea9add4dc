// Values that come from nowhere else in the graph: inputs, constants, counting.
import { dtypeOf } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatShape, formatType, sizeOf } from "../ir/shape.ts";
import { requireAxes, requireDType, requireShape } from "./check.ts";
import { defineOp } from "./define.ts";

export const input = defineOp({
  name: "input",
  formula: { text: "y = an argument of the function", tex: "y" },
  arity: 0,
  accepts: [],
  infer: (_, { shape, dtype }) => {
    requireShape("input", shape);
    return { shape, dtype };
  },
  saves: "nothing",
  gradient: "none",
  domain: [],
});

export const constant = defineOp({
  name: "constant",
  formula: { text: "y = given numbers", tex: "y = c" },
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
  domain: [],
});

export const iota = defineOp({
  name: "iota",
  formula: { text: "y = 0, 1, 2 … along an axis", tex: "y_i = i" },
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
  domain: [],
});
