// Encodings of Parquet's pages before they are decoded: no run, block or length may claim more than the page holds.
//
// https://parquet.apache.org/docs/file-format/data-pages/encodings/. A decoder that trusts them may not end, or take memory without end.

/** Bytes that are read one after the other, up to `end`. Throws where they end too early. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  byte(): number {
    if (this.at >= this.end) throw new Error("it ends too early");
    return this.bytes[this.at++]!;
  }

  uint32(): number {
    return this.byte() + this.byte() * 2 ** 8 + this.byte() * 2 ** 16 + this.byte() * 2 ** 24;
  }

  /** Unsigned LEB128, of at most 64 bits; beyond 2⁵³ it is rounded. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error("it holds a number that does not end");
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  skip(bytes: number): void {
    if (bytes > this.left) throw new Error("it ends too early");
    this.at += bytes;
  }
}

/** What a column's values are. */
export interface Physical {
  readonly type: string;
  /** Bytes of each value of FIXED_LEN_BYTE_ARRAY. */
  readonly length: number;
}

/** Parquet's numbers of encodings; those that are not here hyparquet refuses. */
const encodings = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  deltaBinaryPacked: 5,
  deltaLengthByteArray: 6,
  deltaByteArray: 7,
  rleDictionary: 8,
  byteStreamSplit: 9,
} as const;

/**
 * Runs of RLE and bit-packed numbers of `width` bits, of which `count` are read: how many of them are `wanted`.
 *
 * @throws Error where a run has more than are left
 */
export function checkRuns(reader: ByteReader, width: number, count: number, wanted = -1): number {
  let found = 0;
  for (let seen = 0; seen < count; ) {
    const header = reader.varint();
    const length = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (length > count - seen) throw new Error(`it has a run of ${length} values where ${count - seen} are left`);
      let value = 0;
      for (let i = 0; i < width; i += 8) value += reader.byte() * 2 ** i;
      if (value === wanted) found += length;
      seen += length;
      continue;
    }
    const values = Math.min(8 * length, count - seen);
    if (8 * length > values + 7 && (width === 0 || length * width > reader.left))
      throw new Error(`it has ${8 * length} packed values where ${count - seen} are left`);
    if (wanted >= 0) for (let i = 0; i < values; i++) if (bitsAt(reader, i * width, width) === wanted) found++;
    reader.skip(Math.min(length * width, Math.max(reader.left, Math.ceil((values * width) / 8))));
    seen += values;
  }
  return found;
}

/** A number of at most 32 bits, the lowest first, so many bits after the reader's place. */
function bitsAt(reader: ByteReader, bit: number, width: number): number {
  const shift = bit % 8;
  let at = reader.at + (bit - shift) / 8;
  let value = 0;
  for (let i = 0; i < shift + width; i += 8) {
    if (at >= reader.end) throw new Error("it ends too early");
    value += reader.bytes[at++]! * 2 ** i;
  }
  return Math.floor(value / 2 ** shift) % 2 ** width;
}

/** Blocks of differences, of which `count` numbers are read. `numbers`: where these are wanted, which are of 32 bits. */
function checkDeltas(reader: ByteReader, count: number, widest: 32 | 64, numbers?: Int32Array): void {
  const blockSize = reader.varint();
  const miniblocks = reader.varint();
  const total = reader.varint();
  const each = blockSize / miniblocks;
  const isSized = blockSize > 0 && blockSize <= 2 ** 20 && blockSize % 128 === 0;
  if (!isSized || miniblocks === 0 || each % 32 !== 0)
    throw new Error(`it has blocks of ${blockSize} differences in ${miniblocks} parts`);
  if (total !== count) throw new Error(`it has ${total} differences for ${count} values`);
  let value = reader.zigzag();
  let read = 0;
  if (numbers && count > 0) numbers[read] = value;
  read++;
  while (read < count) {
    const least = reader.zigzag();
    const widths = reader.at;
    reader.skip(miniblocks);
    for (let i = 0; i < miniblocks && read < count; i++) {
      const width = reader.bytes[widths + i]!;
      if (width > widest) throw new Error(`it has differences of ${width} bits`);
      const here = Math.min(each, count - read);
      if (numbers)
        for (let j = 0; j < here; j++)
          numbers[read + j] = value = (value + least + bitsAt(reader, j * width, width)) | 0;
      read += here;
      reader.skip(Math.min((each * width) / 8, Math.max(reader.left, Math.ceil((here * width) / 8))));
    }
  }
}

/** Most bytes that texts may have which are written by what they share with the one before. */
const mostShared = 2 ** 28;

/** The lengths of `count` byte arrays, which stand behind each other afterwards. */
function lengthsOf(reader: ByteReader, count: number): Int32Array {
  const lengths = new Int32Array(count);
  checkDeltas(reader, count, 32, lengths);
  if (lengths.some((length) => length < 0)) throw new Error("it has a text of negative length");
  return lengths;
}

function checkSum(reader: ByteReader, lengths: Int32Array): void {
  let sum = 0;
  for (const length of lengths) sum += length;
  if (sum > reader.left) throw new Error(`its texts take ${sum} bytes where ${reader.left} are left`);
}

function checkPlain(reader: ByteReader, { type, length }: Physical, count: number): void {
  if (type === "BYTE_ARRAY") {
    for (let i = 0; i < count; i++) reader.skip(reader.uint32());
    return;
  }
  const bits: Readonly<Record<string, number>> = {
    ...{ BOOLEAN: 1, INT32: 32, INT64: 64, INT96: 96, FLOAT: 32, DOUBLE: 64, FIXED_LEN_BYTE_ARRAY: 8 * length },
  };
  reader.skip(Math.ceil((count * (bits[type] ?? 0)) / 8));
}

/** Values of a page, `count` of them. Throws an Error that goes on from "a page …: ". */
export function checkValues(reader: ByteReader, encoding: number, column: Physical, count: number): void {
  if (count === 0) return;
  switch (encoding) {
    case encodings.plain:
    case encodings.byteStreamSplit:
      checkPlain(reader, column, count);
      return;
    case encodings.rle:
      reader.uint32();
      checkRuns(reader, 1, count);
      return;
    case encodings.plainDictionary:
    case encodings.rleDictionary: {
      const width = reader.byte();
      if (width > 32) throw new Error(`its indices have ${width} bits`);
      checkRuns(reader, width, count);
      return;
    }
    case encodings.deltaBinaryPacked:
      checkDeltas(reader, count, column.type === "INT32" ? 32 : 64);
      return;
    case encodings.deltaLengthByteArray:
      checkSum(reader, lengthsOf(reader, count));
      return;
    case encodings.deltaByteArray: {
      const shared = lengthsOf(reader, count);
      const own = lengthsOf(reader, count);
      checkSum(reader, own);
      let before = 0;
      let sum = 0;
      for (let i = 0; i < count; i++) {
        if (shared[i]! > before) throw new Error(`a text shares ${shared[i]} bytes with one of ${before}`);
        before = shared[i]! + own[i]!;
        sum += before;
      }
      if (sum > Math.max(mostShared, 1024 * reader.left)) throw new Error(`its texts would take ${sum} bytes`);
      return;
    }
    default:
      return;
  }
}
