// Poisson loss: counts and rates, the network giving the logarithm of the rate.
import { mean } from "../../ir/stats.ts";
import { defineLoss } from "./loss.ts";
import { ofRates } from "./targets.ts";

/** ln 0 is taken at this number: times 0 it is 0 all the same, and finite. */
const tiny = 1e-30;

/** t ln(t / μ) − (t − μ), 0 where the rate μ is t; of t = 0: μ. */
const halfDeviance = (rate: number, t: number): number => (t === 0 ? rate : t * Math.log(t / rate) - t + rate);

/**
 * Half the Poisson deviance of targets t ≥ 0, counts or rates, from the logarithm z of the rate, mean: e^z − t z + (t ln t − t),
 * of which the bracket does not depend on z and makes it 0 where e^z = t (McCullagh and Nelder 1989, 2.3). Outputs and targets have one
 * shape. Throws SHAPE_MISMATCH.
 *
 * ```ts
 * poisson(tensor([0, 0]), tensor([1, 0])).item() // 0.5
 * ```
 */
export const poisson = defineLoss({
  name: "poisson",
  ...ofRates,
  perExample: (z, target) =>
    z
      .exp()
      .sub(target.mul(z))
      .add(target.mul(target.maximum(tiny).log()).sub(target)),
  reduction: "mean",
  // The best constant rate is the mean.
  constantLoss: (targets) => {
    const rate = mean(targets);
    return mean(targets, (t) => halfDeviance(rate, t));
  },
  unitPower: 1,
  measure: (rates, targets) => {
    let sum = 0;
    for (let i = 0; i < targets.length; i++) sum += halfDeviance(rates[i]!, targets[i]!);
    return { deviance: (2 * sum) / targets.length };
  },
});
