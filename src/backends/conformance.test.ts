// Every backend against the float64 interpreter.
import { afterAll, describe, expect, it } from "vitest";
import { ops } from "../ops/index.ts";
import { backendNames, backendOf } from "../run/backends.ts";
import { conformanceChecks } from "./conformance.ts";

/** What a backend may differ by: its own rounding. */
const tolerances: Record<(typeof backendNames)[number], number> = { reference: 1e-12, wasm: 2e-5, auto: 2e-5 };

it("the checks cover every op that computes", () => {
  const covered = new Set(conformanceChecks.map(({ op }) => op));
  expect(Object.keys(ops).filter((op) => !covered.has(op as never))).toEqual(["input"]);
});

for (const name of backendNames) {
  describe(`${name} agrees with the interpreter`, () => {
    const backend = backendOf({ backend: name });
    const skipped = new Map<string, string>();
    const byOp = new Map(conformanceChecks.map(({ op }) => [op, conformanceChecks.filter((check) => check.op === op)]));
    for (const [op, checks] of byOp) {
      it(`${op}: ${checks.length} checks`, () => {
        const failures: string[] = [];
        for (const check of checks) {
          try {
            const { unsupported } = check.run(backend, tolerances[name]);
            if (unsupported !== undefined) skipped.set(`${op} ${check.name}`, unsupported);
          } catch (error) {
            failures.push(`${check.name}: ${error instanceof Error ? error.message : error}`);
          }
        }
        expect(failures).toEqual([]);
      });
    }
    afterAll(() => {
      const reasons = new Map<string, string[]>();
      for (const [check, reason] of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), check]);
      for (const [reason, list] of reasons) console.log(`${name} skips ${list.length}: ${list[0]} …: ${reason}`);
    });
  });
}
