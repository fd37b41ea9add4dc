// Settings of what computes, and from which random numbers.
import { type BackendName, backendNames } from "../../backends/backend.ts";
import { prepareDefaults } from "../../data/prepare-options.ts";
import type { Setting } from "./setting.ts";
import { oneOf, onOrOff, whole } from "./value.ts";

export const seed: Setting<number> = {
  type: whole(0, 2 ** 32 - 1),
  flags: [{ flag: "--seed <n>", help: "the same seed repeats a run" }],
  default: prepareDefaults.seed,
  stated: true,
};

export const backend: Setting<BackendName> = {
  type: oneOf(backendNames),
  flags: [{ flag: "--backend <name>", help: "what computes" }],
  default: "auto",
  defaultWords: "auto, wasm with a BLAS where there is one",
  stated: true,
};

export const threads: Setting<number, number | undefined> = {
  type: whole(1),
  flags: [{ flag: "--threads <n>", help: "most threads that share a step" }],
  default: undefined,
  defaultWords: "as the processor has",
};

export const deterministic: Setting<boolean> = {
  type: onOrOff,
  flags: [
    {
      flag: "--deterministic",
      sets: true,
      help: "the same bits on every machine: no BLAS, no fused multiply-add",
    },
  ],
  default: false,
};
