// What every machine asks of its callers, in one set of words.
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatType, sizeOf } from "../ir/shape.ts";
import type { View } from "../plan/plan.ts";

/** Throws SHAPE_MISMATCH unless `data` has as many elements as the view. */
export function requireSize(view: View, data: TypedArray): void {
  const elements = sizeOf(view.shape);
  if (data.length === elements) return;
  throw new ChainruleError(
    "SHAPE_MISMATCH",
    `A value of ${formatType(view)} has ${elements} elements; ${data.length} were given.`,
    { shape: view.shape, length: data.length },
  );
}

/** Throws INVALID_ARGUMENT for a name that the plan does not have. */
export function programOf<P>(programs: ReadonlyMap<string, P>, name: string): P {
  const program = programs.get(name);
  if (program !== undefined) return program;
  const known = [...programs.keys()].join(", ");
  throw new ChainruleError("INVALID_ARGUMENT", `This plan has no program "${name}"; it has ${known}.`, {
    program: name,
  });
}

/** What there is until the machine is disposed of. Throws DISPOSED afterwards. */
export function requireAlive<T>(part: T | undefined): T {
  if (part !== undefined) return part;
  throw new ChainruleError("DISPOSED", "This machine was disposed; load the plan again to go on.");
}
