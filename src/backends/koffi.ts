// The package koffi, which calls libraries of the machine: where it is, and where memory lies for them. Only Node has it.
export type Koffi = typeof import("koffi");

/** The main file of a package that is installed with this one. */
export function packageFile(name: string): string | undefined {
  try {
    return process
      .getBuiltinModule("node:module")
      .createRequire(import.meta.url)
      .resolve(name);
  } catch {
    return undefined;
  }
}

/** `path`: what packageFile("koffi") gave; a thread whose code is text has no place of its own to look from. */
export function loadKoffi(path: string): Koffi {
  const { createRequire } = process.getBuiltinModule("node:module");
  return createRequire(path)(path) as Koffi;
}

/** Where a buffer lies in this process. */
export function addressOf(koffi: Koffi, buffer: ArrayBufferLike): number {
  const bytes = new Uint8Array(buffer);
  const windows = process.platform === "win32";
  // Moving nothing gives back the address it was to be moved to.
  const memmove = koffi
    .load(windows ? "msvcrt.dll" : null)
    .func("uint64_t memmove(uint8_t *to, const uint8_t *from, size_t bytes)");
  return Number(memmove(bytes, bytes, 0));
}
