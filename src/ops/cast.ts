// Identities in value that differ in element type or in gradient.
import { type DType, isFloat } from "../ir/dtype.ts";
import { unary } from "./define.ts";

/** What a number becomes when it is stored as each element type. */
const conversions: Record<DType, (x: number) => number> = {
  float64: (x) => x,
  float32: Math.fround,
  int32: (x) => x | 0,
  bool: (x) => (x !== 0 ? 1 : 0),
};

export const cast = unary({
  name: "cast",
  formula: { text: "y = x as another element type", tex: "y = x" },
  identity: () => 0,
  accepts: "any",
  result: ({ dtype }) => dtype,
  saves: "nothing",
  gradient: ({ dy, x, y }, g) => [isFloat(x.dtype) && isFloat(y.dtype) ? g.cast(dy, x.dtype) : undefined],
  scalar: ({ dtype }) => conversions[dtype],
  domain: [[-2.9, 2.9]],
  kinks: [-2, -1, 0, 1, 2],
});

export const stopGradient = unary({
  name: "stopGradient",
  formula: { text: "y = x, with gradient 0", tex: "y = x, \\quad \\partial y / \\partial x := 0" },
  identity: () => 0,
  accepts: "any",
  saves: "nothing",
  gradient: "none",
  scalar: () => (x) => x,
  domain: [[-2, 2]],
});
