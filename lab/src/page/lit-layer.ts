// The layer that is lit: by its own name, or by a number of it.
import { layerOf, type Network } from "../training/elements.ts";
import { highlight } from "./highlight.ts";

/** Index among the network's layers; undefined where none is lit. */
export function litLayer(network: Network): number | undefined {
  const [name] = highlight.get();
  return name === undefined ? undefined : layerOf(network, name);
}

/** Which of some names of layers, "layers.0", is lit: the one itself, or one of the same layer. */
export function litAmong(network: Network, names: readonly string[]): number | undefined {
  const [name] = highlight.get();
  const layer = litLayer(network);
  if (name === undefined || layer === undefined) return undefined;
  const own = names.indexOf(name);
  const at = own >= 0 ? own : names.findIndex((each) => layerOf(network, each) === layer);
  return at >= 0 ? at : undefined;
}
