// The name of one number, as `explain` takes it: "layers.0.weight[1,2]".

export interface ElementName {
  /** "layers.0.weight" */
  readonly name: string;
  /** [1, 2]; none of a scalar. */
  readonly indices: readonly number[];
}

/** Undefined where the text is no such name. */
export function elementOf(text: string): ElementName | undefined {
  const [, name, list] = /^([^[\]]+)(?:\[(\d+(?:,\d+)*)\])?$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { name, indices: list === undefined ? [] : list.split(",").map(Number) };
}

/** Its place among the elements of a tensor of a shape, row-major; undefined where there is no such element. */
export function placeIn(shape: readonly number[], indices: readonly number[]): number | undefined {
  if (indices.length !== shape.length || indices.some((index, axis) => index >= shape[axis]!)) return undefined;
  return indices.reduce((sum, index, axis) => sum * shape[axis]! + index, 0);
}
