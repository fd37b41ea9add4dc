// A file of one's own as the page takes it: its bytes, and the SHA-256 by which an address names it.
import { ChainruleError } from "chainrule";
import type { OwnFile } from "../training/open.ts";

export interface HashedFile {
  readonly file: OwnFile;
  readonly sha256: string;
}

/** Throws INVALID_ARGUMENT where the file cannot be read, or the page is served so that a browser computes no hashes. */
export async function hashed(name: string, content: Blob): Promise<HashedFile> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await content.arrayBuffer());
  } catch (cause) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `${name} cannot be read. Is it a folder, or has it changed since it was chosen? Choose it again.`,
      { name },
      { cause },
    );
  }
  if (globalThis.crypto?.subtle === undefined)
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      "The page knows files by their SHA-256, which browsers compute for https and localhost alone. Open it there.",
    );
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { file: { name, bytes }, sha256 };
}

/** Throws INVALID_ARGUMENT for another file than an address names. */
export function checkSame(given: HashedFile, named: { readonly name: string; readonly sha256: string }): void {
  if (given.sha256 === named.sha256) return;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    `${given.file.name} is another file than the address names: the SHA-256 of ${named.name} begins with ${start(named)}, that of ${given.file.name} with ${start(given)}. Choose the file that was trained on.`,
    { given: given.sha256, named: named.sha256 },
  );
}

const start = ({ sha256 }: { readonly sha256: string }): string => sha256.slice(0, 8);
