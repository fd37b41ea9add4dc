// The table of a command: its files, or a query in place of them.
import { Argument, type Option } from "commander";
import { ChainruleError } from "../ir/errors.ts";
import type { DataOrigin } from "../runs/index.ts";
import { option } from "./command.ts";

/** `remark`: what follows the words of the help. */
export const dataArgument = (remark = ""): Argument =>
  new Argument(
    "[data...]",
    `the file with the table, or several, patterns like "data/*.csv", - for standard input${remark}`,
  );

export const sqlOption = (): Option =>
  option("--sql <query>", "a query in place of files, run by DuckDB where @duckdb/node-api is installed");

/** What a command line says of its table. */
export interface GivenData {
  readonly files: readonly string[];
  readonly sql?: string | undefined;
}

/** Throws USAGE where there is no table, or there are two. */
export function givenData(files: readonly string[], { sql }: { readonly sql?: string | undefined }): GivenData {
  if (files.length === 0 && sql === undefined)
    throw new ChainruleError("USAGE", "Name the file with the table, or give a query in its place (--sql).");
  if (files.length > 0 && sql !== undefined)
    throw new ChainruleError(
      "USAGE",
      `A query (--sql) stands in place of files, and ${files.length === 1 ? "one is" : "some are"} named: leave out one or the other. The query can read it: select * from '${files[0]}'.`,
    );
  return { files, sql };
}

/** As command lines and JSON have it: a text where it is one. */
export const dataWords = ({ files, sql }: GivenData): readonly string[] => (sql === undefined ? files : ["--sql", sql]);
export const dataJson = ({ files, sql }: GivenData): string | readonly string[] =>
  sql ?? (files.length === 1 ? files[0]! : files);

/** The words of a command line that name where a run's table came from. */
export async function originWords(origin: DataOrigin): Promise<string[]> {
  const { filesIn, isProgram, isQuery } = await import("./engine.ts");
  if (isProgram(origin)) return [];
  return isQuery(origin) ? ["--sql", origin.sql] : filesIn(origin).map(({ file }) => file);
}
