// Ops that move elements without computing: reshape, transpose, broadcast, slice, pad, concat.
import { broadcastShapes, formatShape, sameShape, sizeOf } from "../ir/shape.ts";
import { type CasesOf, rows } from "./case.ts";
import { operandError, requireAxes, requireIntegers, requireShape } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

export const movements = {
  reshape: opRecord({
    name: "reshape",
    moves: "view",
    identity: () => 0,
    arity: 1,
    accepts: ["any"],
    infer: ([x], { shape }) => {
      requireShape("reshape", shape);
      if (sizeOf(shape) !== sizeOf(x.shape)) {
        throw operandError(
          "SHAPE_MISMATCH",
          "reshape",
          `the number of elements must stay; got ${formatShape(x.shape)} with ${sizeOf(x.shape)} and ${formatShape(shape)} with ${sizeOf(shape)}. Choose sizes whose product is ${sizeOf(x.shape)}.`,
          [x],
          { shape },
        );
      }
      return { shape, dtype: x.dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: ({ dy, inputs: [x] }, g) => [g.reshape(dy, x.shape)],
  }),

  transpose: opRecord({
    name: "transpose",
    moves: "select",
    permutes: ({ permutation }) => permutation,
    mixesRows: ({ permutation }) => (permutation[0] ?? 0) !== 0,
    identity: (_, { permutation }) => (permutation.every((axis, i) => axis === i) ? 0 : undefined),
    arity: 1,
    accepts: ["any"],
    infer: ([x], { permutation }) => {
      const rank = x.shape.length;
      const sorted = [...permutation].sort((a, b) => a - b);
      if (sorted.length !== rank || sorted.some((axis, i) => axis !== i)) {
        throw operandError(
          "INVALID_ARGUMENT",
          "transpose",
          `the permutation must name each axis of ${formatShape(x.shape)} once; got ${formatShape(permutation)}.`,
          [x],
          { permutation },
        );
      }
      return { shape: permutation.map((axis) => x.shape[axis]!), dtype: x.dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: ({ dy, attributes: { permutation } }, g) => [
      g.transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ],
  }),

  broadcast: opRecord({
    name: "broadcast",
    moves: "broadcast",
    identity: () => 0,
    arity: 1,
    accepts: ["any"],
    infer: ([x], { shape }) => {
      requireShape("broadcast", shape);
      const common = broadcastShapes(x.shape, shape);
      if (common === undefined || !sameShape(common, shape)) {
        throw operandError(
          "SHAPE_MISMATCH",
          "broadcast",
          `from the last dimension backwards, each size must be 1 or that of the target ${formatShape(shape)}; got ${formatShape(x.shape)}. Reshape it so that the repeated dimensions have size 1.`,
          [x],
          { shape },
        );
      }
      return { shape, dtype: x.dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: ({ dy }) => [dy],
  }),

  slice: opRecord({
    name: "slice",
    moves: "select",
    arity: 1,
    accepts: ["any"],
    infer: ([x], { start, stop }) => {
      const rank = x.shape.length;
      const valid =
        start.length === rank &&
        stop.length === rank &&
        x.shape.every(
          (n, i) =>
            Number.isInteger(start[i]) &&
            Number.isInteger(stop[i]) &&
            0 <= start[i]! &&
            start[i]! <= stop[i]! &&
            stop[i]! <= n,
        );
      if (!valid) {
        throw operandError(
          "INVALID_ARGUMENT",
          "slice",
          `needs 0 ≤ start ≤ stop ≤ size in each dimension of ${formatShape(x.shape)}; got start ${formatShape(start)} and stop ${formatShape(stop)}.`,
          [x],
          { start, stop },
        );
      }
      return { shape: start.map((from, i) => stop[i]! - from), dtype: x.dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: ({ dy, inputs: [x], attributes: { start, stop } }, g) => [
      g.apply("pad", [dy], { before: start, after: x.shape.map((n, i) => n - stop[i]!), value: 0 }),
    ],
  }),

  pad: opRecord({
    name: "pad",
    arity: 1,
    accepts: ["any"],
    infer: ([x], { before, after }) => {
      requireIntegers("pad", "before", before, 0, x.shape.length);
      requireIntegers("pad", "after", after, 0, x.shape.length);
      return { shape: x.shape.map((n, i) => before[i]! + n + after[i]!), dtype: x.dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: ({ dy, inputs: [x], attributes: { before } }, g) => [
      g.slice(
        dy,
        before,
        before.map((n, i) => n + x.shape[i]!),
      ),
    ],
  }),

  concat: opRecord({
    name: "concat",
    arity: "any",
    accepts: ["any"],
    infer: (inputs, { axis }) => {
      const first = inputs[0];
      if (first === undefined) {
        throw operandError("INVALID_ARGUMENT", "concat", "needs at least one operand; got none.", inputs);
      }
      requireAxes("concat", first, [axis]);
      const fits = inputs.every(
        ({ shape }) => shape.length === first.shape.length && shape.every((n, i) => i === axis || n === first.shape[i]),
      );
      if (!fits) {
        throw operandError(
          "SHAPE_MISMATCH",
          "concat",
          `all sizes but that of axis ${axis} must be equal; got ${inputs.map(({ shape }) => formatShape(shape)).join(", ")}. Reshape or slice the operands to fit.`,
          inputs,
          { axis },
        );
      }
      const joined = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
      return { shape: first.shape.map((n, i) => (i === axis ? joined : n)), dtype: first.dtype };
    },
    exact: true,
    saves: "nothing",
    gradient: ({ dy, inputs, attributes: { axis } }, g) => {
      let from = 0;
      return inputs.map(({ shape }) => {
        const start = shape.map((_, i) => (i === axis ? from : 0));
        from += shape[axis]!;
        return g.slice(
          dy,
          start,
          start.map((n, i) => n + shape[i]!),
        );
      });
    },
  }),
};

export const movementsNotation: Notations<typeof movements> = {
  reshape: { formula: { text: "y = x read in another shape, row-major", tex: "y = \\operatorname{reshape} x" } },
  transpose: {
    formula: { text: "y = x with its axes permuted", tex: "y_{i_{p(0)} i_{p(1)} \\dots} = x_{i_0 i_1 \\dots}" },
  },
  broadcast: { formula: { text: "y = x repeated to a larger shape", tex: "y = \\operatorname{broadcast} x" } },
  slice: { formula: { text: "y = x[start … stop − 1] in each dimension", tex: "y_i = x_{s + i}" } },
  pad: { formula: { text: "y = x with `value` before and after it", tex: "y_{b + i} = x_i,\\ \\text{else } v" } },
  concat: { formula: { text: "y = x₀, x₁, … joined along an axis", tex: "y = [x_0; x_1; \\dots]" } },
};

export const movementsCases: CasesOf<typeof movements> = {
  reshape: {
    cases: () =>
      rows(
        [[2, 3], { shape: [3, 2] }],
        [[3, 5, 7], { shape: [105] }],
        [[17], { shape: [1, 17, 1] }],
        [[1, 1], { shape: [] }],
        [[0, 3], { shape: [5, 0] }],
      ),
  },
  transpose: {
    cases: () =>
      rows(
        [[3, 5], { permutation: [1, 0] }],
        [[2, 3, 5], { permutation: [2, 0, 1] }],
        [[2, 3, 5, 7], { permutation: [0, 2, 1, 3] }],
        [[2, 3, 5, 7], { permutation: [3, 1, 0, 2] }],
        [[17, 1], { permutation: [1, 0] }],
        [[5], { permutation: [0] }],
        [[], { permutation: [] }],
        [[0, 3], { permutation: [1, 0] }],
      ),
  },
  broadcast: {
    cases: () =>
      rows(
        [[], { shape: [3, 5] }],
        [[5], { shape: [3, 5] }],
        [[3, 1], { shape: [3, 5] }],
        [[2, 1, 7], { shape: [2, 3, 7] }],
        [[1, 3, 1], { shape: [5, 2, 3, 7] }],
        [[3, 5], { shape: [3, 5] }],
        [[1, 3], { shape: [0, 3] }],
      ),
  },
  slice: {
    cases: () =>
      rows(
        [[3, 5], { start: [1, 0], stop: [3, 5] }],
        [[3, 5], { start: [0, 2], stop: [2, 3] }],
        [[2, 5, 7], { start: [1, 1, 3], stop: [2, 4, 7] }],
        [[17], { start: [4], stop: [15] }],
        [[3, 5], { start: [0, 0], stop: [3, 5] }],
        [[3, 5], { start: [1, 2], stop: [1, 4] }],
        [[], { start: [], stop: [] }],
      ),
  },
  pad: {
    cases: () =>
      rows(
        [[3, 5], { before: [1, 0], after: [0, 2], value: 0 }],
        [[3, 5], { before: [0, 3], after: [2, 1], value: -1.5 }],
        [[2, 3, 5], { before: [0, 1, 2], after: [1, 1, 0], value: 0 }],
        [[17], { before: [0], after: [0], value: 0 }],
        [[0, 3], { before: [2, 0], after: [1, 1], value: 0.5 }],
        [[], { before: [], after: [], value: 0 }],
      ),
  },
  concat: {
    cases: () =>
      rows(
        [[2, 3], [5, 3], { axis: 0 }],
        [[3, 2], [3, 5], { axis: 1 }],
        [[2, 1, 5], [2, 3, 5], [2, 7, 5], { axis: 1 }],
        [[17], { axis: 0 }],
        [[0, 3], [2, 3], { axis: 0 }],
      ),
  },
};
