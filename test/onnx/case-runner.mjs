// Runs a case of the wheel onnx: { name, model, inputs, outputs, rtol, atol }, protocol buffers in base64 (see cases.py).
import { fromBinary } from "@bufbuild/protobuf";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

/** Of IEEE 754 binary16 two units in the last place: it is computed in more digits here. */
const halfTolerance = 2 ** -9;

/** What is wrong with y, or undefined. */
function difference(y, expected, rtol, atol) {
  if (y.shape.join() !== expected.shape.join()) return `shape [${y.shape}], not [${expected.shape}]`;
  for (let i = 0; i < y.size; i++) {
    const [a, b] = [y.data[i], expected.data[i]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b))) return `element ${i} is ${a}, not ${b}`;
  }
  const isFloat = (one) => one.dtype.startsWith("float");
  return isFloat(y) === isFloat(expected) ? undefined : `${y.dtype}, not ${expected.dtype}`;
}

/** Ways to hand the inputs over: one of them to the layer, floats first, or all as values. */
const ways = (inputs) => [
  ...inputs.map((_, i) => i).sort((a, b) => inputs[b].dtype.startsWith("float") - inputs[a].dtype.startsWith("float")),
  -1,
];

/**
 * What runs cases on an engine: its modules, and `run(imported, x)`, which computes y. A layer has one input: of a case with several the
 * others are given by `values`, and every output is imported on its own.
 */
export function caseRunner({
  ChainruleError,
  importOnnx,
  readTensor,
  ModelProtoSchema,
  TensorProtoSchema,
  run,
  limit,
}) {
  const proto = (text) => fromBinary(TensorProtoSchema, bytes(text));
  const fail = (code, what) => new ChainruleError(code, what, { what });
  const isRefusal = (error) => error instanceof ChainruleError && error.code === "UNSUPPORTED_ONNX";

  function anyWay(model, names, inputs, output) {
    let refusal;
    for (const way of ways(inputs)) {
      const values = Object.fromEntries(names.flatMap((name, i) => (i === way ? [] : [[name, inputs[i]]])));
      try {
        const imported = importOnnx(model, {
          values,
          output,
          ...(limit && { limit }),
          ...(way >= 0 && { input: names[way] }),
        });
        return run(imported, inputs[Math.max(way, 0)]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  }

  /** { result: "passed" | "refused" | "wrong", op, what } */
  return ({ model: text, inputs: given, outputs, rtol, atol }) => {
    const model = bytes(text);
    const { graph } = fromBinary(ModelProtoSchema, model);
    const kinds = [...new Set(graph.node.map((node) => node.opType))];
    const op = kinds.length === 1 ? kinds[0] : "several";
    const initial = new Set(graph.initializer.map(({ name }) => name));
    const names = graph.input.map(({ name }) => name).filter((name) => !initial.has(name));
    try {
      const inputs = given.map((one) => readTensor(proto(one), fail).tensor);
      for (const [at, one] of outputs.entries()) {
        const expected = proto(one);
        const tolerance = expected.dataType === 10 ? Math.max(rtol, halfTolerance) : rtol;
        const { name } = graph.output[at];
        const y = anyWay(model, names, inputs, name);
        const what = difference(y, readTensor(expected, fail).tensor, tolerance, atol);
        if (what !== undefined) return { result: "wrong", op, what: `${name}: ${what}` };
      }
      return { result: "passed", op, what: "" };
    } catch (error) {
      if (isRefusal(error)) return { result: "refused", op, what: error.message };
      return { result: "wrong", op, what: error.stack ?? String(error) };
    }
  };
}
