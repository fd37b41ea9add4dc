// Each instruction run share by share, one thread's after another's, must give the same bits as in one go.
import { expect, it } from "vitest";
import type { Shape } from "../../ir/shape.ts";
import { earlier, input, number, samples, step, TestPlan } from "./test-plan.ts";

it("does not depend on the number of threads", () => {
  const plan = new TestPlan();
  const value = (shape: Shape) => plan.value(shape, "float32", samples(shape.reduce((a, b) => a * b, 1)));
  const x = value([61, 37]);
  const y = value([37, 45]);
  const steps = [step("tanh", [input(0)]), step("add", [earlier(0), input(1)]), step("mul", [earlier(1), number(2)])];
  plan.fused([61, 37], [x, value([37])], steps, { 2: plan.value([61, 37]) });
  plan.fused([61, 37], [x, value([61, 1])], steps, { 2: plan.value([61, 37]) });
  const off = { transposeX: false, transposeY: false };
  plan.op("matmul", off, [x, y], plan.value([61, 45]));
  plan.op("matmul", { transposeX: true, transposeY: false }, [x, value([61, 300])], plan.value([37, 300]));
  plan.op("matmul", off, [value([3, 7, 5]), value([5, 4])], plan.value([3, 7, 4]));
  plan.op("matmul", { transposeX: false, transposeY: true }, [value([5, 2, 9]), value([3, 9])], plan.value([5, 2, 3]));
  for (const axes of [[0], [1], [0, 1]]) {
    const output = [61, 37].filter((_, i) => !axes.includes(i));
    for (const op of ["sum", "max", "logsumexp"] as const) {
      plan.op(op, { axes, keepDims: false }, [x], plan.value(output));
    }
    plan.op("var", { axes, keepDims: false, correction: 1 }, [x], plan.value(output));
  }
  plan.op("sum", { axes: [0], keepDims: false }, [value([20001])], plan.value([]));
  plan.op("sketch", {}, [value([20001])], plan.value([72]));
  plan.op("argmax", { axis: 0 }, [x], plan.value([37], "int32"));
  plan.op("softmax", { axis: 1 }, [x], plan.value([61, 37]));
  plan.op("logSoftmax", { axis: 0 }, [x], plan.value([61, 37]));
  plan.op("transpose", { permutation: [1, 0] }, [x], plan.value([37, 61]));
  plan.op("concat", { axis: 1 }, [x, x], plan.value([61, 74]));
  plan.op("pad", { before: [1, 0], after: [0, 2], value: 3 }, [x], plan.value([62, 39]));
  const rows = plan.value([9], "int32", [3, 0, 60, 3, 3, 7, 8, 1, 0]);
  const picked = plan.op("gather", {}, [x, rows], plan.value([9, 37]));
  plan.op("scatterAdd", { rows: 61 }, [rows, picked], plan.value([61, 37]));
  plan.op("iota", { axis: 0, shape: [7, 3], dtype: "int32" }, [], plan.value([7, 3], "int32"));
  const key = plan.value([4], "int32", [1, 2, 3, 4]);
  plan.op("randomNormal", { stream: 5, shape: [1001], dtype: "float32" }, [key], plan.value([1001]));
  const images = value([2, 4, 9, 8]);
  const window = { stride: [2, 1], padding: [1, 1] } as const;
  const convolution = { ...window, dilation: [1, 2], groups: 2 } as const;
  const kernels = value([6, 2, 3, 2]);
  const maps = plan.op("conv2d", convolution, [images, kernels], plan.value([2, 6, 5, 8]));
  plan.op(
    "conv2dInputGradient",
    { ...convolution, inputShape: [2, 4, 9, 8] },
    [kernels, maps],
    plan.value([2, 4, 9, 8]),
  );
  plan.op(
    "conv2dWeightGradient",
    { ...convolution, kernelShape: [6, 2, 3, 2] },
    [images, maps],
    plan.value([6, 2, 3, 2]),
  );
  const pooling = { ...window, kernel: [3, 2] } as const;
  const pooled = plan.op("maxPool2d", pooling, [images], plan.value([2, 4, 5, 9]));
  plan.op("maxPool2dGradient", pooling, [images, pooled], plan.value([2, 4, 9, 8]));
  plan.op("maxPool2dGather", pooling, [images, images], plan.value([2, 4, 5, 9]));
  plan.op("avgPool2d", pooling, [images], plan.value([2, 4, 5, 9]));
  plan.op("avgPool2dGradient", { ...pooling, inputShape: [2, 4, 9, 8] }, [pooled], plan.value([2, 4, 9, 8]));
  // Groups of enough channels to be products.
  const wide = { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 } as const;
  const [photos, filters] = [value([3, 6, 9, 8]), value([10, 3, 3, 2])];
  const features = plan.op("conv2d", wide, [photos, filters], plan.value([3, 10, 5, 10]));
  plan.op(
    "conv2dInputGradient",
    { ...wide, inputShape: [3, 8, 9, 8] },
    [value([10, 4, 3, 2]), features],
    plan.value([3, 8, 9, 8]),
  );
  plan.op(
    "conv2dWeightGradient",
    { ...wide, kernelShape: [10, 3, 3, 2] },
    [photos, features],
    plan.value([10, 3, 3, 2]),
  );
  const alone = plan.words(1);
  for (const threads of [2, 3, 8]) expect(plan.words(threads)).toEqual(alone);
});
