// 2-d pooling by windows: the largest element or the mean, and what carries gradients through them.
import type { Pooling } from "../ir/graph.ts";
import { formatShape, type Shape, sameShape, type TensorType } from "../ir/shape.ts";
import { type CasesOf, float } from "./case.ts";
import { operandError, requireIntegers, requireRank, requireShape } from "./check.ts";
import { opRecord } from "./define.ts";
import type { Notations } from "./notation.ts";

type PoolingOp = "maxPool2d" | "maxPool2dGradient" | "maxPool2dGather" | "avgPool2d" | "avgPool2dGradient";

/** [batch, channels, ⌊(n + 2 padding − kernel) / stride⌋ + 1, …] */
function pooledShape(op: PoolingOp, x: TensorType, { kernel, stride, padding }: Pooling): Shape {
  requireIntegers(op, "kernel", kernel, 1, 2);
  requireIntegers(op, "stride", stride, 1, 2);
  requireIntegers(op, "padding", padding, 0, 2);
  requireRank(op, "x", x, 4, "[batch, channels, height, width]");
  const size = [0, 1].map((i) => {
    const n = x.shape[2 + i]!;
    if (padding[i]! >= kernel[i]!) {
      throw operandError(
        "INVALID_ARGUMENT",
        op,
        `padding must be smaller than the kernel, or windows hold nothing but padding; got padding ${formatShape(padding)} and kernel ${formatShape(kernel)}.`,
        [x],
        { kernel, padding },
      );
    }
    if (n === 0 || kernel[i]! > n + 2 * padding[i]!) {
      throw operandError(
        "SHAPE_MISMATCH",
        op,
        `the window must fit into the padded input; got kernel ${formatShape(kernel)}, padding ${formatShape(padding)} and x ${formatShape(x.shape)}. Use a smaller kernel or more padding.`,
        [x],
        { kernel, padding },
      );
    }
    return Math.floor((n + 2 * padding[i]! - kernel[i]!) / stride[i]!) + 1;
  });
  return [x.shape[0]!, x.shape[1]!, ...size];
}

function requireShapeOf(op: PoolingOp, name: string, x: TensorType, expected: Shape): void {
  if (sameShape(x.shape, expected)) return;
  throw operandError(
    "SHAPE_MISMATCH",
    op,
    `${name} must have shape ${formatShape(expected)}; got ${formatShape(x.shape)}.`,
    [x],
    { expected },
  );
}

export const poolings = {
  maxPool2d: opRecord({
    name: "maxPool2d",
    arity: 1,
    infer: ([x], attributes) => ({ shape: pooledShape("maxPool2d", x, attributes), dtype: x.dtype }),
    exact: true,
    saves: "inputs",
    gradient: ({ dy, inputs: [x], attributes }, g) => [g.apply("maxPool2dGradient", [x, dy], attributes)],
  }),

  // dx is linear in dy, and x only chooses places: its own gradient is 0 wherever it exists.
  maxPool2dGradient: opRecord({
    name: "maxPool2dGradient",
    arity: 2,
    infer: ([x, dy], attributes) => {
      requireShapeOf("maxPool2dGradient", "dy", dy, pooledShape("maxPool2dGradient", x, attributes));
      return x;
    },
    saves: "inputs",
    gradient: ({ dy: u, inputs: [x], attributes }, g) => [undefined, g.apply("maxPool2dGather", [x, u], attributes)],
  }),

  maxPool2dGather: opRecord({
    name: "maxPool2dGather",
    arity: 2,
    infer: ([x, u], attributes) => {
      const shape = pooledShape("maxPool2dGather", x, attributes);
      requireShapeOf("maxPool2dGather", "u", u, x.shape);
      return { shape, dtype: x.dtype };
    },
    exact: true,
    saves: "inputs",
    gradient: ({ dy, inputs: [x], attributes }, g) => [undefined, g.apply("maxPool2dGradient", [x, dy], attributes)],
  }),

  avgPool2d: opRecord({
    name: "avgPool2d",
    arity: 1,
    infer: ([x], attributes) => ({ shape: pooledShape("avgPool2d", x, attributes), dtype: x.dtype }),
    saves: "nothing",
    gradient: ({ dy, inputs: [x], attributes }, g) => [
      g.apply("avgPool2dGradient", [dy], { ...attributes, inputShape: x.shape }),
    ],
  }),

  avgPool2dGradient: opRecord({
    name: "avgPool2dGradient",
    arity: 1,
    infer: ([dy], { inputShape, ...attributes }) => {
      requireShape("avgPool2dGradient", inputShape);
      const x = { shape: inputShape, dtype: dy.dtype };
      requireShapeOf("avgPool2dGradient", "dy", dy, pooledShape("avgPool2dGradient", x, attributes));
      return x;
    },
    saves: "nothing",
    gradient: ({ dy: u, attributes: { kernel, stride, padding } }, g) => [
      g.apply("avgPool2d", [u], { kernel, stride, padding }),
    ],
  }),
};

export const poolingsNotation: Notations<typeof poolings> = {
  maxPool2d: {
    formula: { text: "y = the largest x of each window", tex: "y_{bcij} = \\max_{uv} x_{b,c,\\,is+u-p,\\,js+v-p}" },
  },
  maxPool2dGradient: {
    formula: {
      text: "dx = Σ dy over the windows whose first largest element is x",
      tex: "dx_{bchk} = \\sum_{ij:\\ \\arg\\max(i, j) = (h, k)} dy_{bcij}",
    },
  },
  maxPool2dGather: {
    formula: {
      text: "y = u at the first largest x of each window",
      tex: "y_{bcij} = u_{bc\\,\\arg\\max(i, j)}",
    },
  },
  avgPool2d: {
    formula: {
      text: "y = the mean of each window, zeros of the padding included",
      tex: "y_{bcij} = \\frac{1}{k_h k_w} \\sum_{uv} x_{b,c,\\,is+u-p,\\,js+v-p}",
    },
  },
  avgPool2dGradient: {
    formula: {
      text: "dx = Σ dy / (kh kw) over the windows that hold x",
      tex: "dx_{bchk} = \\frac{1}{k_h k_w} \\sum_{ijuv:\\ is+u-p=h,\\ js+v-p=k} dy_{bcij}",
    },
  },
};

/** x and windows. */
const pools: readonly (readonly [Shape, Pooling])[] = [
  [[2, 3, 4, 6], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
  [[1, 2, 7, 5], { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }],
  [[1, 3, 5, 7], { kernel: [3, 2], stride: [1, 2], padding: [1, 0] }],
  [[2, 1, 5, 5], { kernel: [2, 2], stride: [1, 1], padding: [0, 0] }],
  [[1, 1, 7, 7], { kernel: [2, 2], stride: [3, 3], padding: [0, 0] }],
  [[3, 5, 1, 1], { kernel: [1, 1], stride: [1, 1], padding: [0, 0] }],
  [[1, 2, 3, 3], { kernel: [3, 3], stride: [1, 1], padding: [0, 0] }],
  [[0, 2, 4, 4], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] }],
];
const pooled = (x: Shape, attributes: Pooling): Shape =>
  poolings.maxPool2d.infer([{ ...float, shape: x }], attributes).shape;

export const poolingsCases: CasesOf<typeof poolings> = {
  maxPool2d: { kinks: "equal", cases: () => pools.map(([x, attributes]) => ({ shapes: [x], attributes })) },
  maxPool2dGradient: {
    kinks: "equal",
    cases: () => pools.map(([x, attributes]) => ({ shapes: [x, pooled(x, attributes)], attributes })),
  },
  maxPool2dGather: { kinks: "equal", cases: () => pools.map(([x, attributes]) => ({ shapes: [x, x], attributes })) },
  avgPool2d: { cases: () => pools.map(([x, attributes]) => ({ shapes: [x], attributes })) },
  avgPool2dGradient: {
    cases: () =>
      pools.map(([x, attributes]) => ({
        shapes: [pooled(x, attributes)],
        attributes: { ...attributes, inputShape: x },
      })),
  },
};
