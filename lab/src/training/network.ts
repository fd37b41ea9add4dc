// What a network looks like: its layers with weights, in the order of the forward pass, and the names of their numbers.
import type { Layer } from "chainrule/nn";
import { chainOf, type LayerPoint } from "chainrule/observe";

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
  /** γ of the normalisation behind it, "layers.1.weight", of shape [outputs]; absent where there is none. */
  readonly scale?: string;
  /** β of the same, "layers.1.bias". */
  readonly shift?: string;
  /** Name of the value that comes in: "x", or what the layer before it gives. */
  readonly input: string;
  /** Name of z, whose gradient is δ. */
  readonly z: string;
  /** Names of its values, from z to what it gives. */
  readonly values: readonly string[];
  /** Name of what it gives to the next layer: behind the activation. */
  readonly output: string;
  /** The activation's name; absent behind the last layer, mostly. */
  readonly activation?: string;
  /** What else stands between z and the output: "batchNorm", "dropout", "residual". */
  readonly others: readonly string[];
  /** Columns whose values are added to its output as they are (residual): 0 the features, c the outputs of the c-th layer. */
  readonly skips?: readonly number[];
}

/** Parameters that each unit has one of. */
export const unitParameters = ["bias", "scale", "shift"] as const;
export type UnitParameter = (typeof unitParameters)[number];

export const unitParametersOf = (layer: NetworkLayer): readonly UnitParameter[] =>
  unitParameters.filter((kind) => layer[kind] !== undefined);

/** The dense layers of a model; none where it has others with weights, which the page shows as charts alone. */
export function networkOf(model: Layer): readonly NetworkLayer[] {
  const chain = chainOf(model);
  const weighted = chain.flatMap((point, i) => (point.layer?.kind === "dense" ? [i] : []));
  const outputs = weighted.map((at, l) => behind(chain.slice(at, weighted[l + 1])).at(-1)!.name);
  return weighted.map((at, l): NetworkLayer => {
    const { name, layer } = chain[at]!;
    if (layer?.kind !== "dense") throw new TypeError("unreachable");
    const between = behind(chain.slice(at + 1, weighted[l + 1]));
    const activation = between.find((point) => point.layer?.kind === "activation")?.layer;
    const norm = between.find(({ layer: own }) => own?.kind === "batchNorm" || own?.kind === "layerNorm");
    const skips = between.flatMap((point) => {
      if (point.made !== "sum") return [];
      const fork = chain.findIndex(({ name: own }) => own === within(point.name, "input"));
      const column = fork === 0 ? 0 : outputs.indexOf(chain[fork - 1]!.name) + 1;
      return column > 0 || fork === 0 ? [column] : [];
    });
    return {
      path: name,
      inputs: layer.inputs,
      outputs: layer.outputs,
      weight: within(name, "weight"),
      ...(layer.bias && { bias: within(name, "bias") }),
      ...(norm && { scale: within(norm.name, "weight"), shift: within(norm.name, "bias") }),
      input: at === 0 ? "x" : chain[at - 1]!.name,
      z: name,
      values: [name, ...between.map((point) => point.name)],
      output: outputs[l]!,
      ...(activation?.kind === "activation" && { activation: activation.name }),
      others: between.flatMap(({ made }) => (made === "activation" ? [] : [made === "sum" ? "residual" : made])),
      ...(skips.length > 0 && { skips }),
    };
  });
}

const behind = (points: readonly LayerPoint[]): readonly LayerPoint[] => points.filter(({ made }) => made !== "fork");

const within = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
