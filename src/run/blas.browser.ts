// In place of blas.ts where a bundler builds for a browser (package.json, "browser"): no search, no file names.
import type { Blas } from "./blas.ts";

export const blasOf = (): Blas => ({ reason: "only Node can load one" });
