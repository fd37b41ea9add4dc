// Public API of the data folder: files → tables → training arrays.

export { missingTexts } from "./cells.ts";
export type { ColumnDescription, ColumnType, ColumnTypes } from "./columns.ts";
export { describeColumns } from "./columns.ts";
export { parseDelimited } from "./formats/delimited.ts";
export { parseJsonRows } from "./formats/json.ts";
export { parseParquet } from "./formats/parquet.ts";
export type { Prepared, Split } from "./prepare.ts";
export { prepare } from "./prepare.ts";
export type { PrepareOptions } from "./prepare-options.ts";
export type {
  BooleanColumn,
  CategoryColumn,
  Cycle,
  DateColumn,
  FeatureColumn,
  NumberColumn,
  Preprocessing,
  Target,
} from "./preprocessing.ts";
export { inverseTarget, parsePreprocessing } from "./preprocessing.ts";
export { parseTable, readTable } from "./read.ts";
export { tableFromRows } from "./rows.ts";
export { split } from "./split.ts";
export { openTable, type TableStream } from "./stream.ts";
export type { Cell, Column, Table } from "./table.ts";
export type { Task } from "./target.ts";
export type { Transformed } from "./transform.ts";
export { transform } from "./transform.ts";
