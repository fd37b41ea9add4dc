// In place of gemm.ts where a bundler builds for a browser (package.json, "browser"): no library can be loaded there.
import type { Gemm } from "./gemm.ts";

export const loadGemm = (): Gemm => {
  throw new Error("Only Node can load a BLAS.");
};
