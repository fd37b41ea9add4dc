// The files that words of a command line name: by their names, or by patterns such as data/*.csv; "-" is standard input.
import { stat } from "node:fs/promises";
import { ChainruleError } from "../ir/errors.ts";

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
