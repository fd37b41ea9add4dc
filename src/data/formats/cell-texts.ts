// Texts of cells in bytes of UTF-8: one that comes again is made once, others are cut out of the text of all bytes.

/** Texts of so many bytes at most are remembered, one in each slot: V8 cuts longer ones so that they hold the whole. */
const longest = 12;
const slots = 1024;

/** The bytes must be valid, and cells end where characters do. */
export class CellTexts {
  #bytes = new Uint8Array(0);
  #length = 0;
  /** All of it, once it is wanted. */
  #text: string | undefined;
  /** A byte where a character begins, and its place in the text. */
  #byte = 0;
  #place = 0;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  readonly #known = new Array<string>(slots).fill("");
  readonly #hashes = new Int32Array(slots);
  readonly #knownSizes = new Uint8Array(slots);
  readonly #knownBytes = new Uint8Array(slots * longest);

  constructor() {
    // Past its beginning a mark is a character. With `ignoreBOM`, or where not `fatal`, V8 takes three times as long (Node 20).
    this.#decoder.decode(new Uint8Array(1), { stream: true });
  }

  /** From here on texts are of the first `length` of these bytes. */
  hold(bytes: Uint8Array<ArrayBuffer>, length: number): void {
    this.#bytes = bytes;
    this.#length = length;
    this.#text = undefined;
    this.#byte = 0;
    this.#place = 0;
  }

  /** Bytes [from, to). Fastest where `from` rises from call to call. */
  at(from: number, to: number): string {
    const size = to - from;
    if (size === 0) return "";
    if (size > longest) return this.#cut(from, to);
    const [bytes, knownBytes] = [this.#bytes, this.#knownBytes];
    // Fowler, Noll and Vo's hash, FNV-1a.
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    // What comes once is not remembered.
    if (this.#hashes[slot] !== hash) {
      this.#hashes[slot] = hash;
      this.#knownSizes[slot] = 0;
      return this.#cut(from, to);
    }
    const own = slot * longest;
    if (this.#knownSizes[slot] === size) {
      let i = 0;
      while (i < size && knownBytes[own + i] === bytes[from + i]) i++;
      if (i === size) return this.#known[slot]!;
    }
    const text = this.#cut(from, to);
    this.#known[slot] = text;
    this.#knownSizes[slot] = size;
    for (let i = 0; i < size; i++) knownBytes[own + i] = bytes[from + i]!;
    return text;
  }

  #cut(from: number, to: number): string {
    const text = (this.#text ??= this.#decoder.decode(this.#bytes.subarray(0, this.#length), { stream: true }));
    return text.length === this.#length ? text.slice(from, to) : text.slice(this.#placeOf(from), this.#placeOf(to));
  }

  /** UTF-16 has one unit for a character, and two for one of four bytes. */
  #placeOf(byte: number): number {
    if (byte < this.#byte) {
      this.#byte = 0;
      this.#place = 0;
    }
    let place = this.#place;
    for (let at = this.#byte; at < byte; at++) {
      const code = this.#bytes[at]!;
      if ((code & 0xc0) !== 0x80) place += code >= 0xf0 ? 2 : 1;
    }
    this.#byte = byte;
    this.#place = place;
    return place;
  }
}

/** A text that was put together as one: as a tree of its parts it would hold all of the text that they were cut from (V8). */
export function flat(text: string): string {
  // To look at a character is what makes it one.
  return text.charCodeAt(0) === 0 ? text.slice() : text;
}

/** The bytes of the white space that stands there, 0 where another character does. */
export function whiteSize(bytes: Uint8Array, at: number): number {
  const code = bytes[at]!;
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13) ? 1 : 0;
  const size = code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
  return /^\s$/.test(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(at, at + size))) ? size : 0;
}
