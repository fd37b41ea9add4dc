// The chain-rule ledger of a network as it stands, on some rows.
import type { Layer } from "chainrule/nn";
import { chainOf, type LedgerRow, ledgerOf } from "chainrule/observe";
import type { HeldTraining } from "chainrule/train";

/** From the output to the input, by the weights that the next step begins with; without dropout, as after training. */
export function ledgerAt(training: HeldTraining, model: Layer, rows: readonly number[]): readonly LedgerRow[] {
  const { gradients } = training.look(rows);
  const chain = chainOf(model);
  const sizes = chain.map(({ name }) => {
    const data = gradients[name]?.data ?? [];
    return { rms: rms([data]), size: data.length };
  });
  return ledgerOf(chain, sizes, (layer) => {
    const prefix = layer === "" ? "" : `${layer}.`;
    return rms([`${prefix}weight`, `${prefix}bias`].flatMap((name) => gradients[name]?.data ?? []));
  });
}

/** √ mean x² over all of some arrays. */
function rms(arrays: readonly ArrayLike<number>[]): number {
  let [sum, count] = [0, 0];
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
    count += values.length;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
