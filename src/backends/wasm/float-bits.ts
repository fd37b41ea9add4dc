// The bits of float32 numbers.
const float = new Float32Array(1);
const int = new Int32Array(float.buffer);

/** The word that holds `value` as a float32. */
export function floatBits(value: number): number {
  float[0] = value;
  return int[0]!;
}
