// About how many different values there are among many, in a few kilobytes.

/** 2^12 registers: a standard error of 1.04 / √4096 = 1.6 % (Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog", 2007). */
const bits = 12;
const size = 2 ** bits;
/** Their α for so many registers. */
const alpha = 0.7213 / (1 + 1.079 / size);

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** The finalizer of MurmurHash3. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32 bits of a number; `seed` gives others. */
export function hashNumber(value: number, seed: number): number {
  // −0 is 0.
  float[0] = value + 0;
  return mix(mix(words[0]! ^ seed) ^ words[1]!);
}

/** FNV-1a over the code units, mixed. */
export function hashText(text: string, seed: number): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

export class DistinctCount {
  readonly #registers = new Uint8Array(size);

  add(value: number | string): void {
    const [first, second] =
      typeof value === "number"
        ? [hashNumber(value, 0), hashNumber(value, 0x9e3779b9)]
        : [hashText(value, 0), hashText(value, 0x9e3779b9)];
    const at = first >>> (32 - bits);
    // The first one bit of the second word, counted from 1; 33 where there is none.
    const rank = Math.clz32(second) + 1;
    if (rank > this.#registers[at]!) this.#registers[at] = rank;
  }

  get estimate(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.#registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const raw = (alpha * size * size) / sum;
    // Few values are counted better by the registers that are still empty.
    return raw <= 2.5 * size && empty > 0 ? size * Math.log(size / empty) : raw;
  }
}

/** To two digits: more of an estimate say nothing. */
export function roughly(estimate: number): number {
  return Number(estimate.toPrecision(2));
}
