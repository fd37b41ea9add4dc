// Where a run's rows came from, as run.json says it: files or a query, each with a hash, or another program; and reading them again.
import type { TextOptions } from "../data/formats/format.ts";
import { queryTable, readTable, type Table } from "../data/index.ts";
import { type Check, described, either, list, maybe, record, text } from "../ir/checks.ts";
import { node } from "../ir/node.ts";
import { sha256Bytes } from "./files.ts";
import { notAFile, sha256File } from "./folder.ts";

export interface DataFile {
  readonly file: string;
  readonly sha256: string;
}

/** The files of a table, one after the other. */
export interface DataFiles extends DataFile {
  /** Those after the first. */
  readonly further?: readonly DataFile[];
}

/** The hash is of the table that the query gave. */
export interface DataQuery {
  readonly sql: string;
  readonly sha256: string;
}

/** Another program trained, and its rows are in no table. */
export interface DataProgram {
  /** With its version: "PyTorch 2.15.0". */
  readonly program: string;
}

export type DataOrigin = DataFiles | DataQuery | DataProgram;

export const isQuery = (origin: DataOrigin): origin is DataQuery => "sql" in origin;
export const isProgram = (origin: DataOrigin): origin is DataProgram => "program" in origin;

export const filesIn = ({ file, sha256, further = [] }: DataFiles): readonly DataFile[] => [
  { file, sha256 },
  ...further,
];

const sha256 = described(
  { type: "string", pattern: "^[0-9a-f]{64}$" },
  (value: unknown) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
);
const file = { file: text, sha256 };
const files = { ...file, further: maybe(list(record<DataFile>(file))) };
const validation = maybe(record<DataFiles>(files));

/** What run.json holds: rows for validation may have files of their own. */
export const dataWithValidation: Check = either(
  record<DataQuery & { validation?: DataFiles }>({ sql: text, sha256, validation }),
  record<DataFiles & { validation?: DataFiles }>({ ...files, validation }),
  record<DataProgram>({ program: text }),
);

/** Of names, types and cells. */
export function sha256Table({ columns }: Table): string {
  const hash = node("node:crypto").createHash("sha256");
  for (const { name, cells } of columns) {
    hash.update(JSON.stringify(name));
    // JSON has no NaN and no infinity.
    for (const cell of cells) hash.update(typeof cell === "number" ? `${cell},` : `${JSON.stringify(cell)},`);
  }
  return hash.digest("hex");
}

/** What is said of a run whose rows cannot be read again, since another program has them. */
export const notHere = ({ program }: DataProgram): string =>
  `it was trained by ${program}, whose rows are not kept in the run folder.`;

/** The table as it was. A query is confined to this folder, unless it is `asked` for in the same words. `fail` makes the error for what is not there any more, or is another. */
export async function readAgain(
  origin: DataOrigin,
  options: TextOptions,
  fail: (what: string) => Error,
  asked?: string,
): Promise<Table> {
  if (isProgram(origin)) throw fail(notHere(origin));
  if (isQuery(origin)) {
    const confines = origin.sql === asked ? {} : { folder: process.cwd() };
    const table = await queryTable(origin.sql, confines).catch((cause: Error) => {
      throw fail(`its query fails now. ${cause.message}`);
    });
    if (sha256Table(table) === origin.sha256) return table;
    throw fail(
      "its query gives another table now. Train again; if nothing has changed, put the rows in order (ORDER BY) first.",
    );
  }
  const files = filesIn(origin);
  await checkFiles(files, fail);
  return readTable(
    files.map(({ file }) => file),
    options,
  );
}

/** @throws what `fail` makes, where one of the files is not there or has changed */
export async function checkFiles(files: DataFiles | readonly DataFile[], fail: (what: string) => Error): Promise<void> {
  for (const file of "file" in files ? filesIn(files) : files) await checkFile(file, fail, sha256File);
}

/** The bytes of a file as it was. @throws what `fail` makes, where it is not there or has changed */
export async function readData(file: DataFile, fail: (what: string) => Error): Promise<Uint8Array> {
  let bytes = new Uint8Array(0);
  await checkFile(file, fail, async (path) => {
    bytes = new Uint8Array(await node("node:fs/promises").readFile(path));
    return sha256Bytes(bytes);
  });
  return bytes;
}

async function checkFile(
  { file, sha256 }: DataFile,
  fail: (what: string) => Error,
  hashOf: (path: string) => Promise<string>,
): Promise<void> {
  if (file === "-") throw fail("its table came from standard input, which is not kept. Train on it as a file.");
  const gone = () =>
    fail(
      `its data, ${file}, is not there (seen from this folder). Put it back, or go to the folder where it was trained.`,
    );
  await checkRegular([file], fail, gone);
  const hash = await hashOf(file).catch(() => {
    throw gone();
  });
  if (hash !== sha256) throw fail(`its data, ${file}, has changed since. Train again on the data as it is.`);
}

/** Of names that a run's file has: what they name must be files, since opening a pipe or a device may never end. @throws what `fail` and `gone` make */
export async function checkRegular(
  files: readonly string[],
  fail: (what: string) => Error,
  gone: (file: string) => Error,
): Promise<void> {
  for (const file of files) {
    const other = await notAFile(file).catch(() => {
      throw gone(file);
    });
    if (other !== undefined)
      throw fail(
        `its data, ${file}, is ${other} and no file: what came through it is not kept. Train on it as a file.`,
      );
  }
}
