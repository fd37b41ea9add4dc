// CRC-32 by two polynomials, reflected, four bytes at a time: that of gzip (ISO 3309), and Castagnoli's (RFC 3720).

export type Checksum = (bytes: Uint8Array, before?: number) => number;

/** `polynomial`: its coefficients of x⁰ … x³¹ from the highest bit on. */
function checksumBy(polynomial: number): Checksum {
  /** tables[k][b]: the checksum of byte b with k bytes of 0 after it. */
  const tables = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let b = 0; b < 256; b++) {
    let crc = b;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[0]![b] = crc;
  }
  for (let k = 1; k < 4; k++)
    for (let b = 0; b < 256; b++) {
      const before = tables[k - 1]![b]!;
      tables[k]![b] = (before >>> 8) ^ tables[0]![before & 0xff]!;
    }
  const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
  return (bytes, before = 0) => {
    let crc = ~before;
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) {
      crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      crc = t3[crc & 0xff]! ^ t2[(crc >>> 8) & 0xff]! ^ t1[(crc >>> 16) & 0xff]! ^ t0[crc >>> 24]!;
    }
    for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!;
    return ~crc >>> 0;
  };
}

/** From 0 to 2³² − 1; `before`: that of the bytes before these. x³² + x²⁶ + x²³ + … + 1, as of gzip. */
export const crc32: Checksum = /*@__PURE__*/ checksumBy(0xedb88320);

/** The same by x³² + x²⁸ + x²⁷ + … + 1, as of iSCSI and TFRecord. */
export const crc32c: Checksum = /*@__PURE__*/ checksumBy(0x82f63b78);
