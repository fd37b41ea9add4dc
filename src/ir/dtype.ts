// Element types: their names, storage and promotion.

import { ChainruleError } from "./errors.ts";

/**
 * float32 and float64 are IEEE 754; bool is 0 or 1. Arithmetic of int32 wraps modulo 2³², casts to it saturate
 * (docs/decisions/0019-int32.md).
 */
export type DType = "float32" | "float64" | "int32" | "bool";
export type FloatDType = "float32" | "float64";

/** Row-major elements of a tensor, as the host holds them. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Names as they stand in printed graphs: `f32[64,128]`. */
export const shortNames: Record<DType, string> = { float32: "f32", float64: "f64", int32: "i32", bool: "bool" };

export const isFloat = (dtype: DType): dtype is FloatDType => dtype === "float32" || dtype === "float64";

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;

/** Zeros. Throws OUT_OF_MEMORY where there is no room for so many. */
export function allocate(dtype: DType, length: number): TypedArray {
  try {
    return new arrays[dtype](length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const bytes = length * arrays[dtype].BYTES_PER_ELEMENT;
    throw new ChainruleError(
      "OUT_OF_MEMORY",
      `There is no room for ${length.toLocaleString("en")} elements of ${dtype} (${(bytes / 2 ** 30).toPrecision(3)} GiB). Use smaller shapes.`,
      { dtype, length, bytes },
      { cause: error },
    );
  }
}

export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  return data instanceof Int32Array ? "int32" : "bool";
}

/**
 * What a number becomes as each element type. To int32 it loses its fraction; beyond −2³¹ … 2³¹ − 1 it becomes the nearest
 * of these, and NaN 0, as in WebAssembly's i32.trunc_sat_f64_s.
 */
export const conversions: Readonly<Record<DType, (x: number) => number>> = {
  float64: (x) => x,
  float32: Math.fround,
  int32: (x) => (x >= 2 ** 31 ? 2 ** 31 - 1 : x <= -(2 ** 31) ? -(2 ** 31) : x | 0),
  bool: (x) => (x !== 0 ? 1 : 0),
};

/** Elements of `data` in the storage of `dtype`, as a cast gives them; the same array where it already is. */
export function convert(data: TypedArray, dtype: DType): TypedArray {
  if (dtypeOf(data) === dtype) return data;
  const out = allocate(dtype, data.length);
  if (isFloat(dtype)) out.set(data);
  else for (let i = 0; i < data.length; i++) out[i] = conversions[dtype](data[i]!);
  return out;
}

const rank: Record<DType, number> = { bool: 0, int32: 1, float32: 2, float64: 3 };

/** The wider of two element types: bool < int32 < float32 < float64. */
export const promote = (a: DType, b: DType): DType => (rank[a] >= rank[b] ? a : b);
