// The backends by name.
import type { Backend, BackendName } from "../backends/backend.ts";
import { reference } from "../backends/reference/reference.ts";
import { wasm } from "../backends/wasm/wasm.ts";
import { ChainruleError } from "../ir/errors.ts";

const backends: Readonly<Record<BackendName, Backend>> = { reference, wasm };

export const backendNames = Object.keys(backends) as BackendName[];

/** Throws INVALID_ARGUMENT for an unknown name. */
export function backendOf(name: BackendName): Backend {
  if (Object.hasOwn(backends, name)) return backends[name];
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `There is no backend ${JSON.stringify(name)}; choose one of ${backendNames.join(", ")}.`,
    { backend: name },
  );
}
