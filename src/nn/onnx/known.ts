// ONNX's operators whose results are known before anything runs: shapes, ranges, windows of signals.
import { allocate, type DType, type TypedArray } from "../../ir/dtype.ts";
import { Tensor } from "../../trace/tensor.ts";
import {
  type Apply,
  elementTypes,
  input,
  numberOf,
  numbersOf,
  type OnnxCall,
  type OnnxOp,
  op,
  refused,
  requireRoom,
  staticNumbers,
} from "./op.ts";
import { known, knownInts, range } from "./parts.ts";

const shapeOf: Apply = (call) => {
  const { shape, rank } = input(call);
  const at = (name: string, byDefault: number) => {
    const given = numberOf(call, name, byDefault);
    return Math.min(Math.max(given < 0 ? given + rank : given, 0), rank);
  };
  return knownInts(shape.slice(at("start", 0), Math.max(at("start", 0), at("end", rank))));
};

function typeOf(call: OnnxCall, name: string, byDefault: number): DType {
  const found = elementTypes[numberOf(call, name, byDefault)];
  if (found === undefined || found.isNarrow)
    throw refused(call.node, "it makes an element type that Chainrule has not");
  return found.dtype;
}

/** All elements equal. */
function filled(call: OnnxCall, shape: readonly number[], value: number, dtype: DType): Tensor {
  requireRoom(call, shape);
  const data: TypedArray = allocate(
    dtype,
    shape.reduce((size, n) => size * n, 1),
  ).fill(value);
  return Tensor.concrete(data, shape);
}

const constantOfShape: Apply = (call) => {
  const value = numbersOf(call, "value")?.[0] ?? 0;
  return filled(call, staticNumbers(call, 0), value, typeOf(call, "valueType", 1));
};

const ranged: Apply = (call) => {
  const [start, limit, delta] = [0, 1, 2].map((i) => staticNumbers(call, i)[0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  requireRoom(call, [count]);
  return known(
    range(count).map((i) => start + i * delta),
    [count],
    input(call).dtype,
  );
};

const eyeLike: Apply = (call) => {
  const x = input(call);
  const [rows, columns] = x.shape as [number, number];
  const k = numberOf(call, "k", 0);
  requireRoom(call, [rows, columns]);
  const dtype = Object.hasOwn(call.node.attributes, "dtype") ? typeOf(call, "dtype", 1) : x.dtype;
  return known(
    range(rows * columns).map((at) => ((at % columns) - Math.floor(at / columns) === k ? 1 : 0)),
    [rows, columns],
    dtype,
  );
};

/** Windows of signals by the weights of their cosines. */
const cosines =
  (...weights: readonly number[]): Apply =>
  (call) => {
    const size = staticNumbers(call, 0)[0]!;
    requireRoom(call, [size]);
    const period = numberOf(call, "periodic", 1) === 1 ? size : size - 1;
    const values = range(size).map((i) =>
      weights.reduce((sum, w, k) => sum + w * Math.cos((2 * Math.PI * k * i) / period), 0),
    );
    return known(values, [size], typeOf(call, "output_datatype", 1));
  };

export const knowns = {
  BlackmanWindow: op("output_datatype periodic", cosines(0.42, -0.5, 0.08), { statics: [0] }),
  ConstantOfShape: op("value valueType", constantOfShape, { statics: [0] }),
  EyeLike: op("dtype k", eyeLike),
  HammingWindow: op("output_datatype periodic", cosines(25 / 46, -21 / 46), { statics: [0] }),
  HannWindow: op("output_datatype periodic", cosines(0.5, -0.5), { statics: [0] }),
  Range: op("", ranged, { statics: [0, 1, 2] }),
  Shape: op("end start", shapeOf, { narrow: "reads" }),
  Size: op("", (call) => knownInts([input(call).size], []), { narrow: "reads" }),
} satisfies Record<string, OnnxOp>;
