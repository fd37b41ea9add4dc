// Runs the tests inside the PyPI wheel onnx, and tells by operator how many pass, are refused by name, and are wrong.
//
//   python test/onnx/cases.py node pytorch-converted pytorch-operator > cases.jsonl
//   node test/onnx/onnx-cases.mjs cases.jsonl --least node=650 --wrong
//
// With `--compiled` they are computed in float32, and `--limit` lets models make more numbers of known ones. It fails where a number is wrong, an error is none of ours, or fewer pass than `--least` says of a kind.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { caseRunner } from "./case-runner.mjs";

const { compile } = await import("../../dist/index.js");
const { apply } = await import("../../dist/nn/index.js");
const { ChainruleError } = await import("../../dist/ir/errors.js");
const { importOnnx } = await import("../../dist/interop/index.js");
const { readTensor } = await import("../../dist/interop/onnx/read-tensor.js");
const { onnxFamilies } = await import("../../dist/nn/onnx/table.js");
const schemas = await import("../../dist/interop/schemas/onnx/onnx-ml.generated.js");
const options = {
  least: { type: "string", multiple: true, default: [] },
  wrong: { type: "boolean", default: false },
  refused: { type: "boolean", default: false },
  only: { type: "string", default: "" },
  compiled: { type: "boolean", default: false },
  limit: { type: "string" },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const run = ({ model, variables }, x) => {
  const f = (own, y) => apply(model, own, y);
  return values.compiled ? compile(f)(variables, x) : f(variables, x);
};
const limit = values.limit && Number(values.limit);
const runCase = caseRunner({ ChainruleError, importOnnx, readTensor, ...schemas, run, limit });
const counts = new Map();
const count = (key, result) => {
  const own = counts.get(key) ?? { passed: 0, refused: 0, wrong: 0 };
  own[result]++;
  counts.set(key, own);
};
for (const file of positionals)
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const one = JSON.parse(line);
    if (!one.name.includes(values.only)) continue;
    const { result, op, what } = runCase(one);
    count(`${one.kind} `, result);
    const family = Object.keys(onnxFamilies).find((name) => Object.hasOwn(onnxFamilies[name], op)) ?? "others";
    count(`${one.kind}  of ${op === "several" ? "several operators" : family}`, result);
    count(`${one.kind} ${op}`, result);
    if (values[result]) console.log(`${result} ${one.kind} ${one.name} (${op}): ${what.slice(0, 600)}`);
  }
for (const [key, { passed, refused, wrong }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${key.padEnd(50)} ${passed} passed, ${refused} refused, ${wrong} wrong`);
for (const text of values.least) {
  const [kind, least] = text.split("=");
  const { passed = 0, wrong = 0 } = counts.get(`${kind} `) ?? {};
  if (wrong > 0 || passed < Number(least)) {
    console.log(`${kind}: ${wrong} wrong, which must be 0, and ${passed} passed, of which there must be ${least}`);
    process.exitCode = 1;
  }
}
