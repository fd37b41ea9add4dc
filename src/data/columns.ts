// What each column is: its type, its role, its missing cells, and the reason in a few words.
import { type Inferred, inferColumn, type Role } from "./infer-column.ts";
import { evidenceOf, inspect } from "./inspect.ts";
import { type ColumnType, checkReading, isFeatureType, type ReadingOptions, ruleOf, unknownColumn } from "./reading.ts";
import { type Column, findColumn, type Table } from "./table.ts";

/** One line of the table that describes the columns. `features` is the number of features the column makes. */
export interface ColumnDescription {
  readonly name: string;
  readonly type: ColumnType | "ignore";
  readonly role: "feature" | "target" | "left out";
  readonly missing: number;
  readonly distinct: number;
  readonly features: number;
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
  options: ReadingOptions & { readonly target?: string } = {},
): ColumnDescription[] {
  if (options.target !== undefined) targetColumn(table, options.target);
  const infer = columnReader(table, options);
  return table.columns.map((column) => {
    const isTarget = column.name === options.target;
    const { type, missing, distinct, reason } = infer(column, { isTarget });
    const role = isTarget ? "target" : isFeatureType(type) ? "feature" : "left out";
    return { name: column.name, type, role, missing, distinct, features: 0, reason };
  });
}

/** The target's column. @throws ChainruleError UNKNOWN_COLUMN with the closest name and the list of columns */
export function targetColumn(table: Table, name: string): Column {
  // Without a header, columns are known by their numbers.
  const column = findColumn(table, name) ?? (table.hasHeader ? undefined : findColumn(table, `column ${name}`));
  if (column === undefined) throw unknownColumn(table, name, "The target is");
  return column;
}
/** Looks at every column once; then says what any of them is, with what the others tell. */
export function columnReader(table: Table, options: ReadingOptions): (column: Column, role?: Role) => Inferred {
  const types = checkReading(table, options);
  const { decimal, dateOrder } = options;
  const inspections = new Map(
    table.columns.map((column) => [
      column,
      inspect(table, column, ruleOf(column.name, options), { decimal, dateOrder }),
    ]),
  );
  const evidence = evidenceOf([...inspections.values()]);
  return (column, role = {}) => {
    const first = inspections.get(column)!;
    // What is in doubt is read as the columns that leave none.
    const inDoubt = first.values?.doubt?.setting === "decimal" && evidence.decimal !== undefined;
    const seen = inDoubt ? inspect(table, column, first.rule, { decimal: evidence.decimal, dateOrder }) : first;
    return inferColumn(table, seen, evidence, role, types.get(column.name));
  };
}
