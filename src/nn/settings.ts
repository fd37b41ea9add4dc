// Checks of layers' settings.
import { ChainruleError } from "../ir/errors.ts";

/** Throws INVALID_ARGUMENT unless every setting is a whole number of at least 1. */
export function whole(layer: string, settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${layer}: ${name} must be a whole number of at least 1; got ${value}.`,
      {
        layer,
        [name]: value,
      },
    );
  }
}

export const pair = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === "number" ? [value, value] : value;
