// A short name of weights: by it two people see whether theirs are the same bits.

/** The first eight hex digits of the SHA-256 of the bytes. */
export async function fingerprintOf(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
