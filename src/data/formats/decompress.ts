// Compressed files: gzip and Zstandard, by their magic bytes.
import { ChainruleError } from "../../ir/errors.ts";

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
    if (isGzip(content)) {
      const stream = new Blob([new Uint8Array(content)]).stream().pipeThrough(new DecompressionStream("gzip"));
      return { bytes: new Uint8Array(await new Response(stream).arrayBuffer()), name };
    }
    if (isZstd(content)) {
      const { decompress } = await import("fzstd");
      return { bytes: decompress(content), name };
    }
  } catch (cause) {
    throw unreadable(cause);
  }
  return { bytes: content, name: source };
}
