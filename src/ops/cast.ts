// Identities in value that differ in element type or in gradient.
import { conversions, isFloat } from "../ir/dtype.ts";
import { type CasesOf, one, rows } from "./case.ts";
import { unary } from "./define.ts";
import type { Notations } from "./notation.ts";

export const casts = {
  cast: unary({
    name: "cast",
    formula: { text: "y = x as another element type", tex: "y = x" },
    identity: () => 0,
    accepts: "any",
    result: ({ dtype }) => dtype,
    exact: true,
    saves: "nothing",
    gradient: ({ dy, x, y }, g) => [isFloat(x.dtype) && isFloat(y.dtype) ? g.cast(dy, x.dtype) : undefined],
    scalar: ({ dtype }) => conversions[dtype],
    domain: [[-2.9, 2.9]],
    kinks: [-2, -1, 0, 1, 2],
  }),

  stopGradient: unary({
    name: "stopGradient",
    formula: { text: "y = x, with gradient 0", tex: "y = x, \\quad \\partial y / \\partial x := 0" },
    identity: () => 0,
    accepts: "any",
    exact: true,
    saves: "nothing",
    gradient: "none",
    scalar: () => (x) => x,
    domain: [[-2, 2]],
  }),
};

export const castsNotation: Notations<typeof casts> = { cast: ([x]) => x!, stopGradient: ([x]) => x! };

export const castsCases: CasesOf<typeof casts> = {
  cast: {
    cases: () => rows([[3, 5], { dtype: "float64" }], [[3, 5], { dtype: "int32" }], [[3, 5], { dtype: "bool" }]),
  },
  stopGradient: one,
};
