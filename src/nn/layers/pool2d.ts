// What 2-d pooling layers have in common.
import { type Fields, type Kind, make, type Options, pair, whole } from "../../ir/fields.ts";
import { isRecord } from "../../ir/json.ts";
import type { LayerRecord } from "../layer.ts";
import { takesImages, windows } from "./check.ts";

/** Height and width, or one number for both. */
export type Size = number | readonly [number, number];

export const paired = (size: Size): readonly [number, number] => (typeof size === "number" ? [size, size] : size);

/** Options with both numbers of each pair; what is no object stays as it came, and is refused where the layer is made. */
export function withPairs<T extends { readonly kind: string }>({ fields }: Kind<T>, options: object): Options<T> {
  if (!isRecord(options)) return options as Options<T>;
  const isPair = (name: string) => (fields as Readonly<Record<string, { each?: unknown }>>)[name]?.each !== undefined;
  const both = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "number" && isPair(name) ? paired(value) : value,
  ]);
  return Object.fromEntries(both) as Options<T>;
}

export interface Pool2d<K extends string> {
  readonly kind: K;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
}

export interface Pool2dOptions {
  /** Default: the kernel's size. */
  readonly stride?: Size;
  readonly padding?: Size;
}

export function pool2dRecord<K extends "maxPool2d" | "avgPool2d">(kind: K): LayerRecord<Pool2d<K>> {
  const fields: Fields<Omit<Pool2d<K>, "kind">> = {
    kernel: pair(whole(1)),
    stride: pair(whole(1)),
    padding: pair(whole(0), [0, 0]),
  };
  return {
    kind,
    fields: fields as Fields<Pool2d<K>>,
    apply: ({ kernel, stride, padding }, { buffers }, x) => ({ y: x[kind](kernel, { stride, padding }), buffers }),
    output(layer, x, fail) {
      takesImages(kind, x, fail);
      const [height, width] = windows(kind, x.shape.slice(2), layer, [1, 1], fail);
      return { ...x, shape: [x.shape[0]!, x.shape[1]!, height!, width!] };
    },
  };
}

export function pool2d<K extends string>(
  record: LayerRecord<Pool2d<K>>,
  kernel: Size,
  options: Pool2dOptions,
): Pool2d<K> {
  const strided = isRecord(options) ? { ...options, stride: options.stride ?? kernel } : options;
  return make(record, withPairs(record, strided), { kernel: paired(kernel) } as Options<Pool2d<K>>);
}
