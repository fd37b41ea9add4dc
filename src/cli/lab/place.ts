// Which folder of runs the lab shows, and which of them it opens.
import { existsSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { ChainruleError } from "../../ir/errors.ts";

/** Where runs go that nobody names a place for. */
export const usualFolder = "runs";

export interface LabPlace {
  readonly folder: string;
  readonly opened?: string;
}

/** Of a folder of runs, or of one run. Throws FILE_NOT_FOUND. */
export async function placeOf(named: string | undefined): Promise<LabPlace> {
  if (named === undefined) return { folder: usualFolder };
  if (!existsSync(named) || !statSync(named).isDirectory())
    throw new ChainruleError(
      "FILE_NOT_FOUND",
      `"${named}" is no folder. Give a folder of runs, or the folder of one.`,
      {
        place: named,
      },
    );
  if (!existsSync(join(named, "run.json"))) return { folder: named };
  // The runs beside it can be laid over it.
  const path = await realpath(named);
  return { folder: relative("", dirname(path)) || ".", opened: basename(path) };
}
