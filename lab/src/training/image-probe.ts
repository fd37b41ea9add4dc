// An image that no row has: what the network makes of it, and the gradient that reaches each pixel.
import { ChainruleError, type CompiledFunction, compile, type Tensor, tensor, valueAndGrad } from "chainrule";
import { apply, lossOf, type Variables } from "chainrule/nn";
import type { ImageColumns } from "../sets/index.ts";
import type { Opened } from "./open.ts";

export interface ImageProbe {
  /** Of each class. */
  readonly probabilities: Float64Array;
  /** If the image were of the class in question. */
  readonly loss: number;
  /** ∂loss/∂pixel, row by row; 0 where no feature was made of the pixel, which is the same in every row for training. */
  readonly gradient: Float32Array;
}

export class ImageProber {
  readonly #opened: Opened;
  readonly #image: ImageColumns;
  readonly #look: CompiledFunction<
    [variables: Variables, x: Tensor, y: Tensor],
    readonly [loss: Tensor, probabilities: Tensor, gradient: Tensor]
  >;

  constructor(opened: Opened, image: ImageColumns) {
    this.#opened = opened;
    this.#image = image;
    const loss = lossOf(opened.options.loss);
    this.#look = compile(
      (variables: Variables, x: Tensor, y: Tensor) => {
        const [[value, output], gradient] = valueAndGrad(
          (pixels: Tensor) => {
            const made = apply(opened.model, variables, pixels);
            return [loss(made, y), made] as const;
          },
          { hasAux: true },
        )(x);
        return [value, output.softmax(-1), gradient] as const;
      },
      { deterministic: true, threads: 1 },
    );
  }

  /** `pixels`: row by row, from 0 to 1. `target`: index of the class that it is said to be of. */
  at(variables: Variables, pixels: ArrayLike<number>, target: number): ImageProbe {
    const { encode, features, classes } = this.#opened;
    const { columns } = this.#image;
    if (pixels.length !== columns.length || !(target in classes))
      throw new ChainruleError(
        "INVALID_ARGUMENT",
        `An image has ${columns.length} pixels and is of one of ${classes.length} classes; got ${pixels.length}, and class ${target}.`,
        { pixels: pixels.length, target },
      );
    const x = encode!([Object.fromEntries(columns.map((name, i) => [name, pixels[i]]))]);
    const [loss, probabilities, own] = this.#look(variables, x, tensor(Int32Array.of(target)));
    const at = new Map(features.map((name, f) => [name, f]));
    return {
      loss: loss.item(),
      probabilities: Float64Array.from(probabilities.data),
      gradient: Float32Array.from(columns, (name) => (at.has(name) ? own.data[at.get(name)!]! : 0)),
    };
  }

  /** The image of a row for training, and the index of its class. */
  row(row: number): { readonly pixels: Float32Array; readonly target: number } {
    const { table, prepared, options } = this.#opened;
    const at = prepared!.train.rowNumbers[row];
    if (at === undefined)
      throw new ChainruleError("INDEX_OUT_OF_RANGE", `There is no row ${row} for training.`, { row });
    const columns = new Map(table!.columns.map(({ name, cells }) => [name, cells]));
    return {
      pixels: Float32Array.from(this.#image.columns, (name) => Number(columns.get(name)!.at(at))),
      target: options.data.y.data[row]!,
    };
  }
}
