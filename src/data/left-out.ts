// What is said of columns that make no feature.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import type { ColumnDescription } from "./columns.ts";
import { typeSetting } from "./encode.ts";
import type { Table } from "./table.ts";
import { count, quote } from "./wording.ts";

export function leftOutNotes(descriptions: readonly ColumnDescription[]): string[] {
  const out = descriptions.filter(({ role }) => role === "left out");
  if (out.length === 0) return [];
  return [`${count(out.length, "column")} left out: ${reasons(out)}.`];
}

function reasons(descriptions: readonly ColumnDescription[]): string {
  const shown = descriptions.slice(0, 20).map(({ name, type, reason }) => `${quote(name)} (${type}: ${reason})`);
  return `${shown.join("; ")}${descriptions.length > 20 ? `; and ${descriptions.length - 20} more` : ""}`;
}

export function noFeatures(
  { source }: Pick<Table, "source">,
  descriptions: readonly ColumnDescription[],
): ChainruleError {
  const out = descriptions.filter(({ role }) => role === "left out");
  const typed = out.length === 0 ? undefined : typeSetting(out[0]!.name, "category");
  const why =
    typed === undefined
      ? "The target is its only column. Add columns to learn from."
      : `Left out: ${reasons(out)}. If one of them should count, set its type, e.g. ${settingWords(typed)}.`;
  return new ChainruleError("NO_FEATURES", `${source} has no column to learn from. ${why}`, {
    source,
    leftOut: out.map(({ name }) => name),
    ...(typed && { settings: [typed] }),
  });
}
