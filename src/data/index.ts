// Public API of the data folder: files → tables → training arrays.

export type { Buckets, EncodedRows } from "./buckets.ts";
export type { ColumnDescription } from "./columns.ts";
export { describeColumns } from "./columns.ts";
export type { Cycle } from "./cycles.ts";
export type { DateNotation, DateOrder } from "./dates.ts";
export { parseDelimited } from "./formats/delimited.ts";
export { parseJsonRows } from "./formats/json.ts";
export { parseParquet } from "./formats/parquet.ts";
export { joinTables } from "./join.ts";
export { missingMarks, missingWords } from "./missing.ts";
export type { DecimalMark, NumberNotation } from "./number-notation.ts";
export type { Prepared, Split } from "./prepare.ts";
export { prepare } from "./prepare.ts";
export type { PrepareOptions } from "./prepare-options.ts";
export { type PreparedStream, preparedRows, prepareStream } from "./prepare-stream.ts";
export type {
  CategoryColumn,
  ClassTarget,
  FeatureColumn,
  NumberTarget,
  Preprocessing,
  Target,
  ValueColumn,
} from "./preprocessing.ts";
export { parsePreprocessing } from "./preprocessing.ts";
export { parseTable, readTable } from "./read.ts";
export type { ByColumn, ColumnType, ColumnTypes, ColumnWord, MissingMark, ReadingOptions } from "./reading.ts";
export { memoryStore, type RowStore, type RowWriter, type StoredRows } from "./row-store.ts";
export { tableFromRows } from "./rows.ts";
export { split } from "./split.ts";
export { type QueryOptions, queryTable } from "./sql.ts";
export { openTable, type TableStream } from "./stream.ts";
export { type Cell, Cells, type Column, type Table } from "./table.ts";
export type { Task } from "./target.ts";
export { classesOf, inverseTarget } from "./target-kinds.ts";
export type { Transformed } from "./transform.ts";
export { transform } from "./transform.ts";
export type { DataWarning } from "./warning.ts";
