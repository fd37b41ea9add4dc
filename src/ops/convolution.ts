// 2-d convolution (cross-correlation) and its two gradients, each one's rule written with the other two.
import type { Convolution } from "../ir/graph.ts";
import { formatShape, type Shape, sameShape, sizeOf, type TensorType } from "../ir/shape.ts";
import { type CasesOf, float } from "./case.ts";
import { operandError, requireIntegers, requireRank, requireShape } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

type ConvolutionOp = "conv2d" | "conv2dInputGradient" | "conv2dWeightGradient";

/** Shape of y = x ∗ w: [batch, out, ⌊(n + 2 padding − dilation (k − 1) − 1) / stride⌋ + 1, …]. */
function outputShape(op: ConvolutionOp, x: TensorType, w: TensorType, attributes: Convolution): Shape {
  const { stride, padding, dilation, groups } = attributes;
  requireIntegers(op, "stride", stride, 1, 2);
  requireIntegers(op, "padding", padding, 0, 2);
  requireIntegers(op, "dilation", dilation, 1, 2);
  requireIntegers(op, "groups", [groups], 1);
  requireRank(op, "x", x, 4, "[batch, in, height, width]");
  requireRank(op, "w", w, 4, "[out, in / groups, height, width]");
  const [batch, channels] = x.shape as readonly [number, number, number, number];
  const [out, perGroup] = w.shape as readonly [number, number, number, number];
  const shapes = `x ${formatShape(x.shape)} and w ${formatShape(w.shape)} with groups ${groups}`;
  if (channels % groups !== 0 || out % groups !== 0) {
    throw operandError("SHAPE_MISMATCH", op, `groups must divide the channels of x and of w; got ${shapes}.`, [x, w], {
      groups,
    });
  }
  if (perGroup !== channels / groups) {
    throw operandError(
      "SHAPE_MISMATCH",
      op,
      `w must have as many input channels as x has per group; got ${shapes}: ${perGroup} instead of ${channels / groups}. Give w the shape ${formatShape([out, channels / groups, ...w.shape.slice(2)])}.`,
      [x, w],
      { groups },
    );
  }
  const size = [0, 1].map((i) => {
    const n = x.shape[2 + i]! + 2 * padding[i]!;
    const k = w.shape[2 + i]!;
    const reach = dilation[i]! * (k - 1) + 1;
    if (k === 0 || reach > n) {
      throw operandError(
        "SHAPE_MISMATCH",
        op,
        `the kernel must have at least 1 element and fit into the padded input; got ${shapes}: in ${i === 0 ? "height" : "width"}, a reach of ${reach} and ${n} elements. Use a smaller kernel or dilation, or more padding.`,
        [x, w],
        { padding, dilation },
      );
    }
    return Math.floor((n - reach) / stride[i]!) + 1;
  });
  return [batch, out, ...size];
}

const pick = ({ stride, padding, dilation, groups }: Convolution): Convolution => ({
  stride,
  padding,
  dilation,
  groups,
});

function requireOutputShape(op: ConvolutionOp, dy: TensorType, expected: Shape): void {
  if (sameShape(dy.shape, expected)) return;
  throw operandError(
    "SHAPE_MISMATCH",
    op,
    `dy must have the shape of the convolution's output, ${formatShape(expected)}; got ${formatShape(dy.shape)}.`,
    [dy],
    { expected },
  );
}

export const convolutions = {
  conv2d: opRecord({
    name: "conv2d",
    arity: 2,
    infer: ([x, w], attributes) => {
      return { shape: outputShape("conv2d", x, w, attributes), dtype: x.dtype };
    },
    sums: ([, w]) => sizeOf(w!.shape.slice(1)),
    saves: "inputs",
    gradient: ({ dy, inputs: [x, w], attributes }, g) => [
      g.apply("conv2dInputGradient", [w, dy], { ...attributes, inputShape: x.shape }),
      g.apply("conv2dWeightGradient", [x, dy], { ...attributes, kernelShape: w.shape }),
    ],
  }),

  // dx is linear in w and in dy; with u = ∂L/∂dx: ∂L/∂w correlates u with dy, ∂L/∂dy = u ∗ w.
  conv2dInputGradient: opRecord({
    name: "conv2dInputGradient",
    arity: 2,
    infer: ([w, dy], { inputShape, ...attributes }) => {
      requireShape("conv2dInputGradient", inputShape);
      const x = { shape: inputShape, dtype: w.dtype };
      requireOutputShape("conv2dInputGradient", dy, outputShape("conv2dInputGradient", x, w, attributes));
      return x;
    },
    sums: ([w], { groups }) => (w!.shape[0]! / groups) * sizeOf(w!.shape.slice(2)),
    saves: "inputs",
    gradient: ({ dy: u, inputs: [w, dy], attributes }, g) => [
      g.apply("conv2dWeightGradient", [u, dy], { ...pick(attributes), kernelShape: w.shape }),
      g.apply("conv2d", [u, w], pick(attributes)),
    ],
  }),

  // dw is linear in x and in dy; with u = ∂L/∂dw in the place of w: ∂L/∂x is the input gradient, ∂L/∂dy = x ∗ u.
  conv2dWeightGradient: opRecord({
    name: "conv2dWeightGradient",
    arity: 2,
    infer: ([x, dy], { kernelShape, ...attributes }) => {
      requireShape("conv2dWeightGradient", kernelShape);
      const w = { shape: kernelShape, dtype: x.dtype };
      requireOutputShape("conv2dWeightGradient", dy, outputShape("conv2dWeightGradient", x, w, attributes));
      return w;
    },
    sums: ([, dy]) => sizeOf(dy!.shape) / dy!.shape[1]!,
    saves: "inputs",
    gradient: ({ dy: u, inputs: [x, dy], attributes }, g) => [
      g.apply("conv2dInputGradient", [u, dy], { ...pick(attributes), inputShape: x.shape }),
      g.apply("conv2d", [x, u], pick(attributes)),
    ],
  }),
};

export const convolutionsNotation: Notations<typeof convolutions> = {
  conv2d: {
    formula: {
      text: "y[b,o,i,j] = Σ x[b,c,i·s+u·d−p,j·s+v·d−p] w[o,c,u,v]",
      tex: "y_{boij} = \\sum_{cuv} x_{b,c,\\,is+ud-p,\\,js+vd-p}\\; w_{ocuv}",
    },
    // y[b,o,i,j] = Σ x[b,c,i·s+u·d−p,j·s+v·d−p] w[o,c,u,v]
    partner({ attributes: { stride, padding, dilation, groups }, shape }, operand, x, y, other) {
      const [b, o] = y as [number, number];
      const perGroup = operand === 0 ? other[1]! : other[1]! / groups;
      const group = Math.floor(o / (shape[1]! / groups));
      const along = [0, 1].map((axis) =>
        operand === 0
          ? (x[axis + 2]! + padding[axis]! - y[axis + 2]! * stride[axis]!) / dilation[axis]!
          : y[axis + 2]! * stride[axis]! + x[axis + 2]! * dilation[axis]! - padding[axis]!,
      );
      return operand === 0 ? [o, x[1]! - group * perGroup, ...along] : [b, x[1]! + group * perGroup, ...along];
    },
  },
  conv2dInputGradient: {
    formula: {
      text: "dx[b,c,i·s+u·d−p,j·s+v·d−p] += dy[b,o,i,j] w[o,c,u,v]",
      tex: "dx_{bchk} = \\sum_{oijuv:\\ is+ud-p=h,\\ js+vd-p=k} dy_{boij}\\; w_{ocuv}",
    },
  },
  conv2dWeightGradient: {
    formula: {
      text: "dw[o,c,u,v] = Σ x[b,c,i·s+u·d−p,j·s+v·d−p] dy[b,o,i,j]",
      tex: "dw_{ocuv} = \\sum_{bij} x_{b,c,\\,is+ud-p,\\,js+vd-p}\\; dy_{boij}",
    },
  },
};

const plain: Convolution = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };

/** x, w and settings of y = x ∗ w. */
const tested: readonly (readonly [Shape, Shape, Convolution])[] = [
  [[2, 3, 5, 5], [2, 3, 3, 3], plain],
  [[1, 1, 7, 5], [3, 1, 2, 3], plain],
  [[2, 2, 7, 5], [3, 2, 3, 3], { ...plain, stride: [2, 2], padding: [1, 1] }],
  [[1, 2, 6, 7], [2, 2, 3, 2], { ...plain, stride: [2, 3], padding: [0, 1] }],
  [[1, 2, 7, 7], [2, 2, 3, 3], { ...plain, padding: [2, 2], dilation: [2, 2] }],
  [[1, 2, 7, 5], [1, 2, 2, 3], { ...plain, dilation: [3, 1] }],
  [[2, 4, 5, 3], [6, 2, 3, 3], { ...plain, padding: [1, 1], groups: 2 }],
  [[1, 3, 5, 5], [3, 1, 3, 3], { ...plain, groups: 3 }],
  [[3, 5, 1, 1], [7, 5, 1, 1], plain],
  [[1, 1, 3, 3], [1, 1, 3, 3], plain],
  [[1, 1, 2, 2], [1, 1, 3, 3], { ...plain, padding: [2, 2] }],
  [[0, 2, 3, 3], [2, 2, 2, 2], plain],
];
const convolved = (x: Shape, w: Shape, attributes: Convolution): Shape =>
  convolutions.conv2d.infer(
    [
      { ...float, shape: x },
      { ...float, shape: w },
    ],
    attributes,
  ).shape;

export const convolutionsCases: CasesOf<typeof convolutions> = {
  conv2d: { cases: () => tested.map(([x, w, attributes]) => ({ shapes: [x, w], attributes })) },
  conv2dInputGradient: {
    cases: () =>
      tested.map(([x, w, attributes]) => ({
        shapes: [w, convolved(x, w, attributes)],
        attributes: { ...attributes, inputShape: x },
      })),
  },
  conv2dWeightGradient: {
    cases: () =>
      tested.map(([x, w, attributes]) => ({
        shapes: [x, convolved(x, w, attributes)],
        attributes: { ...attributes, kernelShape: w },
      })),
  },
};
