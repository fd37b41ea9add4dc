// Networks that differ from a recipe's in some settings: each as it begins, from the same seed, on all rows for training.
import { gradThrough, type Tensor } from "chainrule";
import { apply, initialize, isLossName, type Layer, lossRecord, type TensorTree } from "chainrule/nn";
import { chainOf, type LedgerRow, ledgerOf } from "chainrule/observe";
import type { Settings } from "chainrule/train";
import type { Recipe } from "../recipe/recipe.ts";
import { type OwnFile, openRecipe } from "./open.ts";

export interface Variant {
  /** From the output to the input, by the initial weights. */
  readonly ledger: readonly LedgerRow[];
  readonly loss: number;
}

export async function variantOf(recipe: Recipe, changes: Settings, file?: OwnFile): Promise<Variant> {
  const { model, options } = await openRecipe({ ...recipe, settings: { ...recipe.settings, ...changes } }, file);
  const { data, seed = 0, variables = initialize(model, seed) } = options;
  const loss = typeof options.loss === "string" && isLossName(options.loss) ? lossRecord(options.loss) : options.loss;
  if (typeof loss === "string") throw new TypeError(`There is no loss "${loss}".`);
  const { buffers, parameters } = variables;
  const [[value], own, gradients] = gradThrough((p: TensorTree): [Tensor, null, Record<string, Tensor>] => {
    const values: Record<string, Tensor> = {};
    const output = apply(model, { parameters: p, buffers }, data.x, (name, one) => (values[name] = one));
    return [loss(output, data.y), null, values];
  })(parameters);
  return { ledger: ledgerFrom(model, own, gradients), loss: value.item() };
}

function ledgerFrom(
  model: Layer,
  parameters: TensorTree,
  values: Readonly<Record<string, Tensor>>,
): readonly LedgerRow[] {
  const sizes = chainOf(model).map(({ name }) => {
    const one = values[name];
    return one === undefined ? { rms: 0, size: 0 } : { rms: one.square().mean().sqrt().item(), size: one.size };
  });
  return ledgerOf(chainOf(model), sizes, (layer) => {
    const leaves = Object.values(at(parameters, layer)) as readonly Tensor[];
    const squares = leaves.reduce((sum, leaf) => sum + leaf.square().sum().item(), 0);
    return Math.sqrt(squares / leaves.reduce((sum, { size }) => sum + size, 0));
  });
}

/** The parameters of the layer at a path, "layers.0". */
function at(tree: TensorTree, path: string): Readonly<Record<string, unknown>> {
  let own = tree as Readonly<Record<string, unknown>>;
  for (const key of path.split(".").filter((one) => one !== "")) own = own[key] as Readonly<Record<string, unknown>>;
  return own;
}
