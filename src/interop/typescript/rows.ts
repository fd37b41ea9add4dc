// How an exported file reads a row: its text goes into the file, with all that it calls.
import { cellText } from "../../data/cells.ts";
import type { Cell } from "../../data/column-cells.ts";
import { type MissingRule, missingTest } from "../../data/missing.ts";
import { toCell } from "../../data/rows.ts";
import { type CategoryLevels, categoryFeatures, type ValueScale, valueFeatures } from "../../data/write-features.ts";
import { ChainruleError } from "./error.ts";

/** A column of the table, and how its cells become features. */
export interface InputColumn {
  readonly name: string;
  readonly features: number;
  /** Writes the features of a cell at x[at…], where zeros are. */
  write(cell: Cell, x: Float32Array, at: number): void;
}

/** How the cells of a column are read as values: NaN where a cell holds none. */
export interface ValueReader extends MissingRule {
  readonly name: string;
  /** What a cell must hold, and how it is to be written. */
  readonly wanted: string;
  readonly form: string;
  read(cell: Cell): number;
  readonly isScaled: boolean;
}

export function valueColumn(
  { name, wanted, form, read, isScaled, ...rule }: ValueReader,
  scale: ValueScale,
): InputColumn {
  const isMissing = missingTest(rule);
  const write = valueFeatures(scale, isScaled);
  return {
    name,
    features: 1 + 2 * scale.cycles.length + (scale.missing ? 1 : 0),
    write(cell, x, at) {
      const value = isMissing(cell) ? Number.NaN : read(cell);
      if (Number.isNaN(value) && !isMissing(cell)) {
        const message = `Column ${JSON.stringify(name)}: ${wanted} is needed (${form}), and the cell holds ${JSON.stringify(cellText(cell))}. Mend the cell, or leave it empty if the value is missing.`;
        throw new ChainruleError("TYPE_MISMATCH", message, { column: name, cell });
      }
      write(value, x, at);
    },
  };
}

/** How the cells of a category are read. */
export interface CategoryReader extends MissingRule {
  readonly name: string;
  readonly standardize: boolean;
}

export function categoryColumn({ name, standardize, ...rule }: CategoryReader, levels: CategoryLevels): InputColumn {
  const isMissing = missingTest(rule, true);
  const { placeOf, rarePlaceOf, write } = categoryFeatures(levels, standardize);
  const { length } = levels.levels;
  return {
    name,
    features: length + (levels.other ? 1 : 0) + (levels.rare?.means.length ?? 0) + (levels.missing ? 1 : 0),
    write(cell, x, at) {
      if (isMissing(cell)) return write({ isMissing: true, place: -1, rarePlace: -1 }, x, at);
      const level = cellText(cell);
      write({ isMissing: false, place: placeOf(level), rarePlace: rarePlaceOf(level) }, x, at);
    },
  };
}

/** Throws where a row is no object, or no row has one of the columns: a value that is missing is null or "". */
export function checkRows(rows: readonly object[], columns: readonly InputColumn[]): void {
  if (rows.length === 0) return;
  for (const row of rows)
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new ChainruleError("MALFORMED_DATA", "Each row must be an object with a value per column.");
  const lacking = columns.filter(({ name }) => !rows.some((row) => Object.hasOwn(row, name))).map(({ name }) => name);
  if (lacking.length > 0)
    throw new ChainruleError(
      "UNKNOWN_COLUMN",
      `The rows lack columns that the network was trained on: ${lacking.map((name) => JSON.stringify(name)).join(", ")}. Cells may be null or "" where the value is missing.`,
      { missing: lacking },
    );
}

/** Features x of a row; cells of columns that it lacks are missing. */
export function writeRow(row: object, columns: readonly InputColumn[], x: Float32Array): void {
  x.fill(0);
  let at = 0;
  for (const { name, features, write } of columns) {
    const cell = Object.hasOwn(row, name) ? (row as Readonly<Record<string, unknown>>)[name] : null;
    write(toCell(cell), x, at);
    at += features;
  }
}
