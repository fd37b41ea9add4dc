// In place of all-reduce.ts where a bundler builds for a browser (package.json, "browser"): no library can be loaded there.
import type { AllReduce } from "./communicator.ts";

export const loadAllReduce = (): AllReduce => {
  throw new Error("Only Node can load an MPI library.");
};
