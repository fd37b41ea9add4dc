// Numbers of a network by their names: "layers.0.weight[1,2]", "layers.0.bias[2]", a unit "layers.1[3]", an input "x[0,1]".
import { elementOf as elementName } from "./element.ts";
import type { Frame } from "./frame.ts";
import { type NetworkLayer, type UnitParameter, unitParameters } from "./network.ts";

export type Element =
  /** Of layer `layer`: W[from, to]. */
  | { readonly kind: "weight"; readonly layer: number; readonly from: number; readonly to: number }
  | { readonly kind: UnitParameter; readonly layer: number; readonly to: number }
  /** What unit `to` of a layer gives, behind the activation. */
  | { readonly kind: "unit"; readonly layer: number; readonly to: number }
  | { readonly kind: "input"; readonly from: number };

export interface Network {
  readonly layers: readonly NetworkLayer[];
  readonly features: readonly string[];
}

export const isParameter = ({ kind }: Element): boolean => kind !== "unit" && kind !== "input";

export function nameOf({ layers }: Network, element: Element): string {
  if (element.kind === "input") return `x[0,${element.from}]`;
  const layer = layers[element.layer]!;
  if (element.kind === "weight") return `${layer.weight}[${element.from},${element.to}]`;
  return `${element.kind === "unit" ? layer.output : layer[element.kind]}[${element.to}]`;
}

/**
 * The number that a name means, with the rows of its index left out: "layers.1[0,3]" and its z "layers.0[0,3]" are unit 3 of the first layer.
 * What enters the layers of a residual, a copy of what came before, is that. Undefined where the network has none.
 */
export function elementOf({ layers, features }: Network, text: string): Element | undefined {
  const { name, indices = [] } = elementName(text) ?? {};
  const last = indices.at(-1);
  if (name === undefined || last === undefined) return undefined;
  if (name === "x") return last < features.length ? { kind: "input", from: last } : undefined;
  for (const [layer, one] of layers.entries()) {
    const { weight, input, output, z, inputs, outputs } = one;
    if (name === input && layer > 0 && last < inputs) return { kind: "unit", layer: layer - 1, to: last };
    if (last >= outputs) continue;
    if (name === weight && indices.length === 2 && indices[0]! < inputs)
      return { kind: "weight", layer, from: indices[0]!, to: last };
    const kind = indices.length === 1 ? unitParameters.find((each) => one[each] === name) : undefined;
    if (kind !== undefined) return { kind, layer, to: last };
    if (name === output || name === z) return { kind: "unit", layer, to: last };
  }
  return undefined;
}

/** Index of the layer that a name is of: of one of its numbers, of its values, "layers.1", or its path. Undefined for inputs and what is unknown. */
export function layerOf(network: Network, text: string): number | undefined {
  const element = elementOf(network, text);
  if (element !== undefined) return element.kind === "input" ? undefined : element.layer;
  const at = network.layers.findIndex(({ path, values }) => path === text || values.includes(text));
  return at < 0 ? undefined : at;
}

/** The name under which its arithmetic is asked for: of a unit its z, whose gradient is δ. */
export function explainedName({ layers }: Network, element: Element): string {
  if (element.kind === "unit") return `${layers[element.layer]!.z}[0,${element.to}]`;
  return nameOf({ layers, features: [] }, element);
}

/** float32 of the frame: the number itself, and ∂loss/∂it (of a unit by its z: δ). */
export function numbersOf(
  { layers }: Network,
  element: Element,
  { parameters, gradients, values, deltas }: Frame,
): { readonly value: number; readonly gradient: number } {
  const at = (array: Float32Array | undefined, index: number): number => array?.[index] ?? Number.NaN;
  if (element.kind === "input") return { value: at(values.x, element.from), gradient: at(deltas.x, element.from) };
  const layer = layers[element.layer]!;
  const { output, z, outputs } = layer;
  if (element.kind === "unit") return { value: at(values[output], element.to), gradient: at(deltas[z], element.to) };
  const name = layer[element.kind] ?? "";
  const index = element.kind === "weight" ? element.from * outputs + element.to : element.to;
  return { value: at(parameters[name], index), gradient: at(gradients[name], index) };
}

/** "Layer 1: tanh, 4 units" */
export function layerWords({ layers }: Network, at: number): string {
  const { activation, outputs } = layers[at]!;
  const what = activation ?? (at === layers.length - 1 ? "output" : "linear");
  return `Layer ${at + 1}: ${what}, ${outputs === 1 ? "1 unit" : `${outputs} units`}`;
}

const unitParameterWords: Readonly<Record<UnitParameter, string>> = {
  bias: "Bias",
  scale: "Scale γ",
  shift: "Shift β",
};

/** "Unit 1 of layer 1": units are counted from 0 and layers from 1, as in formulas. */
export function wordsOf({ layers, features }: Network, element: Element): string {
  if (element.kind === "input") return `Input ${features[element.from]}`;
  const unit = (layer: number, at: number) => {
    if (layer < 0) return features[at]!;
    return layer === layers.length - 1 ? `output ${at}` : `unit ${at} of layer ${layer + 1}`;
  };
  const { kind, layer, to } = element;
  if (kind === "weight") return `Weight from ${unit(layer - 1, element.from)} to ${unit(layer, to)}`;
  if (kind !== "unit") return `${unitParameterWords[kind]} of ${unit(layer, to)}`;
  const words = unit(layer, to);
  return `${words[0]!.toUpperCase()}${words.slice(1)}`;
}
