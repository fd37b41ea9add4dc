// Rows of a table in blocks as a network is given them, in one pass, by what was fitted before.
import type { EncodedRows } from "./buckets.ts";
import { labelKey } from "./cells.ts";
import { type Encoded, encodeCategories, encodeValues, mendCell } from "./encode.ts";
import { writeFeatures } from "./features.ts";
import type { LeveledColumn, StreamFit } from "./fit-stream.ts";
import type { TableStream } from "./formats/format.ts";
import { answersOf, folds } from "./level-means.ts";
import { LevelMeansScan, type StreamedMeans } from "./level-means-scan.ts";
import { missingTest } from "./missing.ts";
import { type FeatureColumn, featureNames, type Target } from "./preprocessing.ts";
import { Cells, type Column, findColumn, type Table } from "./table.ts";
import { type DrawnSplit, foldOf, isHeldOut, placed } from "./table-scan.ts";
import { encodeTargets, kindOf, type TargetValues } from "./target-kinds.ts";
import { keptRows } from "./targets.ts";
import { valueType } from "./types/index.ts";

/** By what rows are encoded. */
export interface StreamCode extends Pick<StreamFit, "preprocessing" | "trainedClasses"> {
  readonly split: DrawnSplit;
  readonly means: ReadonlyMap<string, StreamedMeans | undefined>;
}

/** Rows of a table by what they are for, among all rows. */
interface Parts {
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

const columnOf = (table: Table, name: string): Column =>
  findColumn(table, name) ?? { name, cells: Cells.none(table.rows) };

const targetValues = (table: Table, targets: readonly Target[]): TargetValues[] =>
  targets.map((target) => kindOf(target).read(table, columnOf(table, target.name), target, mendCell(target.name)));

/** `placeOf`: a row's place among all rows. */
function partsOf(
  values: readonly TargetValues[],
  rows: number,
  placeOf: (row: number) => number,
  { split, trainedClasses }: Pick<StreamCode, "split" | "trainedClasses">,
): Parts {
  const kept = keptRows(rows, values);
  const isHeld = (row: number) => isHeldOut(placeOf(row), split) && !trainedClasses.has(values[0]![row]!);
  return { train: kept.filter((row) => !isHeld(row)), validation: kept.filter(isHeld) };
}

/** Rows of a table for training and for validation. */
export function encodeParts(
  table: Table,
  placeOf: (row: number) => number,
  numberOf: (row: number) => number,
  code: StreamCode,
): { readonly train: EncodedRows; readonly validation: EncodedRows } {
  const { targets, columns, features, standardize } = code.preprocessing;
  const values = targetValues(table, targets);
  const parts = partsOf(values, table.rows, placeOf, code);
  const { seed } = code.split;
  const of = (rows: Int32Array) => ({
    rows: rows.length,
    x: new Float32Array(rows.length * features.length),
    y: encodeTargets(targets, values, rows),
    numbers: rows.map(numberOf),
  });
  const [train, validation] = [of(parts.train), of(parts.validation)];
  let offset = 0;
  for (const column of columns) {
    const encoded = encodeColumn(table, column);
    const means = code.means.get(column.name);
    const outOfFold = means && outOfFoldOf(means, encoded, parts.train, (row) => foldOf(placeOf(row), folds, seed));
    const width = features.length;
    const own = outOfFold ? { column, outOfFold } : { column };
    writeFeatures(own, encoded, standardize, parts.train, train.x, width, offset);
    writeFeatures({ column }, encoded, standardize, parts.validation, validation.x, width, offset);
    offset += featureNames(column).length;
  }
  return { train, validation };
}

/** The cells of a column as its type has them. */
export function encodeColumn(table: Table, column: FeatureColumn): Encoded {
  const cells = columnOf(table, column.name);
  const isMissing = missingTest(column, column.type === "category");
  return column.type === "category"
    ? encodeCategories(cells, isMissing, column.isExact)
    : encodeValues(table, cells, valueType(column.type), column.notation, isMissing, mendCell(column.name));
}

/** For each of the means, what the rows have of it: values that their own targets are not in. */
function outOfFoldOf(
  { ofFold, codes }: StreamedMeans,
  encoded: Encoded,
  rows: Int32Array,
  fold: (row: number) => number,
): Float64Array[] {
  if (!("codes" in encoded)) return [];
  const own = encoded.levels.map((level) => codes.get(labelKey(level)));
  return ofFold.map((folded) =>
    Float64Array.from(rows, (row) => {
      const { overall, values } = folded[fold(row)]!;
      const code = encoded.codes[row]! < 0 ? undefined : own[encoded.codes[row]!];
      return code === undefined ? overall : values[code]!;
    }),
  );
}

/** All rows, block by block. */
export async function* encodeStream(stream: TableStream, code: StreamCode) {
  for await (const { table, from, numberOf } of placed(stream))
    yield encodeParts(table, (row) => from + row, numberOf, code);
}

/** The means of the answers at the levels of these columns, which take a pass of their own. */
export async function sumLevelMeans(
  stream: TableStream,
  columns: readonly LeveledColumn[],
  code: Omit<StreamCode, "means">,
): Promise<Map<string, StreamedMeans | undefined>> {
  const { targets } = code.preprocessing;
  const none = targets.map(() => []);
  const scans = columns.map(({ levels }) => new LevelMeansScan(levels, answersOf(targets, none)));
  for await (const { table, from } of placed(stream)) {
    const values = targetValues(table, targets);
    const { train } = partsOf(values, table.rows, (row) => from + row, code);
    const answers = answersOf(targets, values);
    for (const [c, { name, column }] of columns.entries()) {
      const codes = encodeCategories(columnOf(table, name), missingTest(column, true));
      scans[c]!.add(codes, train, (row) => foldOf(from + row, folds, code.split.seed), answers);
    }
  }
  return new Map(columns.map(({ name }, c) => [name, scans[c]!.fit()]));
}
