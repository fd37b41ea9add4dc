// A checksum of words of four bytes, some times as fast as CRC-32: MurmurHash3 for 32 bits (Appleby 2011), without its last mixing.

/** From 0 to 2³² − 1; `before`: that of the words before these. Any change within one word changes it, others do but for one in 2³². */
export function wordsChecksum(words: Int32Array, before = 0): number {
  let hash = before | 0;
  for (let i = 0; i < words.length; i++) {
    let word = Math.imul(words[i]!, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  return hash >>> 0;
}
