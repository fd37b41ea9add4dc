// Walks through a model: the layers nested in a layer, and the tensors that all of them keep.
import { ChainruleError } from "../ir/errors.ts";
import type { Field } from "../ir/fields.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Tensor } from "../trace/tensor.ts";
import { childPath, type Layer, type TensorTree, type Variable, type Variables } from "./layer.ts";
import { layerRecord } from "./layers/index.ts";

export interface NestedLayer {
  /** In the layer that it is nested in: "layers.0". */
  readonly name: string;
  readonly layer: Layer;
}

/** Fields that hold nested layers: the name, and the layers in it. */
function nestedFields(layer: Layer) {
  const data: Readonly<Record<string, unknown>> = { ...layer };
  return Object.entries<Field<unknown>>(layerRecord(layer.kind).fields).flatMap(([name, { nested }]) =>
    nested === undefined ? [] : [{ name, value: data[name] as Layer | readonly Layer[] }],
  );
}

/** Undefined for a kind that nests no layers. */
export function nestedLayers(layer: Layer): readonly NestedLayer[] | undefined {
  const fields = nestedFields(layer);
  if (fields.length === 0) return undefined;
  return fields.flatMap(({ name, value }) =>
    Array.isArray(value)
      ? value.map((one: Layer, i) => ({ name: `${name}.${i}`, layer: one }))
      : [{ name, layer: value as Layer }],
  );
}

/** Layers within layers, at most: whatever walks through a model takes a few levels of the stack for each. */
export const deepest = 400;

/** Throws INVALID_ARGUMENT for a model whose layers are nested deeper. */
export function requireShallow(model: Layer): void {
  let level: readonly Layer[] = [model];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest)
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `Layers may be nested at most ${deepest} deep, and this model's are deeper. Give one sequential(…) all layers that follow each other.`,
      );
    level = level.flatMap((layer) => nestedLayers(layer)?.map((one) => one.layer) ?? []);
  }
}

/** Makes the variables of a model, each by its path: "layers.0.weight". */
export function makeVariables(
  layer: Layer,
  tensor: (variable: Variable, path: string) => Tensor,
  path = "",
): Variables {
  const { parameters = {}, buffers = {} } = layerRecord(layer.kind).variables?.(layer) ?? {};
  const own = (variables: Readonly<Record<string, Variable>>): Record<string, TensorTree[string]> =>
    Object.fromEntries(Object.entries(variables).map(([name, one]) => [name, tensor(one, childPath(path, name))]));
  const made = { parameters: own(parameters), buffers: own(buffers) };
  for (const { name, value } of nestedFields(layer)) {
    const isList = Array.isArray(value);
    const parts = [value]
      .flat()
      .map((inner: Layer, i) => makeVariables(inner, tensor, childPath(path, isList ? `${name}.${i}` : name)));
    made.parameters[name] = isList ? parts.map((part) => part.parameters) : parts[0]!.parameters;
    made.buffers[name] = isList ? parts.map((part) => part.buffers) : parts[0]!.buffers;
  }
  return made;
}

/** Numbers in all variables of a model. */
export function variableCount(layer: Layer): number {
  const { parameters = {}, buffers = {} } = layerRecord(layer.kind).variables?.(layer) ?? {};
  const own = [...Object.values(parameters), ...Object.values(buffers)].map(({ shape }) => sizeOf(shape));
  const nested = nestedLayers(layer)?.map((inner) => variableCount(inner.layer)) ?? [];
  return [...own, ...nested].reduce((sum, count) => sum + count, 0);
}
