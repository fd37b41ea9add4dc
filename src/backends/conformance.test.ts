// Every backend against the float64 interpreter.
import { setFlagsFromString } from "node:v8";
import { afterAll, describe, expect, it } from "vitest";
import { ops } from "../ops/index.ts";
import { backendNames, backendOf } from "../run/backends.ts";
import type { Backend } from "./backend.ts";
import { findBlas } from "./blas/find.ts";
import { conformanceChecks } from "./conformance.ts";
import { fastestBuild } from "./wasm/module.ts";
import { wasmBackend } from "./wasm/wasm.ts";

const backends = new Map<string, Backend>(backendNames.map((backend) => [backend, backendOf({ backend })]));

// Fused multiply-add: at hand in Node 20 too, if asked for.
if (fastestBuild() === "plain") setFlagsFromString("--experimental-wasm-relaxed-simd");
if (fastestBuild() === "relaxed") backends.set("wasm, relaxed", wasmBackend({ build: "relaxed" }));
else console.warn("conformance.test.ts skips the relaxed build: this JavaScript engine has no relaxed SIMD");

const { library, reason } = findBlas();
if (library) backends.set("wasm, every product by BLAS", wasmBackend({ blas: () => ({ library, from: 0 }) }));
else console.warn(`conformance.test.ts skips the BLAS: ${reason}`);

it("the checks cover every op that computes", () => {
  const covered = new Set(conformanceChecks.map(({ op }) => op));
  expect(Object.keys(ops).filter((op) => !covered.has(op as never))).toEqual(["input"]);
});

for (const [name, backend] of backends) {
  // What a backend may differ by: its own rounding.
  const tolerance = backend.float === "float64" ? 1e-12 : 2e-5;
  describe(`${name} agrees with the interpreter`, () => {
    const skipped = new Map<string, string>();
    const byOp = new Map(conformanceChecks.map(({ op }) => [op, conformanceChecks.filter((check) => check.op === op)]));
    for (const [op, checks] of byOp) {
      it(`${op}: ${checks.length} checks`, () => {
        const failures: string[] = [];
        for (const check of checks) {
          try {
            const { unsupported } = check.run(backend, tolerance);
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
