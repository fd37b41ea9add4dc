// The safetensors file format: named tensors as bytes and back, in Node and in browsers.
//
// Layout (https://huggingface.co/docs/safetensors): u64 little-endian header length, a JSON header
// {"name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__": {…}}, then the tensors' bytes,
// little-endian, row-major, without holes. Every engine that runs JavaScript today is little-endian, so typed
// arrays are copied as they are. Types without an array of their own are read as the next wider one that has.

import { crc32 } from "../ir/crc32.ts";
import { ChainruleError } from "../ir/errors.ts";
import { bfloat16Word, float16Word, widened } from "../ir/half.ts";
import { isRecord, parseJson } from "../ir/json.ts";

const arrayTypes = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;

export type SafetensorsDtype = keyof typeof arrayTypes;

/** Types that are read, and never written: bytes of an element, and the tensor as one of a type that is written. */
const readTypes = {
  F16: { width: 2, read: (bytes: Bytes) => ["F32", widened(new Uint16Array(bytes.buffer), float16Word)] as const },
  BF16: { width: 2, read: (bytes: Bytes) => ["F32", widened(new Uint16Array(bytes.buffer), bfloat16Word)] as const },
  BOOL: { width: 1, read: (bytes: Bytes, name: string) => ["U8", truths(bytes, name)] as const },
} as const;

type Bytes = Uint8Array<ArrayBuffer>;
type FileDtype = SafetensorsDtype | keyof typeof readTypes;

const isReadType = (dtype: FileDtype): dtype is keyof typeof readTypes => Object.hasOwn(readTypes, dtype);
const widthOf = (dtype: FileDtype) =>
  isReadType(dtype) ? readTypes[dtype].width : arrayTypes[dtype].BYTES_PER_ELEMENT;

/** One tensor; `data` has the array type of `dtype` and as many elements as `shape` says. */
export type SafetensorsTensor = {
  [D in SafetensorsDtype]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly data: ReturnType<(typeof arrayTypes)[D]["prototype"]["subarray"]>;
  };
}[SafetensorsDtype];

/** Tensors by name: layers.0.weight. */
export type StoredTensors = ReadonlyMap<string, SafetensorsTensor>;

export interface SafetensorsFile {
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Record<string, string>;
}

const metadataKey = "__metadata__";
/** In the metadata, of files that have one: in hexadecimal. */
const checksumKey = "chainrule.crc32";
/** Bytes of the header length. */
const prefix = 8;
/** The reference implementation's limit on the header, in bytes. */
const maximumHeader = 100_000_000;

/** Encodes tensors; equal content gives equal bytes, whatever the order of the map. */
export const encodeSafetensors = (
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> => joined(safetensorsParts(tensors, metadata));

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** With a checksum of all that it holds, by which a change is told when it is read. */
export const withChecksum = (
  tensors: StoredTensors,
  metadata: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({ ...metadata, [checksumKey]: checksumOf(tensors, metadata) });

/** CRC-32 of names, types, shapes, values and metadata, in the order of names, wherever they lie in the file. */
function checksumOf(tensors: StoredTensors, metadata: Readonly<Record<string, string>>): string {
  const encoder = new TextEncoder();
  let crc = 0;
  const add = (...words: readonly string[]) => {
    crc = crc32(encoder.encode(JSON.stringify(words)), crc);
  };
  for (const [name, { dtype, shape, data }] of [...tensors].sort(([a], [b]) => compare(a, b))) {
    add(name, dtype, shape.join());
    crc = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), crc);
  }
  for (const [key, text] of Object.entries(metadata).sort(byName)) if (key !== checksumKey) add(key, text);
  return crc.toString(16).padStart(8, "0");
}

/** The same as parts, one after the other: the header, and the tensors' own bytes, not copied. */
export function safetensorsParts(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
  // Widest elements first, so that every tensor starts at a multiple of its element size and no holes are needed.
  const stored = [...tensors].sort(
    ([a, x], [b, y]) => y.data.BYTES_PER_ELEMENT - x.data.BYTES_PER_ELEMENT || compare(a, b),
  );
  const members: [string, string][] = [];
  let size = 0;
  for (const [name, tensor] of stored) {
    checkTensor(name, tensor);
    const begin = size;
    size += tensor.data.byteLength;
    const { dtype, shape } = tensor;
    members.push([name, JSON.stringify({ dtype, shape, data_offsets: [begin, size] })]);
  }
  members.sort(byName);
  const notes = Object.entries(metadata).sort(byName);
  if (notes.length > 0)
    members.unshift([metadataKey, jsonObject(notes.map(([key, value]) => [key, JSON.stringify(value)]))]);

  const header = new TextEncoder().encode(jsonObject(members));
  const headerLength = Math.ceil(header.length / 8) * 8;
  const head = new Uint8Array(prefix + headerLength).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(headerLength), true);
  head.set(header, prefix);
  return [head, ...stored.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/**
 * Decodes and validates; the arrays are copies. F16 and BF16 are widened to F32, which has all their values exactly; BOOL
 * becomes U8, 0 or 1. Whatever is wrong with the bytes, an element type that is not known among it, is an INVALID_RUN error.
 *
 * ```ts
 * const bytes = encodeSafetensors(new Map([["w", { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]]));
 * const [w] = decodeSafetensors(bytes).tensors.get("w")!.data; // 1
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (bytes.length < prefix) throw invalid(`it must begin with ${prefix} bytes of header length; got ${bytes.length}`);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const room = Math.min(bytes.length - prefix, maximumHeader);
  if (headerLength > room) throw invalid(`its header must fit in ${room} bytes; the file says ${headerLength}`);
  const dataStart = prefix + Number(headerLength);
  const header = parseHeader(bytes.subarray(prefix, dataStart));

  const ranges: { name: string; begin: number; end: number }[] = [];
  const tensors = new Map<string, SafetensorsTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataKey) {
      metadata = parseMetadata(value);
      continue;
    }
    const { dtype, shape, begin, end } = parseEntry(name, value);
    if (end > bytes.length - dataStart)
      throw invalid(
        `the bytes of ${quote(name)} must lie in 0 … ${bytes.length - dataStart}; they are ${begin} … ${end}`,
      );
    // slice() copies, which also gives the array an aligned start.
    const own = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
    const [stored, data] = isReadType(dtype)
      ? readTypes[dtype].read(own, name)
      : [dtype, new arrayTypes[dtype](own.buffer)];
    tensors.set(name, { dtype: stored, shape, data } as SafetensorsTensor);
    ranges.push({ name, begin, end });
  }

  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of ranges) {
    if (begin !== expected)
      throw invalid(
        `tensors must follow each other without holes or overlap; ${quote(name)} begins at ${begin} instead of ${expected}`,
      );
    expected = end;
  }
  if (expected !== bytes.length - dataStart)
    throw invalid(`its tensors must fill the file; ${bytes.length - dataStart - expected} bytes belong to none`);
  const { [checksumKey]: checksum, ...others } = metadata;
  if (checksum !== undefined && checksum !== checksumOf(tensors, others))
    throw invalid("its checksum must hold, and does not: something in it was changed since it was saved");
  return { tensors, metadata: others };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const notJson = (must: string, cause?: unknown) => invalid(`its header must be ${must} in UTF-8; it is not`, cause);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw notJson("JSON", cause);
  }
  const header = parseJson(text, notJson);
  // JSON.parse makes "__proto__" an own property, so names never reach a prototype.
  if (bytes[0] !== 0x7b || !isRecord(header)) throw invalid(`its header must be a JSON object that begins with "{"`);
  return header;
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value) || !Object.values(value).every((text) => typeof text === "string"))
    throw invalid(`"${metadataKey}" must be an object of texts`);
  return value as Record<string, string>;
}

function parseEntry(name: string, value: unknown) {
  if (!isRecord(value)) throw invalid(`the entry of ${quote(name)} must be an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const known = Object.keys({ ...arrayTypes, ...readTypes });
  if (typeof dtype !== "string" || !known.includes(dtype))
    throw invalid(`the dtype of ${quote(name)} must be one of ${known.join(", ")}; it is ${quote(dtype)}`);
  const type = dtype as FileDtype;
  const elements = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (elements === undefined)
    throw invalid(`the shape of ${quote(name)} must be an array of lengths; it is ${quote(shape)}`);
  if (!isRange(offsets))
    throw invalid(`data_offsets of ${quote(name)} must be [begin, end] in bytes; they are ${quote(offsets)}`);
  const [begin, end] = offsets;
  const size = elements * widthOf(type);
  if (end - begin !== size)
    throw invalid(
      `${quote(name)} must take ${size} bytes, since it is ${type} of shape ${quote(shape)}; it takes ${end - begin}`,
    );
  return { dtype: type, shape: shape as number[], begin, end };
}

/** Bytes of BOOL, which are 0 or 1. */
function truths(bytes: Bytes, name: string): Bytes {
  const wrong = bytes.findIndex((byte) => byte > 1);
  if (wrong >= 0)
    throw invalid(`${quote(name)} is BOOL, so its bytes must be 0 or 1; that of element ${wrong} is ${bytes[wrong]}`);
  return bytes;
}

function checkTensor(name: string, { dtype, shape, data }: SafetensorsTensor): void {
  if (name === metadataKey)
    throw new ChainruleError("INVALID_ARGUMENT", `A tensor cannot be named "${metadataKey}"; choose another name.`);
  if (!(data instanceof arrayTypes[dtype]))
    throw new ChainruleError(
      "DTYPE_MISMATCH",
      `The tensor ${quote(name)} is ${dtype}, so its data must be a ${arrayTypes[dtype].name}; got a ${(data as ArrayBufferView).constructor.name}.`,
      { name, dtype },
    );
  if (elementCount(shape) !== data.length)
    throw new ChainruleError(
      "SHAPE_MISMATCH",
      `The tensor ${quote(name)} must have as many elements as its shape [${shape.join(", ")}] says; got ${data.length}.`,
      { name, shape, length: data.length },
    );
}

/** Product of the lengths; undefined unless every length is a natural number and the product is exact. */
function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const length of shape) {
    if (!isLength(length)) return undefined;
    count *= length;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isRange = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isLength) && value[0]! <= value[1]!;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => compare(a, b);

/** Joined by hand, since an object literal would take "__proto__" for its prototype and reorder names like "1". */
const jsonObject = (members: readonly (readonly [string, string])[]) =>
  `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;

/** As JSON, at most 80 characters, for messages. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const invalid = (what: string, cause?: unknown) =>
  new ChainruleError("INVALID_RUN", `The safetensors file is damaged or not one: ${what}.`, { what }, { cause });
