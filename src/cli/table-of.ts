// The table in a file: whole, or its head where the file is read in blocks.
import type { TextOptions } from "../data/formats/format.ts";
import { formatOfName } from "../data/formats/index.ts";
import type { Table, TableStream } from "../data/index.ts";

/** Bytes of a file from which it is read in blocks. */
const largeFile = 256 * 2 ** 20;

export async function tableOf(
  path: string,
  options: TextOptions & { readonly stream?: true },
): Promise<{ table: Table; stream?: TableStream }> {
  const { openTable, readTable } = await import("./engine.ts");
  const { delimiter, header, stream } = options;
  if (!stream && !(await isLarge(path))) return { table: await readTable(path, { delimiter, header }) };
  const opened = await openTable(path, { delimiter, header });
  return { table: opened.head, stream: opened };
}

async function isLarge(path: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  try {
    return formatOfName(path)?.open !== undefined && (await stat(path)).size > largeFile;
  } catch {
    // What is wrong with the file is said by whoever reads it.
    return false;
  }
}
