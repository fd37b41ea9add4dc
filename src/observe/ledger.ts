// The chain-rule ledger: what each step back through a model does to the size of the gradient, as exact factors.
import { type ChainPoint, isWeighted } from "./chain.ts";

/**
 * One layer with weights, z = a W + b. With δ = ∂loss/∂z here, δ⁺ the same of the next layer towards the output, and
 * g = ∂loss/∂(input of the next layer):
 *
 *     ‖δ‖ / ‖δ⁺‖  =  (‖g‖ / ‖δ⁺‖)  ×  (‖δ‖ / ‖g‖)
 *     attenuation     weightFactor     activationFactor
 *
 * Everything that stands between the two layers is in the activation factor: the activation, normalisation, pooling,
 * dropout. Where a residual x + f(x) ends on the way back, the gradient of x is the sum of the one that came through f
 * and the one that came through the identity: ‖∂loss/∂x‖ / ‖what came through f‖ is the skip factor, a third one. Where
 * nothing came through f, its layers have 0, and the layer before it is compared with the one behind the sum: its skip
 * factor is ‖∂loss/∂x‖ / ‖∂loss/∂(x + f(x))‖.
 */
export interface LedgerRow {
  /** Path of the layer: "layers.0". */
  readonly layer: string;
  /** RMS of ∂loss/∂parameters of the layer. */
  readonly gradientRms: number;
  /** RMS of δ. */
  readonly deltaRms: number;
  readonly weightFactor: number;
  readonly activationFactor: number;
  /** 1 where no residual ends between this layer and the next. */
  readonly skipFactor: number;
  /** ‖δ‖ / ‖δ⁺‖; 1 in the first row. */
  readonly attenuation: number;
  /** ‖δ‖ / ‖δ of the layer nearest to the output‖: the product of the attenuations so far. */
  readonly product: number;
}

/** What is known of a value on the way back. */
export interface Gradient {
  /** √ mean (∂loss/∂value)² */
  readonly rms: number;
  /** Number of elements. */
  readonly size: number;
}

/**
 * Rows from the output to the input. `gradients` has one entry per point of `chain`; `parameterRms` gives the RMS of a
 * layer's parameter gradients.
 */
export function ledgerOf(
  chain: readonly ChainPoint[],
  gradients: readonly Gradient[],
  parameterRms: (layer: string) => number,
): LedgerRow[] {
  const norms = gradients.map(({ rms, size }) => rms * Math.sqrt(size));
  const rows: LedgerRow[] = [];
  let factors: Factors = one;
  /** Point of the row before, towards the output. */
  let last = -1;
  let output = -1;
  /** Sums of residuals that are being gone through, with what held behind them. */
  const sums: { readonly at: number; readonly factors: Factors; readonly last: number }[] = [];
  for (let i = chain.length - 1; i >= 0; i--) {
    const point = chain[i]!;
    if (isWeighted(point)) {
      if (output < 0) output = last = i;
      rows.push({
        layer: point.name,
        gradientRms: parameterRms(point.name),
        deltaRms: gradients[i]!.rms,
        ...factors,
        attenuation: quotient(norms[i]!, norms[last]!),
        product: quotient(norms[i]!, norms[output]!),
      });
      factors = one;
      last = i;
    }
    if (point.made === "sum") sums.push({ at: i, factors, last });
    const sum = point.made === "fork" ? sums.pop() : undefined;
    if (output < 0 || i === 0) continue;
    const passed = norms[i - 1]!;
    if (sum !== undefined && sum.last >= 0 && norms[i] === 0 && passed > 0) {
      const { skipFactor } = sum.factors;
      factors = { ...sum.factors, skipFactor: skipFactor * quotient(passed, norms[sum.at]!) };
      last = sum.last;
      continue;
    }
    const factor = quotient(passed, norms[i]!);
    const name = isWeighted(point) ? "weightFactor" : point.made === "fork" ? "skipFactor" : "activationFactor";
    factors = { ...factors, [name]: factors[name] * factor };
  }
  return rows;
}

type Factors = Pick<LedgerRow, "weightFactor" | "activationFactor" | "skipFactor">;

const one: Factors = { weightFactor: 1, activationFactor: 1, skipFactor: 1 };

/** Where nothing is left of a gradient, nothing comes after it: 0 / 0 is 0. */
const quotient = (a: number, b: number): number => (a === 0 ? 0 : a / b);
