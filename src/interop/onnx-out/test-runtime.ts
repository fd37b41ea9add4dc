// For this folder's tests: files of ONNX run by onnxruntime, their inputs filled from rows as a program would fill them.
import * as ort from "onnxruntime-web";
import { cellText } from "../../data/cells.ts";
import { missingTest } from "../../data/missing.ts";
import type { FeatureColumn, Preprocessing } from "../../data/preprocessing.ts";
import { toCell } from "../../data/rows.ts";
import { valueType } from "../../data/types/index.ts";
import type { Row } from "../../train/index.ts";

ort.env.wasm.numThreads = 1;

/** One that is loaded. */
export const sessionOf = (file: Uint8Array): Promise<ort.InferenceSession> => ort.InferenceSession.create(file);

/** Milliseconds in a day, seconds in a day: what is read as days comes in as these. */
const perValue: Readonly<Record<string, number>> = { date: 86_400_000, time: 86_400 };

/** Inputs by the names that the file gives them. */
export function feedsFor({ columns }: Preprocessing, rows: readonly Row[]): Record<string, ort.Tensor> {
  const nameOf = (column: string) => (column === "prediction" ? "prediction_input" : column);
  return Object.fromEntries(
    columns.map((column) => [
      nameOf(column.name),
      tensorOf(
        column,
        rows.map((row) => row[column.name] ?? null),
      ),
    ]),
  );
}

function tensorOf(column: FeatureColumn, values: readonly Row[string][]): ort.Tensor {
  const isMissing = missingTest(column, column.type === "category");
  const cells = values.map(toCell);
  if (column.type === "category") {
    const texts = cells.map((cell) => (cell === null ? "" : cellText(cell)));
    return new ort.Tensor("string", texts, [rows(cells), 1]);
  }
  const read = valueType(column.type).reader(column.notation);
  // Marks that are numbers are left to the file.
  const numbers = cells.map((cell) =>
    isMissing(cell) && typeof cell !== "number" ? Number.NaN : read(cell) * (perValue[column.type] ?? 1),
  );
  return new ort.Tensor("float64", Float64Array.from(numbers), [rows(cells), 1]);
}

const rows = (cells: readonly unknown[]): number => cells.length;

/** Outputs of a file for inputs, as plain numbers and texts. */
export async function outputsOf(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
): Promise<Record<string, { readonly data: readonly (string | number)[]; readonly shape: readonly number[] }>> {
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [
      name,
      { data: Array.from(data as ArrayLike<string | number>), shape: dims },
    ]),
  );
}

export const { Tensor } = ort;
