// What every backend must do, as a list of checks; the reference interpreter says what is right.
import type { Backend } from "../backend.ts";
import type { ConformanceCheck } from "./check.ts";
import { checksOfOps } from "./op-checks.ts";
import { checksOfPlans } from "./plan-checks.ts";

/** All checks, the ops' in the table's order. */
export const conformanceChecks: readonly ConformanceCheck[] = [...checksOfOps, ...checksOfPlans];

/** Checks that a backend is not asked for, and why. */
export interface Skip {
  readonly op: ConformanceCheck["op"];
  /** Part of the checks' names; absent for all of the op's. */
  readonly name?: string;
  readonly reason: string;
}

export interface Outcome {
  readonly failures: readonly string[];
  /** How many checks each skip has left out. */
  readonly skipped: ReadonlyMap<Skip, number>;
}

/** Runs checks on a backend. What a skip does not name must pass; so must no check that one names. */
export function runChecks(
  backend: Backend,
  tolerance: number,
  checks: readonly ConformanceCheck[],
  skips: readonly Skip[],
): Outcome {
  const failures: string[] = [];
  const skipped = new Map<Skip, number>();
  for (const check of checks) {
    const skip = skips.find(({ op, name = "" }) => op === check.op && check.name.includes(name));
    let failure: string | undefined;
    try {
      check.run(backend, tolerance);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    if (skip === undefined) {
      if (failure !== undefined) failures.push(`${check.name}: ${failure}`);
      continue;
    }
    if (failure === undefined) failures.push(`${check.name}: passes, though it is skipped: ${skip.reason}`);
    skipped.set(skip, (skipped.get(skip) ?? 0) + 1);
  }
  return { failures, skipped };
}
