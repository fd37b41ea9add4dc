// Identities in value that differ in element type, in gradient, or in place.
import { conversions, isFloat } from "../ir/dtype.ts";
import { type CasesOf, one, rows } from "./case.ts";
import { unary } from "./define.ts";
import type { Notations } from "./notation.ts";

export const casts = {
  cast: unary({
    name: "cast",
    identity: () => 0,
    accepts: "any",
    result: ({ dtype }) => dtype,
    exact: true,
    saves: "nothing",
    gradient: ({ dy, x, y }, g) => [isFloat(x.dtype) && isFloat(y.dtype) ? g.cast(dy, x.dtype) : undefined],
    scalar: ({ dtype }) => conversions[dtype],
  }),

  stopGradient: unary({
    name: "stopGradient",
    identity: () => 0,
    accepts: "any",
    exact: true,
    saves: "nothing",
    gradient: "none",
    scalar: () => (x) => x,
  }),

  /**
   * In a traced function: a value that a gradient can be taken by apart from x's. In a plan: what lies in two places, or
   * waits to be written where x is read. Graph passes take the former away; the planner adds the latter after all of them.
   */
  copy: unary({
    name: "copy",
    identity: () => 0,
    accepts: "any",
    exact: true,
    saves: "nothing",
    gradient: ({ dy }) => [dy],
    scalar: () => (x) => x,
  }),
};

export const castsNotation: Notations<typeof casts> = {
  cast: { formula: { text: "y = x as another element type", tex: "y = x" }, write: ([x]) => x! },
  stopGradient: {
    formula: { text: "y = x, with gradient 0", tex: "y = x, \\quad \\partial y / \\partial x := 0" },
    write: ([x]) => x!,
  },
  copy: { formula: { text: "y = x, a value of its own", tex: "y = x" }, write: ([x]) => x! },
};

export const castsCases: CasesOf<typeof casts> = {
  cast: {
    domain: [[-2.9, 2.9]],
    kinks: [-2, -1, 0, 1, 2],
    cases: () => rows([[3, 5], { dtype: "float64" }], [[3, 5], { dtype: "int32" }], [[3, 5], { dtype: "bool" }]),
  },
  stopGradient: one,
  copy: one,
};
