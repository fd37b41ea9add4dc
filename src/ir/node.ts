// Modules of Node, asked for where they are used: no bundler sees them, and a page may load what can do without.
import { ChainruleError } from "./errors.ts";

/** `instead`: what a page does. Throws INVALID_ARGUMENT outside of Node. */
export function node<N extends keyof Modules>(name: N, instead = "In a page, give the bytes."): Modules[N] {
  const found = globalThis.process?.getBuiltinModule?.(name);
  if (found !== undefined) return found as Modules[N];
  throw new ChainruleError("INVALID_ARGUMENT", `Files on disk need Node. ${instead}`, { module: name });
}

interface Modules {
  readonly "node:crypto": typeof import("node:crypto");
  readonly "node:fs": typeof import("node:fs");
  readonly "node:fs/promises": typeof import("node:fs/promises");
  readonly "node:os": typeof import("node:os");
  readonly "node:path": typeof import("node:path");
  readonly "node:worker_threads": typeof import("node:worker_threads");
}
