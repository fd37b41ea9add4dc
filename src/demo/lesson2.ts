// Lesson 2, backpropagation through a hidden layer: h = σ(x W₁), y = σ(h W₂), E = ½ (target − y)².
import { gradThrough, type Tensor, tensor } from "../index.ts";
import { halfSumOfSquares } from "../nn/index.ts";
import { against, numbers } from "./numbers.ts";

export interface Lesson2 {
  readonly x: readonly number[];
  /** [inputs][hidden] */
  readonly w1: readonly (readonly number[])[];
  readonly w2: readonly number[];
  readonly target: number;
  /** The learning rate η. */
  readonly rate: number;
  /** x W₁ */
  readonly hiddenNet: readonly number[];
  /** h = σ(x W₁) */
  readonly h: readonly number[];
  /** z = h W₂ */
  readonly z: number;
  /** y = σ(z) */
  readonly y: number;
  readonly loss: number;
  /** target − y = −∂E/∂y */
  readonly error: number;
  /** δ_out = (target − y) y (1 − y) = −∂E/∂z */
  readonly outputTerm: number;
  /** δ_out W₂ = −∂E/∂h: the error that reaches the hidden layer */
  readonly hiddenError: readonly number[];
  /** δ_hidden = δ_out W₂ ⊙ h (1 − h) = −∂E/∂(x W₁) */
  readonly hiddenTerm: readonly number[];
  /** ΔW₂ = η δ_out h = −η ∂E/∂W₂ */
  readonly dw2: readonly number[];
  /** ΔW₁ = η x δ_hidden = −η ∂E/∂W₁, [inputs][hidden] */
  readonly dw1: readonly (readonly number[])[];
}

const given = {
  x: [0.5, 0.1, -0.2],
  w1: [
    [0.5, -0.6],
    [0.1, -0.2],
    [0.1, 0.7],
  ],
  w2: [0.1, -0.3],
  target: 0.6,
  rate: 0.5,
};

export function lesson2(): Lesson2 {
  const { rate } = given;
  const error = gradThrough(({ w1, w2 }: { readonly w1: Tensor; readonly w2: Tensor }) => {
    const hiddenNet = tensor(given.x).matmul(w1);
    const h = hiddenNet.sigmoid();
    const z = h.matmul(w2);
    const y = z.sigmoid();
    return [halfSumOfSquares(y, tensor(given.target)), {}, { hiddenNet, h, z, y }];
  });
  const [[loss, , values], weights, gradients] = error({ w1: tensor(given.w1), w2: tensor(given.w2) });
  const dw1 = against(weights.w1, rate);
  const width = given.w2.length;
  return {
    ...given,
    hiddenNet: numbers(values.hiddenNet),
    h: numbers(values.h),
    z: values.z.item(),
    y: values.y.item(),
    loss: loss.item(),
    error: against(gradients.y)[0]!,
    outputTerm: against(gradients.z)[0]!,
    hiddenError: against(gradients.h),
    hiddenTerm: against(gradients.hiddenNet),
    dw2: against(weights.w2, rate),
    dw1: given.x.map((_, i) => dw1.slice(i * width, (i + 1) * width)),
  };
}
