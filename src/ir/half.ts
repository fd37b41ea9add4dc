// Floats of 16 bits, widened exactly: the bits of the float32 of the same value, those of a NaN included.

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
export function float16Word(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return sign | 0x7f80_0000 | (fraction << 13);
  // The bias of float32 is 127.
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal, fraction · 2⁻²⁴: float32 has room to write it with a leading one, which `shift` moves to bit 10.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** bfloat16: the upper half of a float32. */
export const bfloat16Word = (bits: number): number => bits << 16;

const word = new Int32Array(1);
const value = new Float32Array(word.buffer);

/** The value of IEEE 754 binary16. */
export function float16(bits: number): number {
  word[0] = float16Word(bits);
  return value[0]!;
}

/** 16-bit floats as float32; `wordOf` is float16Word or bfloat16Word. */
export function widened(halves: Uint16Array, wordOf: (bits: number) => number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(halves.length);
  const words = new Int32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) words[i] = wordOf(halves[i]!);
  return values;
}
