// The files that words of a command line name: by their names, or by patterns such as data/*.csv; "-" is standard input.
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { ChainruleError } from "../ir/errors.ts";
import type { Streams } from "./output.ts";

/** Stands for standard input among the names of files. */
export const stdinName = "-";

/** Every file once, those of a pattern in the order of their names. Throws FILE_NOT_FOUND where a pattern matches none. */
export async function filesOf(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    if (!/[*?[{]/.test(name) || (await isThere(name))) files.push(name);
    else for (const file of await matching(name)) files.push(file);
  }
  return [...new Set(files)];
}

const isThere = (name: string): Promise<boolean> =>
  stat(name).then(
    () => true,
    () => false,
  );

async function matching(pattern: string): Promise<string[]> {
  const { glob } = await import("tinyglobby");
  // Patterns are written with "/" everywhere; what stands before them on Windows need not be.
  const written = process.platform === "win32" ? pattern.replaceAll("\\", "/") : pattern;
  const found = await glob(written, { expandDirectories: false, absolute: written.startsWith("/") });
  if (found.length > 0) return found.sort();
  throw new ChainruleError(
    "FILE_NOT_FOUND",
    `${pattern} matches no file. Check the pattern and the folder you are in.`,
    { source: pattern },
  );
}

/** All that comes in, with its hash. */
export async function readStdin({ stdin }: Streams): Promise<{ bytes: Uint8Array; sha256: string }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin ?? process.stdin) chunks.push(chunk as Uint8Array);
  const bytes = Buffer.concat(chunks);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}
