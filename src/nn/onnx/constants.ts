// Numbers of a network as text: little-endian bytes in base64.
import { allocate, dtypeOf, type TypedArray } from "../../ir/dtype.ts";
import { sizeOf } from "../../ir/shape.ts";
import { Tensor } from "../../trace/tensor.ts";
import type { OnnxConstant } from "./graph.ts";

export function encodeConstant(x: Tensor): OnnxConstant {
  const { data } = x;
  const bytes = littleEndian(new Uint8Array(data.slice().buffer), data.BYTES_PER_ELEMENT);
  let text = "";
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(bytes[at]!);
  return { dtype: dtypeOf(data), shape: x.shape, data: btoa(text) };
}

const decoded = new WeakMap<OnnxConstant, Tensor>();

export function decodeConstant(constant: OnnxConstant): Tensor {
  let x = decoded.get(constant);
  if (x === undefined) {
    const text = atob(constant.data);
    const data: TypedArray = allocate(constant.dtype, sizeOf(constant.shape));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    new Uint8Array(data.buffer).set(littleEndian(bytes, data.BYTES_PER_ELEMENT));
    decoded.set(constant, (x = Tensor.concrete(data, constant.shape)));
  }
  return x;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(bytes: Uint8Array, width: number): Uint8Array {
  if (!isLittleEndian) for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}
