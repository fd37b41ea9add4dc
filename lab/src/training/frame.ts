// What the page draws of one moment of a training: the numbers of the network as they are, plain arrays that go over to it.
import type { Tensor } from "chainrule";
import type { HeldTraining } from "chainrule/train";
import { elementOf, placeIn } from "./element.ts";

export interface FrameRequest {
  /** Whose values and gradients: a row of the training rows, or the mean over the rows of the next step. */
  readonly row: number | "batch";
}

export interface Frame {
  /** Steps done. */
  readonly step: number;
  readonly epoch: number;
  /** Of the next step. */
  readonly learningRate: number;
  /** Of the row, or the mean over those of the next step, by the weights as they are. */
  readonly loss: number;
  /** The rows that the next step goes by. */
  readonly batch: readonly number[];
  /** Parameters by their names, row-major: "layers.0.weight" [inputs, outputs]. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** Shapes of the parameters by their names. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** ∂loss/∂parameter, by the same names. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
  /** Values by their names, one for each unit: of the row, or means. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** ∂loss/∂value of the same units; over several rows the mean of each row's own. */
  readonly deltas: Readonly<Record<string, Float32Array>>;
}

/** The row itself, or those of the next step. */
export function rowsOf(training: HeldTraining, row: FrameRequest["row"]): readonly number[] {
  if (row !== "batch") return [row];
  const batch = training.nextRows();
  return batch.length > 0 ? batch : [0];
}

/** A frame of a training between two steps. `deltas` and `values` are of vectors [rows, units] alone. */
export function frameOf(training: HeldTraining, { row }: FrameRequest): Frame {
  const batch = training.nextRows();
  const rows = rowsOf(training, row);
  const { loss, values, gradients } = training.look(rows);
  const own = training.names.flatMap((name) =>
    name.startsWith("parameters.") ? [name.slice("parameters.".length)] : [],
  );
  const named = (of: (name: string) => Float32Array) => Object.fromEntries(own.map((name) => [name, of(name)]));
  const units = Object.keys(values).filter((name) => values[name]!.shape.length === 2 && !own.includes(name));
  const perUnit = (tensors: Readonly<Record<string, Tensor>>, scale: number) =>
    Object.fromEntries(units.map((name) => [name, sumOverRows(tensors[name]!, scale)]));
  return {
    step: training.step,
    epoch: training.epoch,
    learningRate: training.learningRate,
    loss: loss.item(),
    batch,
    parameters: named((name) => Float32Array.from(training.read(`parameters.${name}`).data)),
    shapes: Object.fromEntries(own.map((name) => [name, training.shapeOf(`parameters.${name}`)])),
    gradients: named((name) => Float32Array.from(gradients[name]!.data)),
    values: perUnit(values, 1 / rows.length),
    // The loss is a mean over the rows, so the sum of these gradients is the mean of each row's own.
    deltas: perUnit(gradients, 1),
  };
}

function sumOverRows({ data, shape }: Tensor, scale: number): Float32Array {
  const [rows, units] = shape as [number, number];
  const sums = new Float32Array(units);
  for (let r = 0; r < rows; r++) for (let u = 0; u < units; u++) sums[u] = sums[u]! + data[r * units + u]! * scale;
  return sums;
}

/** The buffers of a frame, which can be handed over in place of copies. */
export const buffersOf = ({ parameters, gradients, values, deltas }: Frame): ArrayBuffer[] =>
  [parameters, gradients, values, deltas].flatMap((arrays) =>
    Object.values(arrays).map(({ buffer }) => buffer as ArrayBuffer),
  );

/** A parameter of a frame by its element; NaN where there is none. */
export function numberIn({ parameters, shapes }: Frame, element: string): number {
  const named = elementOf(element);
  const at = named && placeIn(shapes[named.name] ?? [], named.indices);
  return at === undefined ? Number.NaN : (parameters[named!.name]?.[at] ?? Number.NaN);
}
