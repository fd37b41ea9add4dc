// Clipping: gradients made smaller before an update.
import type { Tensor } from "../trace/tensor.ts";
import { flatten, mapTree } from "../trace/tree.ts";

/** √ Σ g² over all tensors of a tree. */
export const globalNorm = (gradients: unknown): Tensor =>
  flatten(gradients)
    .leaves.map((g) => g.square().sum())
    .reduce((sum, square) => sum.add(square))
    .sqrt();

/** What clipByNorm adds to the norm: so that a gradient of 0 does not divide by 0. */
export const clipEpsilon = 1e-6;

/** All gradients times min(1, maximum / (‖g‖ + 1e−6)), ‖g‖ the norm of all together (Pascanu et al. 2013). */
export function clipByNorm<G>(gradients: G, maximum: number): G {
  const factor = globalNorm(gradients).add(clipEpsilon).reciprocal().mul(maximum).minimum(1);
  return mapTree(gradients, (g) => g.mul(factor));
}

/** Every element limited to −maximum … maximum. */
export const clipByValue = <G>(gradients: G, maximum: number): G =>
  mapTree(gradients, (g) => g.maximum(-maximum).minimum(maximum));
