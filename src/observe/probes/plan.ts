// What is probed of a model: its values, units and parameters, with their shapes.
import { isFloat } from "../../ir/dtype.ts";
import { type Shape, sizeOf, type TensorType } from "../../ir/shape.ts";
import { type ActivationName, activations } from "../../nn/activation.ts";
import { childPath } from "../../nn/layer.ts";
import { layerRecord } from "../../nn/layers/index.ts";
import type { ChainPoint, LayerPoint } from "../chain.ts";
import { unitsOf } from "./slopes.ts";

export interface ProbePlan {
  readonly chain: readonly ProbedValue[];
  readonly activations: readonly ProbedActivation[];
  readonly dense: readonly ProbedDense[];
  readonly parameters: readonly ProbedParameter[];
  /** Rows of a step. */
  readonly batch: number;
  /** Those of them whose values are seen: fewer where ranks share them, or several passes. */
  readonly seen: number;
  /** Names of the columns of x, where it is [batch, features] of floats. */
  readonly features: readonly string[] | undefined;
}

/** A point of the chain that holds floats. */
export interface ProbedValue extends LayerPoint {
  /** Elements. */
  readonly size: number;
  /** Name of the value before it in the chain: undefined where that is the batch. */
  readonly input: string | undefined;
}

/** An activation that works element by element. */
export interface ProbedActivation extends Pick<ChainPoint, "name"> {
  readonly activation: ActivationName;
  readonly bounded: boolean;
  readonly units: number;
  readonly input: string | undefined;
}

/** A layer of rows with a `rowNorm`: dense, z = a W + b. */
export interface ProbedDense extends Pick<ChainPoint, "name"> {
  readonly rowNorm: number;
  /** Names of its own. */
  readonly parameters: readonly string[];
  readonly input: string | undefined;
}

export interface ProbedParameter {
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
  /** Whether it belongs to one of the `dense` layers. */
  readonly isDense: boolean;
}

/**
 * Plans the probes of a model by the shapes that a pass gave its values; values of no floats have no gradients. `x` are the rows that are
 * seen, of `batch` in a step; their columns have `names`, or those of NumPy.
 */
export function planProbes(
  points: readonly LayerPoint[],
  shapes: ReadonlyMap<string, Shape>,
  parameters: readonly { readonly name: string; readonly shape: Shape }[],
  x: TensorType,
  names: readonly string[] | undefined,
  batch = x.shape[0]!,
): ProbePlan {
  const shapeOf = ({ name }: ChainPoint): Shape => shapes.get(name)!;
  const chain = points
    .filter(({ name }) => shapes.has(name))
    .map((point, at, all) => ({ ...point, size: sizeOf(shapeOf(point)), input: all[at - 1]?.name }));
  const dense = chain.flatMap((point) => {
    const { name, layer, input } = point;
    if (layer === undefined || shapeOf(point).length !== 2) return [];
    const { rowNorm, variables } = layerRecord(layer.kind);
    const parameters = Object.keys(variables?.(layer).parameters ?? {});
    return rowNorm ? [{ name, rowNorm: rowNorm(layer), parameters, input }] : [];
  });
  const ofDense = new Set(dense.flatMap(({ name, parameters }) => parameters.map((part) => childPath(name, part))));
  return {
    chain,
    activations: chain.flatMap((point) => {
      const { name, layer, input } = point;
      const activation = layer && layerRecord(layer.kind).activation?.(layer);
      if (activation === undefined || !activations[activation].isElementwise) return [];
      const units = unitsOf(shapeOf(point));
      return [{ name, activation, bounded: activations[activation].isBounded, units, input }];
    }),
    dense,
    parameters: parameters.map(({ name, shape }) => ({ name, shape, size: sizeOf(shape), isDense: ofDense.has(name) })),
    batch,
    seen: x.shape[0]!,
    features: isFloat(x.dtype) && x.shape.length === 2 ? namesOf(x.shape[1]!, names) : undefined,
  };
}

const namesOf = (columns: number, names: readonly string[] | undefined): readonly string[] =>
  names ?? Array.from({ length: columns }, (_, column) => `x[:, ${column}]`);
