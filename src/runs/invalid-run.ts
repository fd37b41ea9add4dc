// The error of a run whose files are not usable.
import { ChainruleError } from "../ir/errors.ts";

export const invalidRun = (dir: string, file: string, what: string, cause?: unknown): ChainruleError =>
  new ChainruleError(
    "INVALID_RUN",
    `The file ${file} of the run "${dir}" is not usable: ${what}. Restore the file, or train again.`,
    { dir, file, what },
    { cause },
  );
