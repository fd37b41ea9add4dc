// The sketch of a tensor: statistics of a fixed size, whatever the tensor's.
import { type OpCases, rows } from "./case.ts";
import { opRecord } from "./define.ts";
import type { GroupNotation } from "./notation.ts";

/**
 * The histogram of a large tensor counts a part of it, evenly spread: of more than `exact` elements every fourth piece of
 * `piece` elements. All other figures are exact.
 */
export const sketchSample = { exact: 65536, piece: 2048, every: 4 } as const;

/** Where each figure stands in a sketch. Mean, RMS and extremes are those of the finite elements, 0 where there are none. */
export const sketchLayout = {
  mean: 0,
  rms: 1,
  min: 2,
  max: 3,
  /** Counts of elements that are NaN or infinite, that are 0, and with 0 < |x| < 2⁻¹²⁶. */
  nonFinite: 4,
  zeros: 5,
  subnormal: 6,
  /** Elements that the histogram counts. */
  counted: 7,
  /** First of the counts by ⌊log₂ |x|⌋: bucket k has the exponent lowestExponent + k; the ends have all beyond, too. */
  histogram: 8,
  buckets: 64,
  lowestExponent: -47,
  length: 72,
} as const;

export const sketch = opRecord({
  name: "sketch",
  arity: 1,
  infer: ([x]) => ({ shape: [sketchLayout.length], dtype: x.dtype }),
  saves: "nothing",
  gradient: "none",
});

export const sketchNotation: GroupNotation<"sketch"> = {
  formula: {
    text: "y = [mean x, √ mean x², min x, max x, counts of special values, counts by ⌊log₂ |x|⌋]",
    tex: "y = \\left[\\bar x,\\ \\sqrt{\\overline{x^2}},\\ \\min_i x_i,\\ \\max_i x_i,\\ \\#\\{i : x_i \\text{ special}\\},\\ \\#\\{i : \\lfloor \\log_2 |x_i| \\rfloor = k\\}_k\\right]",
  },
};

export const sketchCases: OpCases<"sketch"> = {
  cases: () =>
    rows(
      [[0], {}],
      [[1], {}],
      [[3], {}],
      [[5], {}],
      [[16], {}],
      [[17], {}],
      [[64], {}],
      [[257], {}],
      [[399], {}],
      [[], {}],
      [[3, 5, 7], {}],
      [[3, 0], {}],
    ),
};
