// Seeded random integers for shuffles, the same on every platform.

/**
 * splitmix32: a 32-bit counter by the golden ratio, mixed by two rounds of multiply and xor-shift. Constants: Kaito's
 * search for a low-bias hash, as used in bryc's collection of JavaScript generators (github.com/bryc/code, PRNGs.md);
 * the scheme: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 */
export function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** Fisher–Yates: a random order of 0 … length − 1. */
export function permutation(length: number, seed: number): Int32Array {
  const next = splitmix32(seed);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
