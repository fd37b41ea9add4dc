// Some sixty of the tests inside the PyPI wheel onnx (1.23; Apache-2.0), by operator; onnx-cases.mjs runs all of them.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ChainruleError, compile, type Tensor } from "../../src/index.ts";
import { type ImportedNetwork, importOnnx } from "../../src/interop/index.ts";
import { readTensor } from "../../src/interop/onnx/read-tensor.ts";
import * as schemas from "../../src/interop/schemas/onnx/onnx-ml.generated.ts";
import { apply, type Variables } from "../../src/nn/index.ts";
import { caseRunner, type OnnxCase } from "./case-runner.mjs";

const cases = readFileSync(new URL("fixtures.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as OnnxCase);

/** Operators that are refused: their results have shapes that depend on numbers, or graphs of their own, or nobody has written them. */
const refused = ["test_nonzero_example", "test_loop11", "test_gridsample_bilinear"];

const engine = { ChainruleError, importOnnx, readTensor, ...schemas };
const atOnce = caseRunner({
  ...engine,
  run: ({ model, variables }: ImportedNetwork, x: Tensor) => apply(model, variables, x),
});
const compiled = caseRunner({
  ...engine,
  run: ({ model, variables }: ImportedNetwork, x: Tensor) =>
    compile((own: Variables, y: Tensor) => apply(model, own, y), { deterministic: true, threads: 1 })(variables, x),
});

it("has them", () => expect(cases.length).toBeGreaterThan(60));

it.each(cases)("$name", (one) => {
  const expected = refused.includes(one.name) ? "refused" : "passed";
  expect(atOnce(one)).toMatchObject({ result: expected });
  // Compiled it is float32; a case is held to 1e-3 of its numbers, and to what float32 can tell from 0.
  expect(compiled({ ...one, atol: Math.max(one.atol, 2e-6) })).toMatchObject({ result: expected });
});
