// The argument of commands that read a table: its files.
import { Argument } from "commander";

/** `remark`: what follows the words of the help. */
export const dataArgument = (remark = ""): Argument =>
  new Argument(
    "<data...>",
    `the file with the table, or several, patterns like "data/*.csv", - for standard input${remark}`,
  );

/** As JSON has them: one name as a text. */
export const oneOrAll = (names: readonly string[]): string | readonly string[] =>
  names.length === 1 ? names[0]! : names;
