// A table with predictions as Parquet: a row group a block.
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { Cell } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { PredictedBlock, PredictedColumns } from "./predictions.ts";

type ColumnType = "DOUBLE" | "BOOLEAN" | "STRING";
type OutColumn = PredictedColumns["all"][number];

/**
 * The file, in parts as they come. Columns that the model reads as numbers are numbers, and so are predictions and probabilities; others are what
 * the cells of the first block are: numbers, booleans, or text. Throws MALFORMED_DATA for a cell of another kind in a block after it.
 */
export async function* predictionParquet(
  columns: readonly OutColumn[],
  blocks: AsyncIterable<PredictedBlock>,
): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  let file: ParquetWriter | undefined;
  let types: readonly ColumnType[] = [];
  const sources = (block: PredictedBlock) => columns.map((column, c) => source(column, types[c]!, block, c));
  const begin = (block: PredictedBlock) => {
    types = columns.map((column, c) => typeOf(column, block, c));
    const empty = columns.map(({ name }, c): ColumnSource => ({ name, data: [], type: types[c]!, nullable: true }));
    return new ParquetWriter({
      ...{ writer, createdBy: "chainrule" },
      schema: schemaFromColumnData({ columnData: empty }),
    });
  };
  const part = () => {
    const bytes = writer.getBytes().slice();
    // As hyparquet-writer does it for files: what was given away makes room, and `offset` counts on.
    writer.index = 0;
    return bytes;
  };
  for await (const block of blocks) {
    file ??= begin(block);
    if (block.rows > 0) await file.write({ columnData: sources(block), rowGroupSize: block.rows });
    yield part();
  }
  file ??= begin({ rows: 0, columns: columns.map(({ name }) => ({ name, at: () => null })) });
  await file.finish();
  yield part();
}

function typeOf({ number }: OutColumn, { rows, columns }: PredictedBlock, c: number): ColumnType {
  if (number !== undefined) return "DOUBLE";
  const kinds = new Set<string>();
  const { at } = columns[c]!;
  for (let row = 0; row < rows; row++) {
    const cell = at(row);
    if (cell !== null) kinds.add(typeof cell);
  }
  if (kinds.size !== 1) return "STRING";
  return kinds.has("number") ? "DOUBLE" : kinds.has("boolean") ? "BOOLEAN" : "STRING";
}

function source(column: OutColumn, type: ColumnType, { rows, columns }: PredictedBlock, c: number): ColumnSource {
  const { at } = columns[c]!;
  const data = Array.from({ length: rows }, (_, row) => stored(at(row), column, type));
  return { name: column.name, data, type, nullable: true };
}

/** Missing, or no number where the model reads one: null. */
function stored(cell: Cell, { name, number }: OutColumn, type: ColumnType): number | boolean | string | null {
  if (cell === null) return null;
  if (number !== undefined) {
    const value = number(cell);
    return Number.isNaN(value) ? null : value;
  }
  if (type === "STRING") return String(cell);
  if (typeof cell === (type === "DOUBLE" ? "number" : "boolean")) return cell;
  throw new ChainruleError(
    "MALFORMED_DATA",
    `A column of a Parquet file has one type, and the column "${name}" has ${type === "DOUBLE" ? "numbers" : "true and false"} in its first rows and ${JSON.stringify(cell)} further down. Write the predictions as CSV or JSON lines, or make the column one type.`,
    { column: name, cell },
  );
}
