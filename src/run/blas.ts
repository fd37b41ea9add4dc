// The BLAS of this machine, and from which size it beats the machine's own matrix product.
import { findBlas } from "../backends/blas/find.ts";
import type { BlasLibrary } from "../backends/blas/gemm.ts";
import type { Build } from "../backends/wasm/module.ts";
import { thresholdOf } from "./blas-threshold.ts";

/** A library and the multiply-adds of the smallest product it computes; or why there is none. */
export type Blas =
  | { readonly library: BlasLibrary; readonly from: number; readonly reason?: undefined }
  | { readonly library?: undefined; readonly reason: string };

/** Throws BLAS_NOT_FOUND as findBlas does. Measures the size where no earlier process did. */
export function blasOf(build: Build): Blas {
  const search = findBlas();
  return search.library ? { library: search.library, from: thresholdOf(search.library, build) } : search;
}
