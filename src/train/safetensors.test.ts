// The safetensors format: exact bytes, round trips, and that damaged files give typed errors only.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChainruleError } from "../ir/errors.ts";
import { decodeSafetensors, encodeSafetensors, type SafetensorsTensor } from "./safetensors.ts";

const f32 = (shape: number[], ...values: number[]): SafetensorsTensor => ({
  dtype: "F32",
  shape,
  data: Float32Array.from(values),
});

/** A file with the given header text and data. */
function file(header: string, data: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe("encodeSafetensors", () => {
  it("writes sorted keys, a padded header, and wide elements first", () => {
    const bytes = encodeSafetensors(
      new Map<string, SafetensorsTensor>([
        ["u", { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) }],
        ["w", { dtype: "F64", shape: [], data: Float64Array.of(1) }],
        ["b", f32([1, 1], 0.5)],
      ]),
      { z: "last", a: "first" },
    );
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"a":"first","z":"last"},"b":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},' +
        '"u":{"dtype":"U8","shape":[3],"data_offsets":[12,15]},"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}',
    );
    expect([...bytes.subarray(8 + headerLength)]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0x3f, 1, 2, 3]);
  });

  it("says what is wrong", () => {
    const encode = (name: string, tensor: SafetensorsTensor) => () => encodeSafetensors(new Map([[name, tensor]]));
    expect(encode("w", f32([2, 2], 1, 2, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The tensor "w" must have as many elements as its shape [2, 2] says; got 3.]`,
    );
    expect(
      // @ts-expect-error: the types already rule it out.
      encode("w", { dtype: "F32", shape: [1], data: Float64Array.of(1) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: The tensor "w" is F32, so its data must be a Float32Array; got a Float64Array.]`,
    );
    expect(encode("__metadata__", f32([]))).toThrowErrorMatchingInlineSnapshot(
      `[ChainruleError: A tensor cannot be named "__metadata__"; choose another name.]`,
    );
  });
});

describe("decodeSafetensors", () => {
  it("reads names that are dangerous as object keys", () => {
    const tensors = new Map(["__proto__", "constructor", "1", ""].map((name, i) => [name, f32([1], i)]));
    const decoded = decodeSafetensors(encodeSafetensors(tensors, Object.fromEntries([["__proto__", "text"]])));
    expect(decoded.tensors).toEqual(new Map([...tensors].sort()));
    expect(Object.entries(decoded.metadata)).toEqual([["__proto__", "text"]]);
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
  });

  it("reads from the middle of a larger, unaligned buffer", () => {
    const bytes = encodeSafetensors(new Map([["w", f32([2], 1, 2)]]));
    const larger = new Uint8Array(bytes.length + 5);
    larger.set(bytes, 3);
    expect(decodeSafetensors(larger.subarray(3, 3 + bytes.length)).tensors.get("w")).toEqual(f32([2], 1, 2));
  });

  it("reads and rewrites a file of the Python package safetensors 0.8.0, bit for bit", () => {
    const bytes = Buffer.from(
      "CAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJlcG9jaCI6IjMifSwiYiI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0" +
        "cyI6WzAsOF19LCJsYXllcnMuMC53ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzgsMjRdfSwi" +
        "biI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMjQsMjhdfSwidSI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlsz" +
        "XSwiZGF0YV9vZmZzZXRzIjpbMjgsMzFdfX0gICCamZmZmZm5PwAAgD8AAABAAABAQAAAkEAHAAAAAQL/",
      "base64",
    );
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(metadata).toEqual({ epoch: "3" });
    expect(tensors.get("layers.0.weight")).toEqual(f32([2, 2], 1, 2, 3, 4.5));
    expect(tensors.get("b")?.data).toEqual(Float64Array.of(0.1));
    expect(Buffer.from(encodeSafetensors(tensors, metadata)).equals(bytes)).toBe(true);
  });

  const entry = (dtype: string, shape: string, offsets: string) =>
    `{"w":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`;
  const cases: [string, Uint8Array][] = [
    ["too short", Uint8Array.of(1, 2, 3)],
    ["header longer than the file", Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 123, 125)],
    ["no JSON", file("{nonsense")],
    ["no UTF-8", file("{").fill(0xff, 8)],
    ["an array", file("[]")],
    ["space before the object", file(" {}")],
    ["entry no object", file('{"w":1}')],
    ["unknown dtype", file(entry('"F8_E4M3"', "[1]", "[0,1]"), [0])],
    ["a half of one byte", file(entry('"BF16"', "[1]", "[0,1]"), [0])],
    ["neither true nor false", file(entry('"BOOL"', "[3]", "[0,3]"), [0, 1, 2])],
    ["dtype of the prototype", file(entry('"toString"', "[1]", "[0,2]"), [0, 0])],
    ["negative length", file(entry('"U8"', "[-1]", "[0,1]"), [0])],
    ["product too large", file(entry('"U8"', "[9007199254740991,2]", "[0,1]"), [0])],
    ["one offset", file(entry('"U8"', "[1]", "[0]"), [0])],
    ["offsets reversed", file(entry('"U8"', "[1]", "[1,0]"), [0])],
    ["size and shape differ", file(entry('"F32"', "[2]", "[0,4]"), [0, 0, 0, 0])],
    ["out of range", file(entry('"U8"', "[3]", "[0,3]"), [0, 0])],
    ["a hole", file(entry('"U8"', "[1]", "[1,2]"), [0, 0])],
    [
      "overlap",
      file(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        [0, 0, 0],
      ),
    ],
    ["bytes left over", file(entry('"U8"', "[1]", "[0,1]"), [0, 0])],
    ["metadata of numbers", file('{"__metadata__":{"epoch":1}}')],
  ];
  it("says what is wrong", () => {
    const messages = cases.map(([name, bytes]) => {
      try {
        decodeSafetensors(bytes);
      } catch (error) {
        expect(error).toMatchObject({ name: "ChainruleError", code: "INVALID_RUN" });
        return `${name}: ${(error as Error).message}`;
      }
      return `${name}: accepted`;
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "too short: The safetensors file is damaged or not one: it must begin with 8 bytes of header length; got 3.",
        "header longer than the file: The safetensors file is damaged or not one: its header must fit in 2 bytes; the file says 18446744073709551615.",
        "no JSON: The safetensors file is damaged or not one: its header must be JSON in UTF-8; it is not.",
        "no UTF-8: The safetensors file is damaged or not one: its header must be JSON in UTF-8; it is not.",
        "an array: The safetensors file is damaged or not one: its header must be a JSON object that begins with "{".",
        "space before the object: The safetensors file is damaged or not one: its header must be a JSON object that begins with "{".",
        "entry no object: The safetensors file is damaged or not one: the entry of "w" must be an object.",
        "unknown dtype: The safetensors file is damaged or not one: the dtype of "w" must be one of F64, I64, U64, F32, I32, U32, I16, U16, I8, U8, F16, BF16, BOOL; it is "F8_E4M3".",
        "a half of one byte: The safetensors file is damaged or not one: "w" must take 2 bytes, since it is BF16 of shape [1]; it takes 1.",
        "neither true nor false: The safetensors file is damaged or not one: "w" is BOOL, so its bytes must be 0 or 1; that of element 2 is 2.",
        "dtype of the prototype: The safetensors file is damaged or not one: the dtype of "w" must be one of F64, I64, U64, F32, I32, U32, I16, U16, I8, U8, F16, BF16, BOOL; it is "toString".",
        "negative length: The safetensors file is damaged or not one: the shape of "w" must be an array of lengths; it is [-1].",
        "product too large: The safetensors file is damaged or not one: the shape of "w" must be an array of lengths; it is [9007199254740991,2].",
        "one offset: The safetensors file is damaged or not one: data_offsets of "w" must be [begin, end] in bytes; they are [0].",
        "offsets reversed: The safetensors file is damaged or not one: data_offsets of "w" must be [begin, end] in bytes; they are [1,0].",
        "size and shape differ: The safetensors file is damaged or not one: "w" must take 8 bytes, since it is F32 of shape [2]; it takes 4.",
        "out of range: The safetensors file is damaged or not one: the bytes of "w" must lie in 0 … 2; they are 0 … 3.",
        "a hole: The safetensors file is damaged or not one: tensors must follow each other without holes or overlap; "w" begins at 1 instead of 0.",
        "overlap: The safetensors file is damaged or not one: tensors must follow each other without holes or overlap; "b" begins at 1 instead of 2.",
        "bytes left over: The safetensors file is damaged or not one: its tensors must fill the file; 1 bytes belong to none.",
        "metadata of numbers: The safetensors file is damaged or not one: "__metadata__" must be an object of texts.",
      ]
    `);
  });

  /** The tensor w of a file with these bytes in it. */
  const read = (dtype: string, shape: string, data: Uint8Array) =>
    decodeSafetensors(file(entry(`"${dtype}"`, shape, `[0,${data.length}]`), [...data])).tensors.get("w")!;
  const halves = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const halfBytes = new Uint8Array(halves.buffer);

  it("reads each of the 65,536 F16 as F32 of the same value", () => {
    const { dtype, data } = read("F16", "[65536]", halfBytes);
    expect(dtype).toBe("F32");
    const expected = (bits: number): number => {
      const [sign, exponent, fraction] = [bits < 32_768 ? 1 : -1, (bits >> 10) % 32, bits % 1024];
      if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
      return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
    };
    const different = [...halves].filter((bits) => !Object.is(data[bits], expected(bits)));
    expect(different).toEqual([]);
  });

  it("reads F16 by known bits: zeros, subnormals, bounds, infinities, NaN", () => {
    const known = [
      [0x0000, 0x00000000],
      [0x8000, 0x80000000],
      [0x0001, 0x33800000], // 2⁻²⁴
      [0x83ff, 0xb87fc000], // −(1 − 2⁻¹⁰) · 2⁻¹⁴
      [0x0400, 0x38800000], // 2⁻¹⁴
      [0x3555, 0x3eaaa000], // 0.33325195
      [0xc000, 0xc0000000], // −2
      [0x7bff, 0x477fe000], // 65,504
      [0x7c00, 0x7f800000],
      [0xfc00, 0xff800000],
      [0x7e01, 0x7fc02000],
    ] as const;
    const bytes = new Uint8Array(Uint16Array.from(known, ([half]) => half).buffer);
    const { data } = read("F16", `[${known.length}]`, bytes);
    expect([...new Uint32Array(data.buffer)]).toEqual(known.map(([, word]) => word));
  });

  it("reads each BF16 as the F32 whose upper half it is", () => {
    const { dtype, data } = read("BF16", "[256, 256]", halfBytes);
    expect(dtype).toBe("F32");
    const words = new Uint32Array(data.buffer);
    expect([...halves].filter((bits) => words[bits] !== bits * 65_536)).toEqual([]);
  });

  it("reads BOOL as U8, and writes what it read", () => {
    const tensor = read("BOOL", "[2, 1]", Uint8Array.of(1, 0));
    expect(tensor).toEqual({ dtype: "U8", shape: [2, 1], data: Uint8Array.of(1, 0) });
    const decoded = decodeSafetensors(encodeSafetensors(new Map([["w", tensor]])));
    expect(decoded.tensors.get("w")).toEqual(tensor);
  });

  it("reads a file of the Python package safetensors 0.8.0 that holds F16, BF16 and BOOL", () => {
    const bytes = Buffer.from(
      "CAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmcm9tIjoibnVtcHkifSwidyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMV0sImRh" +
        "dGFfb2Zmc2V0cyI6WzAsNF19LCJiIjp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzQsMTBdfSwi" +
        "aCI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbMiwyXSwiZGF0YV9vZmZzZXRzIjpbMTAsMThdfSwibWFzayI6eyJkdHlwZSI6IkJP" +
        "T0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlsxOCwyMV19fSAgICAgICAAAAA/gD9JwEpxADwAwf97AQABAAE=",
      "base64",
    );
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(metadata).toEqual({ from: "numpy" });
    expect(Object.fromEntries(tensors)).toEqual({
      h: f32([2, 2], 1, -2.5, 65_504, 2 ** -24),
      b: f32([3], 1, -3.140625, Math.fround(1.0002555517425873e30)),
      mask: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 0, 1) },
      w: f32([1], 0.5),
    });
  });

  const shape = fc.array(fc.nat(4), { maxLength: 3 });
  const tensor = fc.tuple(shape, fc.constantFrom("F32", "F64", "I32", "U8", "I64" as const)).chain(([shape, dtype]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const exactly = { minLength: size, maxLength: size };
    const data = {
      F32: fc.float32Array(exactly),
      F64: fc.float64Array(exactly),
      I32: fc.int32Array(exactly),
      U8: fc.uint8Array(exactly),
      I64: fc.bigInt64Array(exactly),
    }[dtype];
    return data.map((data) => ({ dtype, shape, data }) as SafetensorsTensor);
  });
  const name = fc.oneof(fc.string({ unit: "binary" }), fc.constant("__proto__")).filter((n) => n !== "__metadata__");
  const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((entries) => new Map(entries));
  const metadata = fc.dictionary(fc.string(), fc.string());

  it("gives back what was encoded", () => {
    fc.assert(
      fc.property(tensors, metadata, (tensors, metadata) => {
        const bytes = encodeSafetensors(tensors, metadata);
        const decoded = decodeSafetensors(bytes);
        expect(new Map([...decoded.tensors].sort())).toEqual(new Map([...tensors].sort()));
        expect(Object.entries(decoded.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(encodeSafetensors(decoded.tensors, decoded.metadata)).toEqual(bytes);
      }),
    );
  });

  it("gives a ChainruleError, and nothing else, for damaged bytes", () => {
    const change = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(tensors, fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(), (tensors, changes, cut) => {
        const bytes = encodeSafetensors(tensors, { epoch: "1" });
        for (const { at, value } of changes) bytes[at % bytes.length] = value;
        try {
          decodeSafetensors(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ChainruleError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
