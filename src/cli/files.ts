// The files that words of a command line name: by their names, or by patterns such as data/*.csv; "-" is standard input.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
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

/** Bytes that can be read once, with their hash. */
export interface PassingBytes {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Whether what a name stands for can be read but once: standard input, a pipe such as <(…), a device such as /dev/stdin. */
export async function isPassing(file: string): Promise<boolean> {
  if (file === stdinName) return true;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** The first of them that can. */
export async function firstPassing(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) if (await isPassing(file)) return file;
  return undefined;
}

/** All that comes in by it. Throws FILE_NOT_FOUND where it cannot be read, or has no end. */
export async function readPassing(file: string, { stdin }: Streams): Promise<PassingBytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = file === stdinName ? (stdin ?? process.stdin) : createReadStream(file);
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
      if (length > mostPassing) throw new Error(`it does not end within ${mostPassing / 2 ** 30} GB`);
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `${file === stdinName ? "Standard input" : file} cannot be read (${code ?? message}). Save its table in a file, and name that.`,
      { source: file },
      { cause },
    );
  }
  const bytes = Buffer.concat(chunks);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Bytes of one array of Node's: /dev/zero has no end. */
const mostPassing = 2 ** 31;
