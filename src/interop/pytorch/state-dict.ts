// Weights as PyTorch names and shapes them: the state_dict of a torch module of the same layers, in safetensors.
import type { Layer, LayerKind, TensorTree, Variables } from "../../nn/layer.ts";
import { nestedLayers, requireShallow } from "../../nn/structure.ts";
import type { Tensor } from "../../trace/tensor.ts";
import { encodeSafetensors, type SafetensorsTensor } from "../../train/safetensors.ts";

type Entry = readonly [name: string, tensor: SafetensorsTensor];
/** A layer's own tensors, by the names that they have here. */
type Own = Readonly<Record<string, Tensor>>;

const float32 = (shape: readonly number[], data: ArrayLike<number>): SafetensorsTensor => ({
  dtype: "F32",
  shape,
  data: Float32Array.from(data),
});

const asIs = (tensor: Tensor): SafetensorsTensor => float32(tensor.shape, tensor.data);

/** [rows, columns] → [columns, rows]: torch computes x Wᵀ. */
function transposed({ shape, data }: Tensor): SafetensorsTensor {
  const [rows, columns] = shape as readonly [number, number];
  const at = (i: number): number => data[(i % rows) * columns + Math.floor(i / rows)]!;
  return float32(
    [columns, rows],
    Array.from({ length: data.length }, (_, i) => at(i)),
  );
}

/** Tensors one below the other. */
function stacked(parts: readonly SafetensorsTensor[]): SafetensorsTensor {
  const [first] = parts;
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return float32(
    [rows, ...first!.shape.slice(1)],
    parts.flatMap(({ data }) => Array.from(data as Float32Array)),
  );
}

/** Under the same names. */
const same = (own: Own): Entry[] => Object.entries(own).map(([name, tensor]) => [name, asIs(tensor)]);

/** What kinds of layers have in a state_dict, in torch's order, where it is not what they have here under the same names. */
const entries: { readonly [K in LayerKind]?: (own: Own) => readonly Entry[] } = {
  dense: ({ weight, bias }) => [["weight", transposed(weight!)], ...(bias ? [["bias", asIs(bias)] as const] : [])],
  multiHeadAttention: (own) => {
    const three = ["query", "key", "value"].map((name) => [own[`${name}Weight`]!, own[`${name}Bias`]] as const);
    const out = own.outputBias;
    const biases: Entry[] =
      out === undefined
        ? []
        : [
            ["in_proj_bias", stacked(three.map(([, bias]) => asIs(bias!)))],
            ["out_proj.bias", asIs(out)],
          ];
    return [
      ["in_proj_weight", stacked(three.map(([weight]) => transposed(weight)))],
      ["out_proj.weight", transposed(own.outputWeight!)],
      ...biases,
    ];
  },
  batchNorm: ({ weight, bias, mean, var: variance }) => [
    ["weight", asIs(weight!)],
    ["bias", asIs(bias!)],
    ["running_mean", asIs(mean!)],
    ["running_var", asIs(variance!)],
    // Batches are not counted here, and torch asks for a count only where its momentum is None.
    ["num_batches_tracked", { dtype: "I64", shape: [], data: new BigInt64Array(1) }],
  ],
};

/** Layers of a sequence are numbered, as in nn.Sequential; that of a residual is `layer`. */
const torchName = (name: string): string => name.replace(/^layers\./, "");

function entriesOf(layer: Layer, { parameters, buffers }: Variables): Entry[] {
  const nested = nestedLayers(layer) ?? [];
  if (nested.length === 0) return [...(entries[layer.kind] ?? same)({ ...parameters, ...buffers } as Own)];
  return nested.flatMap((inner) => {
    const own = { parameters: within(parameters, inner.name), buffers: within(buffers, inner.name) };
    return entriesOf(inner.layer, own).map(([name, tensor]): Entry => [`${torchName(inner.name)}.${name}`, tensor]);
  });
}

/** "layers.0" of a tree. */
const within = (tree: TensorTree, path: string): TensorTree =>
  path
    .split(".")
    .reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>> | undefined)?.[key], tree) as TensorTree;

/**
 * The weights of a network as a file of safetensors that a torch module of the same layers loads with
 * `module.load_state_dict(safetensors.torch.load_file(path))`: weights of dense layers [outputs, inputs], layers numbered as in
 * nn.Sequential, in float32. Which torch module each layer is: docs/export.md.
 *
 * @throws ChainruleError INVALID_ARGUMENT for a model that is nested too deep
 * @example
 * const model = sequential(dense(4, 8), batchNorm(8), activation("relu"), dense(8, 3));
 * const bytes = encodeStateDict(model, initialize(model)); // 0.weight [8, 4], 0.bias, 1.weight … 3.bias
 */
export function encodeStateDict(model: Layer, variables: Variables): Uint8Array<ArrayBuffer> {
  requireShallow(model);
  // As transformers and others mark such files.
  return encodeSafetensors(new Map(entriesOf(model, variables)), { format: "pt" });
}
