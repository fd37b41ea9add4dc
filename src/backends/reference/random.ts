// Uniform and normal numbers from Philox blocks: element e takes word e mod 4 of block ⌊e / 4⌋.
import { philox } from "../../ops/philox.ts";
import type { Kernel, NdArray } from "./kernel.ts";

/** Draws of `words` into y[first … first + 3], as far as y reaches. */
type Fill = (words: Uint32Array, y: NdArray, first: number) => void;

// Key [k0, k1, c2, c3]; counter (block, stream, c2, c3).
const drawing =
  (fill: Fill): Kernel<"randomUniform"> =>
  ([key]: readonly [NdArray], { stream, block = 0 }, y) => {
    const words = new Uint32Array(4);
    return () => {
      const k0 = key.data[0]!;
      const k1 = key.data[1]!;
      const c2 = key.data[2]!;
      const c3 = key.data[3]!;
      for (let first = 0; first < y.data.length; first += 4) {
        philox(block + first / 4, stream, c2, c3, k0, k1, words);
        fill(words, y, first);
      }
    };
  };

/** The upper 24 bits of a word as a fraction. */
const fraction = (word: number): number => (word >>> 8) * 2 ** -24;

export const randomUniform = drawing((words, y, first) => {
  for (let i = 0; i < 4 && first + i < y.data.length; i++) y.data[first + i] = fraction(words[i]!);
});

// Box–Muller: u₁ in (0, 1], u₂ in [0, 1), r = √(−2 ln u₁), z₀ = r cos 2πu₂, z₁ = r sin 2πu₂.
export const randomNormal = drawing((words, y, first) => {
  for (let i = 0; i < 4 && first + i < y.data.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(fraction(words[i]!) + 2 ** -24));
    const angle = 2 * Math.PI * fraction(words[i + 1]!);
    y.data[first + i] = radius * Math.cos(angle);
    if (first + i + 1 < y.data.length) y.data[first + i + 1] = radius * Math.sin(angle);
  }
});
