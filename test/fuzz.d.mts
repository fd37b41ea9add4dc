// Types of fuzz.mjs.
export interface Fault {
  readonly index: number;
  readonly message: string;
  /** The file, in base64. */
  readonly bytes?: string;
}

export const readers: readonly string[];
/** Files that take a command line each, to be read. */
export const slow: readonly string[];

export function fuzz(
  reader: string,
  options: { readonly files: number; readonly seed: number },
): Promise<readonly Fault[]>;
