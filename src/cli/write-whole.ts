// Replaces a file whole, or leaves it as it is.
import { rename, rm, writeFile } from "node:fs/promises";
import { ChainruleError } from "../ir/errors.ts";

/** Throws INVALID_ARGUMENT where it cannot be written. */
export async function writeWhole(
  path: string,
  content: Uint8Array | string | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    if (cause instanceof ChainruleError || code === undefined) throw cause;
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${path} cannot be written (${code}). Choose another place for it, or change the permissions of its folder or make room there.`,
      { path, code },
      { cause },
    );
  }
}
