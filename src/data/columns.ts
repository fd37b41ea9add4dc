// What each column is: its type, its role, its missing cells, and the reason in a few words.
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { type Inferred, inferColumn, type Role } from "./infer-column.ts";
import { evidenceOf, type Inspection, inspect } from "./inspect.ts";
import { type ColumnType, checkReading, isFeatureType, type ReadingOptions, ruleOf, unknownColumn } from "./reading.ts";
import { type Column, findColumn, type Table } from "./table.ts";
import { quote, quoteList } from "./wording.ts";

/** One line of the table that describes the columns. `features` is the number of features the column makes. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType | "ignore";
  readonly role: "feature" | "target" | "left out";
  readonly missing: number;
  readonly distinct: number;
  readonly features: number;
  /** What the features are, where there is none for each of the column's values: "mean price at each". */
  readonly featureWords?: string;
  readonly reason: string;
}

/**
 * Describes every column: type, role, missing and distinct cells, and why. Roles follow from the types; the target's
 * is "target". `features` is 0 here, since it depends on the training rows; `prepare` fills it in.
 *
 * @throws ChainruleError TYPE_MISMATCH (a numeric column with text in it), UNKNOWN_COLUMN, INVALID_ARGUMENT
 * @example
 * describeColumns(table, { target: "species" }).filter((column) => column.role === "left out");
 */
export function describeColumns(
  table: Table,
  options: ReadingOptions & { readonly target?: string | readonly string[] } = {},
): ColumnDescription[] {
  const targets = options.target === undefined ? [] : targetColumns(table, options.target);
  const infer = columnReader(table, options);
  return table.columns.map((column) => {
    const isTarget = targets.includes(column);
    const { type, missing, distinct, reason } = infer(column, { isTarget });
    const role = isTarget ? "target" : isFeatureType(type) ? "feature" : "left out";
    return { name: column.name, type, role, missing, distinct, features: 0, reason };
  });
}

/**
 * The columns of the targets, in the order in which they are named.
 *
 * @throws ChainruleError UNKNOWN_COLUMN with the closest name and the list of columns; INVALID_ARGUMENT for none, or one named twice
 */
export function targetColumns(table: Table, target: string | readonly string[]): readonly Column[] {
  const names = [target].flat();
  const columns = names.map((name) => targetColumn(table, name, names));
  const twice = names.find((_, i) => columns.indexOf(columns[i]!) !== i);
  if (names.length > 0 && twice === undefined) return columns;
  throw new ChainruleError(
    "INVALID_ARGUMENT",
    twice === undefined
      ? "The target must be the name of a column, or a list of names, and the list is empty. Name the column to predict."
      : `The target ${quote(twice)} is named twice. Name each column once.`,
    { target: names },
  );
}

function targetColumn(table: Table, name: string, names: readonly string[]): Column {
  // Without a header, columns are known by their numbers.
  const column = findColumn(table, name) ?? (table.hasHeader ? undefined : findColumn(table, `column ${name}`));
  if (column !== undefined) return column;
  const listed = name.split(",").map((part) => part.trim());
  if (listed.length > 1 && listed.every((part) => findColumn(table, part) !== undefined))
    throw unlisted(table, name, listed);
  const whole = [names.join(","), names.join(", ")].find((one) => findColumn(table, one) !== undefined);
  if (whole === undefined)
    throw unknownColumn(table, name, names.length === 1 ? "The target is" : "A target is", names);
  const advice = { setting: "target", value: whole };
  throw new ChainruleError(
    "UNKNOWN_COLUMN",
    `A target is ${quote(name)}, and ${table.source} has no such column. It has ${quote(whole)}: a name with a comma in it is one text (${settingWords(advice)}).`,
    { source: table.source, column: name, settings: [advice] },
  );
}

function unlisted({ source }: Table, name: string, listed: readonly string[]): ChainruleError {
  const advice = { setting: "target", value: listed };
  return new ChainruleError(
    "UNKNOWN_COLUMN",
    `The target is ${quote(name)}, and ${source} has no such column. It has ${quoteList(listed)}: several targets are a list (${settingWords(advice)}).`,
    { source, column: name, settings: [advice] },
  );
}

/** Looks at every column once; then says what any of them is, with what the others tell. */
export function columnReader(table: Table, options: ReadingOptions): (column: Column, role?: Role) => Inferred {
  checkReading(table, options);
  const hints = { decimal: options.decimal, dateOrder: options.dateOrder };
  const inspections = table.columns.map((column) => inspect(table, column, ruleOf(column.name, options), hints));
  return judgeOf(table, inspections, options);
}

/** The same by a look at every column of `table` that was taken before. */
export function judgeOf(
  table: Table,
  inspections: readonly Inspection[],
  options: ReadingOptions,
): (column: Column, role?: Role) => Inferred {
  const types = checkReading(table, options);
  const { dateOrder } = options;
  const evidence = evidenceOf(inspections);
  const seenOf = new Map(inspections.map((seen) => [seen.name, seen]));
  return (column, role = {}) => {
    const first = seenOf.get(column.name)!;
    // What is in doubt is read as the columns that leave none.
    const inDoubt = first.values?.doubt?.setting === "decimal" && evidence.decimal !== undefined;
    const seen = inDoubt ? first.withHints({ decimal: evidence.decimal, dateOrder }) : first;
    return inferColumn(table, seen, evidence, role, types.get(column.name));
  };
}
