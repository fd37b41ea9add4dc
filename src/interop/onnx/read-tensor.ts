// Tensors of ONNX files: their numbers in the element types that Chainrule has.
import { allocate, type DType, type TypedArray } from "../../ir/dtype.ts";
import type { ChainruleError } from "../../ir/errors.ts";
import { float16 } from "../../ir/half.ts";
import { elementTypes } from "../../nn/onnx/op.ts";
import { Tensor } from "../../trace/tensor.ts";
import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from "../schemas/onnx/onnx-ml.generated.ts";

export interface ReadTensor {
  readonly tensor: Tensor;
  /** Of integers of 8 or 16 bits. */
  readonly isNarrow: boolean;
}

/** Makes the error for what is wrong with a tensor: `code`, and what. */
export type TensorFail = (code: "INVALID_MODEL" | "UNSUPPORTED_ONNX", what: string) => ChainruleError;

const widths: Readonly<Record<number, number>> = { 1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8 };

/** "float", "string", …, for messages. */
export const elementTypeName = (type: number): string =>
  (Object.entries(TensorProto_DataType).find(([, number]) => number === type)?.[0] ?? `type ${type}`).toLowerCase();

/** Throws what `fail` makes for a tensor that is damaged, or of an element type that Chainrule has not. */
export function readTensor(proto: TensorProto, fail: TensorFail): ReadTensor {
  const type = elementTypes[proto.dataType];
  if (type === undefined)
    throw fail(
      "UNSUPPORTED_ONNX",
      `its elements are of type ${elementTypeName(proto.dataType)}, which Chainrule has not`,
    );
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL || proto.externalData.length > 0)
    throw fail("UNSUPPORTED_ONNX", "its numbers are in another file; save the model with its numbers inside");
  if (proto.segment !== undefined) throw fail("UNSUPPORTED_ONNX", "it is a segment of a larger tensor");
  if (proto.dims.length > 64) throw fail("INVALID_MODEL", `it has ${proto.dims.length} dimensions, over 64`);
  const shape = proto.dims.map(Number);
  const size = shape.reduce((product, n) => product * n, 1);
  if (shape.some((n) => !Number.isSafeInteger(n) || n < 0) || !Number.isSafeInteger(size))
    throw fail("INVALID_MODEL", `its shape is [${shape}]`);
  const numbers = proto.rawData.length > 0 ? rawNumbers(proto, size, fail) : listedNumbers(proto);
  if (numbers.length !== size)
    throw fail("INVALID_MODEL", `its shape [${shape}] needs ${size} numbers, and it has ${numbers.length}`);
  return { tensor: Tensor.concrete(stored(numbers, type.dtype, fail), shape), isNarrow: type.isNarrow === true };
}

export type Numbers = ArrayLike<number | bigint>;

/** Whole numbers beyond 2⁶² say "to the end", as exporters write it. */
const endless = 2n ** 62n;

/** Numbers as elements of a type. Throws what `fail` makes for one that int32 has not. */
export function stored(numbers: Numbers, dtype: DType, fail: TensorFail): TypedArray {
  const data = allocate(dtype, numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    let value = numbers[i]!;
    if (typeof value === "bigint") {
      if (value >= endless) value = 2 ** 31 - 1;
      else if (value <= -endless) value = -(2 ** 31);
      else value = Number(value);
    }
    if (dtype === "int32" && (value > 2 ** 31 - 1 || value < -(2 ** 31)))
      throw fail("UNSUPPORTED_ONNX", `its element ${i} is ${value}, beyond the range of int32, −2³¹ to 2³¹ − 1`);
    data[i] = dtype === "bool" ? (value !== 0 ? 1 : 0) : value;
  }
  return data;
}

function rawNumbers(proto: TensorProto, size: number, fail: TensorFail): Numbers {
  const { rawData: raw, dataType } = proto;
  const width = widths[dataType]!;
  if (raw.length !== size * width)
    throw fail("INVALID_MODEL", `its ${size} numbers take ${size * width} bytes, and it has ${raw.length}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read: Readonly<Record<number, (at: number) => number | bigint>> = {
    1: (at) => view.getFloat32(at, true),
    2: (at) => view.getUint8(at),
    3: (at) => view.getInt8(at),
    4: (at) => view.getUint16(at, true),
    5: (at) => view.getInt16(at, true),
    6: (at) => view.getInt32(at, true),
    7: (at) => view.getBigInt64(at, true),
    9: (at) => view.getUint8(at),
    10: (at) => float16(view.getUint16(at, true)),
    11: (at) => view.getFloat64(at, true),
  };
  const one = read[dataType]!;
  const numbers: (number | bigint)[] | Float64Array = dataType === 7 ? new Array<bigint>(size) : new Float64Array(size);
  for (let i = 0; i < size; i++) (numbers as (number | bigint)[])[i] = one(i * width);
  return numbers;
}

/** In the list of their element type. */
function listedNumbers(proto: TensorProto): Numbers {
  switch (proto.dataType) {
    case TensorProto_DataType.FLOAT:
      return proto.floatData;
    case TensorProto_DataType.DOUBLE:
      return proto.doubleData;
    case TensorProto_DataType.INT64:
      return proto.int64Data;
    case TensorProto_DataType.FLOAT16:
      return proto.int32Data.map((bits) => float16(bits & 0xffff));
    default:
      return proto.int32Data;
  }
}
