// Layers of images: convolution, pools, flatten; values by hand.
import { describe, expect, it } from "vitest";
import { type Tensor, tensor } from "../../index.ts";
import { avgPool2d, conv2d, flatten, initialize, maxPool2d } from "../index.ts";
import { counting, gives, none, numbers } from "../layer-checks.ts";

describe("conv2d", () => {
  it("slides the kernel, with a bias a channel", () => {
    // 3 × 3 image 0 … 8; kernels: the sum of a 2 × 2 window, and its upper left.
    const weight = tensor(Float64Array.of(1, 1, 1, 1, 1, 0, 0, 0), { shape: [2, 1, 2, 2] });
    const variables = { parameters: { weight, bias: tensor([0.5, -1]) }, buffers: {} };
    const expected = [8.5, 12.5, 20.5, 24.5, -1, 0, 2, 3];
    gives(conv2d(1, 2, 2), variables, counting(1, 1, 3, 3), [1, 2, 2, 2], expected);
  });

  it("by strides, padding, dilation and groups", () => {
    const weight = tensor(Float64Array.of(1, 2, 3, 4), { shape: [1, 1, 2, 2] });
    const bare = { parameters: { weight }, buffers: {} };
    const image = counting(1, 1, 3, 3);
    // At every corner one element of the kernel meets the image.
    const padded = conv2d(1, 1, 2, { bias: false, stride: 3, padding: 1 });
    gives(padded, bare, image, [1, 1, 2, 2], [4 * 0, 3 * 2, 2 * 6, 1 * 8]);
    gives(
      conv2d(1, 1, 2, { bias: false, stride: 2, padding: 1 }),
      bare,
      image,
      [1, 1, 2, 2],
      [0, 3 + 8, 6 + 24, 4 + 10 + 21 + 32],
    );
    gives(conv2d(1, 1, 2, { bias: false, dilation: 2 }), bare, image, [1, 1, 1, 1], [0 + 4 + 18 + 32]);
    const grouped = { parameters: { weight: tensor(Float64Array.of(10, 100), { shape: [2, 1, 1, 1] }) }, buffers: {} };
    gives(conv2d(2, 2, 1, { bias: false, groups: 2 }), grouped, counting(1, 2, 1, 2), [1, 2, 1, 2], [0, 10, 200, 300]);
  });

  it("draws a weight [outputs, inputs / groups, kernel] by the window's fan-in", () => {
    const { weight } = initialize(conv2d(8, 64, [3, 5], { groups: 2 })).parameters as { weight: Tensor };
    expect(weight.shape).toEqual([64, 4, 3, 5]);
    const bound = Math.sqrt(6 / (4 * 15));
    const largest = Math.max(...numbers(weight).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.99 * bound);
  });
});

describe("pools and flatten", () => {
  const image = counting(1, 1, 4, 4);

  it("max", () => {
    gives(maxPool2d(2), none, image, [1, 1, 2, 2], [5, 7, 13, 15]);
    gives(maxPool2d(3, { stride: 1 }), none, image, [1, 1, 2, 2], [10, 11, 14, 15]);
    gives(
      maxPool2d(2, { padding: 1 }),
      none,
      image.sub(20),
      [1, 1, 3, 3],
      [0, 2, 3, 8, 10, 11, 12, 14, 15].map((v) => v - 20),
    );
  });

  it("average, padding counting as zeros", () => {
    gives(avgPool2d(2), none, image, [1, 1, 2, 2], [2.5, 4.5, 10.5, 12.5]);
    gives(avgPool2d([1, 4]), none, image, [1, 1, 4, 1], [1.5, 5.5, 9.5, 13.5]);
    gives(avgPool2d(2, { stride: 4, padding: 1 }), none, image, [1, 1, 2, 2], [0, 0.75, 3, 3.75]);
  });

  it("flatten keeps the batch", () => {
    gives(
      flatten(),
      none,
      counting(2, 3, 1, 2),
      [2, 6],
      Array.from({ length: 12 }, (_, i) => i),
    );
    gives(flatten(), none, counting(2), [2, 1], [0, 1]);
  });
});
