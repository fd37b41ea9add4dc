// A small fixed part of the suite that docs/calibration.md counts: every verdict of its cases, held exactly.
import { expect, it } from "vitest";
import { fixedVerdicts } from "../calibration/fixed.mjs";

it("says of the fixed cases what it said", async () => {
  expect(await fixedVerdicts()).toMatchInlineSnapshot(`
    {
      "bad-initialization/huge biases/penguins": "bad-initialization (warning), dead-units (info)",
      "bad-initialization/zeros/penguins": "bad-initialization (warning)",
      "batch-too-small/momentum/fuel": "batch-too-small (severe), learning-rate-too-high (severe), dead-units (warning), overfitting (info)",
      "class-imbalance/one of several/penguins": "class-imbalance (info)",
      "constant-output/constant columns/penguins": "constant-output (severe), dead-units (warning), uninformative-features (warning), class-imbalance (warning)",
      "dead-units/biases of most units/penguins": "bad-initialization (severe), vanishing-gradient (severe), dead-units (severe), constant-output (severe), class-imbalance (warning)",
      "exploding-gradient/large weights/iris": "bad-initialization (severe), learning-rate-too-low (severe), exploding-gradient (severe), overfitting (warning)",
      "healthy/adam/penguins": "nothing",
      "healthy/defaults/fuel": "nothing",
      "healthy/defaults/iris": "nothing",
      "healthy/defaults/penguins": "nothing",
      "healthy/gelu, layer norm/fuel": "nothing",
      "healthy/sgd/fuel": "learning-rate-too-high (info)",
      "label-noise/any label/penguins": "label-noise (warning), overfitting (info)",
      "label-noise/exchanged values/fuel": "label-noise (info)",
      "leaking-feature/codes of the class/penguins": "nothing",
      "leaking-feature/noisy copy/fuel": "leaking-feature (warning)",
      "learning-rate-too-high/gradient descent/penguins": "dead-units (info), learning-rate-too-high (info)",
      "learning-rate-too-low/a thousandth/penguins": "learning-rate-too-low (severe)",
      "learning-rate-too-low/clipped to nothing/fuel": "learning-rate-too-low (severe)",
      "non-finite/NaN in a column/iris": "non-finite (severe)",
      "overfitting/products of columns/fuel": "nothing",
      "saturation/large weights/fuel": "bad-initialization (severe), saturation (severe), overfitting (warning)",
      "uninformative-features/targets of other rows/penguins": "uninformative-features (warning), class-imbalance (warning)",
      "unscaled-feature/a small unit/fuel": "unscaled-feature (severe), dead-units (warning)",
      "vanishing-gradient/deep sigmoid/penguins": "vanishing-gradient (severe), class-imbalance (warning)",
      "vanishing-gradient/small weights, deep tanh/fuel": "vanishing-gradient (warning)",
    }
  `);
});
