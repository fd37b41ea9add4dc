// Compressed files: gzip and Zstandard, by their magic bytes.
import { ChainruleError } from "../../ir/errors.ts";
import { bytes } from "../wording.ts";

const isGzip = (content: Uint8Array): boolean => content[0] === 0x1f && content[1] === 0x8b;
const isZstd = (content: Uint8Array): boolean =>
  content[0] === 0x28 && content[1] === 0xb5 && content[2] === 0x2f && content[3] === 0xfd;

/** The content as it was before it was compressed, and the name without the ending that says so. */
export async function decompressed(content: Uint8Array, source: string): Promise<{ bytes: Uint8Array; name: string }> {
  const name = source.replace(/\.(gz|gzip|zst|zstd)$/i, "");
  const unreadable = (cause: unknown) =>
    new ChainruleError(
      "MALFORMED_DATA",
      `${source} cannot be decompressed: ${(cause as Error).message}. Is it complete? Compress it again.`,
      { source },
      { cause },
    );
  try {
    if (isGzip(content)) return { bytes: await gunzipped(content, new Bounded(source)), name };
    if (isZstd(content)) return { bytes: await unzstd(content, new Bounded(source)), name };
  } catch (cause) {
    throw cause instanceof ChainruleError ? cause : unreadable(cause);
  }
  return { bytes: content, name: source };
}

/** Bytes that a file may become: a few may become any number. */
const mostBytes = 2 ** 30;

/** Pieces that are put together, as long as they are not too many. Throws OUT_OF_MEMORY. */
class Bounded {
  readonly #source: string;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(source: string) {
    this.#source = source;
  }

  add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length > mostBytes)
      throw new ChainruleError(
        "OUT_OF_MEMORY",
        `${this.#source} becomes more than ${bytes(mostBytes)} when it is decompressed. Decompress it, and name what comes of it: a file is read in blocks.`,
        { source: this.#source },
      );
    this.#pieces.push(piece);
  }

  joined(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

async function gunzipped(content: Uint8Array, into: Bounded): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(content)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) into.add(next.value);
  } catch (cause) {
    await reader.cancel().catch(() => {});
    throw cause;
  }
  return into.joined();
}

async function unzstd(content: Uint8Array, into: Bounded): Promise<Uint8Array> {
  const { Decompress } = await import("fzstd");
  const stream = new Decompress((piece) => into.add(piece));
  // Four bytes may become 128 kB.
  const step = 4096;
  for (let at = 0; at < content.length; at += step)
    stream.push(content.subarray(at, at + step), at + step >= content.length);
  return into.joined();
}
