// The BLAS of this machine.
import { findBlas } from "../backends/blas/find.ts";
import type { BlasLibrary } from "../backends/blas/gemm.ts";

/** A library, or why there is none. */
export type Blas =
  | { readonly library: BlasLibrary; readonly reason?: undefined }
  | { readonly library?: undefined; readonly reason: string };

/** Throws BLAS_NOT_FOUND as findBlas does. */
export const blasOf = (): Blas => findBlas();
