// Every backend against the float64 interpreter.
import { setFlagsFromString } from "node:v8";
import { describe, expect, it } from "vitest";
import { ChainruleError } from "../../ir/errors.ts";
import { ops } from "../../ops/index.ts";
import { backendNames, backendOf } from "../../run/backends.ts";
import type { Backend, Machine } from "../backend.ts";
import { findBlas } from "../blas/find.ts";
import { fastestBuild } from "../wasm/module.ts";
import { wasmBackend } from "../wasm/wasm.ts";
import { conformanceChecks, runChecks, type Skip } from "./conformance.ts";

/** What backends are not asked for, by the names that they have here. */
const skips: Readonly<Record<string, readonly Skip[]>> = {};

const backends = new Map<string, Backend>(backendNames.map((backend) => [backend, backendOf({ backend })]));

// Fused multiply-add: at hand in Node 20 too, if asked for.
if (fastestBuild() === "plain") setFlagsFromString("--experimental-wasm-relaxed-simd");
if (fastestBuild() === "relaxed") backends.set("wasm, relaxed", wasmBackend({ build: "relaxed" }));
else it.skip("the relaxed build: this JavaScript engine has no relaxed SIMD");

const { library, reason } = findBlas();
if (library) backends.set("wasm, every product by BLAS", wasmBackend({ blas: () => ({ library, from: 0 }) }));
else it.skip(`every product by BLAS: ${reason}`);

it("the checks cover every op that computes", () => {
  const covered = new Set(conformanceChecks.map(({ op }) => op));
  expect(Object.keys(ops).filter((op) => !covered.has(op as never))).toEqual(["input"]);
});

for (const [name, backend] of backends) {
  // What a backend may differ by: its own rounding.
  const tolerance = backend.float === "float64" ? 1e-12 : 2e-5;
  describe(`${name} agrees with the interpreter`, () => {
    const byOp = new Map(conformanceChecks.map(({ op }) => [op, conformanceChecks.filter((check) => check.op === op)]));
    for (const [op, checks] of byOp) {
      it(`${op}: ${checks.length} checks`, () => {
        const { failures, skipped } = runChecks(backend, tolerance, checks, skips[name] ?? []);
        for (const [{ reason }, count] of skipped) console.log(`${name} skips ${count} of ${op}: ${reason}`);
        expect(failures).toEqual([]);
      });
    }
  });
}

describe("the checks see", () => {
  const reference = backendOf({ backend: "reference" });
  const negations = conformanceChecks.filter(({ op, name }) => op === "neg" && name.startsWith("[17] float"));
  const failuresOf = (load: (machine: Machine) => Partial<Machine>, skips: readonly Skip[] = []) =>
    runChecks(
      {
        ...reference,
        load(plan) {
          const machine = reference.load(plan);
          const methods = ["write", "read", "run", "dispose"] as const;
          const own = Object.fromEntries(methods.map((method) => [method, machine[method].bind(machine)]));
          return { ...machine, ...own, ...load(machine) } as Machine;
        },
      },
      1e-12,
      negations,
      skips,
    ).failures;
  const unsupported = () => {
    throw new ChainruleError("UNSUPPORTED_BY_BACKEND", "neg: not here.");
  };

  it("a kernel that writes behind its buffer", () => {
    // The output, [17], is the second buffer.
    const writing = (length: number, data: number) => (machine: Machine) => ({
      run: (program: string, times: number) => {
        machine.run(program, times);
        const y = machine.read({ buffer: 1, shape: [17], dtype: "float64" });
        const more = new Float64Array(length).fill(data);
        more.set(y);
        machine.write({ buffer: 1, shape: [length], dtype: "float64" }, more);
      },
    });
    expect(failuresOf(writing(18, 0))).toEqual([]); // The rest of the last vector is the buffer's own.
    expect(failuresOf(writing(19, 0))).toEqual([
      "[17] float {}: a kernel wrote behind buffer b1: word 0 is 0, not 1581715456",
    ]);
  });

  it("an op that a backend leaves out without saying why", () => {
    expect(failuresOf(() => ({ run: unsupported }))).toEqual(["[17] float {}: neg: not here."]);
    expect(failuresOf(() => ({ run: unsupported }), [{ op: "neg", reason: "no sign" }])).toEqual([]);
  });

  it("a skip of what is computed all the same", () => {
    expect(failuresOf(() => ({}), [{ op: "neg", name: "[17]", reason: "no sign" }])).toEqual([
      "[17] float {}: passes, though it is skipped: no sign",
    ]);
  });
});
