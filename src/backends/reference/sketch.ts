// The sketch of a tensor: a pass for the extremes, then one for the rest.
import { sketchLayout, sketchSample } from "../../ops/sketch.ts";
import type { Kernel, NdArray } from "./kernel.ts";

const { buckets, lowestExponent } = sketchLayout;

/** The smallest normal number of float32: in float64 too, so that sketches mean the same in both. */
const smallestNormal = 2 ** -126;

const scratch = new DataView(new ArrayBuffer(8));

/** ⌊log₂ |x|⌋ of a normal number: from the bits, since Math.log2 rounds. */
function exponentOf(x: number): number {
  scratch.setFloat64(0, x);
  return ((scratch.getUint16(0) >> 4) & 2047) - 1023;
}

export const sketch: Kernel<"sketch"> =
  ([x]: readonly [NdArray], _, { data: y }) =>
  () => {
    y.fill(0);
    let [finite, min, max] = [0, Infinity, -Infinity];
    for (const value of x.data) {
      if (!Number.isFinite(value)) continue;
      finite++;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    y[sketchLayout.nonFinite] = x.data.length - finite;
    if (finite === 0) return;
    // By a power of two, which rounds nothing, so that squares are in range.
    const scale = 2 ** -exponentOf(Math.max(-min, max));
    let [sum, squares] = [0, 0];
    const { exact, piece, every } = sketchSample;
    const stride = x.data.length > exact ? every : 1;
    for (const [i, value] of x.data.entries()) {
      if (!Number.isFinite(value)) continue;
      sum += value * scale;
      squares += (value * scale) ** 2;
      if (Math.abs(value) >= smallestNormal) {
        if (Math.floor(i / piece) % stride !== 0) continue;
        y[sketchLayout.counted]!++;
        y[sketchLayout.histogram + Math.min(Math.max(exponentOf(value) - lowestExponent, 0), buckets - 1)]!++;
      } else {
        y[value === 0 ? sketchLayout.zeros : sketchLayout.subnormal]!++;
      }
    }
    y[sketchLayout.mean] = sum / finite / scale;
    y[sketchLayout.rms] = Math.sqrt(squares / finite) / scale;
    // −0 becomes 0.
    y[sketchLayout.min] = min + 0;
    y[sketchLayout.max] = max + 0;
  };
