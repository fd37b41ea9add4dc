// What a network looks like: its layers with weights, in the order of the forward pass, and the names of their numbers.
import type { Layer } from "chainrule/nn";
import { chainOf } from "chainrule/observe";

/** A dense layer with what follows it up to the next one: z = a W + b, and what becomes of z. */
export interface NetworkLayer {
  /** "layers.0" */
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  /** "layers.0.weight", of shape [inputs, outputs]. */
  readonly weight: string;
  /** "layers.0.bias", of shape [outputs]; absent where it has none. */
  readonly bias?: string;
  /** Name of the value that comes in: "x", or what the layer before it gives. */
  readonly input: string;
  /** Name of z, whose gradient is δ. */
  readonly z: string;
  /** Name of what it gives to the next layer: behind the activation. */
  readonly output: string;
  /** The activation's name; absent behind the last layer, mostly. */
  readonly activation?: string;
  /** What else stands between z and the output: "batchNorm", "dropout", "residual". */
  readonly others: readonly string[];
}

/** The dense layers of a model; none where it has others with weights, which the page shows as charts alone. */
export function networkOf(model: Layer): readonly NetworkLayer[] {
  const chain = chainOf(model);
  const weighted = chain.flatMap((point, i) => (point.layer?.kind === "dense" ? [i] : []));
  return weighted.map((at, l): NetworkLayer => {
    const { name, layer } = chain[at]!;
    if (layer?.kind !== "dense") throw new TypeError("unreachable");
    const end = weighted[l + 1] ?? chain.length;
    const between = chain.slice(at + 1, end).filter(({ made }) => made !== "fork");
    const activation = between.find((point) => point.layer?.kind === "activation")?.layer;
    const prefix = name === "" ? "" : `${name}.`;
    return {
      path: name,
      inputs: layer.inputs,
      outputs: layer.outputs,
      weight: `${prefix}weight`,
      ...(layer.bias && { bias: `${prefix}bias` }),
      input: at === 0 ? "x" : chain[at - 1]!.name,
      z: name,
      output: between.at(-1)?.name ?? name,
      ...(activation?.kind === "activation" && { activation: activation.name }),
      others: between.flatMap(({ made }) => (made === "activation" ? [] : [made === "sum" ? "residual" : made])),
    };
  });
}
