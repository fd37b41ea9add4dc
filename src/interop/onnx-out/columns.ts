// The columns of a table as nodes of ONNX: raw cells in, features out.
import { parseNumber } from "../../data/cells.ts";
import { periods } from "../../data/cycles.ts";
import type { CategoryColumn, FeatureColumn, Preprocessing, ValueColumn } from "../../data/preprocessing.ts";
import { type ValueTypeName, valueType } from "../../data/types/index.ts";
import { writeCategory } from "./categories.ts";
import type { Dimension, GraphWriter } from "./graph-writer.ts";

/** What a program must know to fill an input: kept in the file. */
export interface ColumnEntry {
  readonly column: string;
  /** The name of the input. */
  readonly input: string;
  readonly type: FeatureColumn["type"];
  /** What its elements are. */
  readonly unit: string;
  /** Of categories: those that the training knew. */
  readonly levels?: readonly string[];
}

/** How a value that comes in becomes the value that the column's features are made of: it is divided by `per`. */
const units: Readonly<Record<ValueTypeName, { readonly unit: string; readonly per: number }>> = {
  number: { unit: "the number; NaN where it is missing", per: 1 },
  boolean: { unit: "1 or 0; NaN where it is missing", per: 1 },
  date: { unit: "milliseconds since 1970-01-01 UTC; NaN where it is missing", per: 86_400_000 },
  time: { unit: "seconds since midnight; NaN where it is missing", per: 86_400 },
  duration: { unit: "seconds; NaN where it is missing", per: 1 },
};
const categoryUnit = 'the text, without blanks around it, in Unicode\'s composed form; "" where it is missing';

const rowsOfOne: readonly Dimension[] = [{ perRow: 1 }, 1];

/** Inputs for all columns, then their features: float32 [rows, features]. */
export function writeColumns(
  g: GraphWriter,
  { columns, standardize }: Preprocessing,
): { readonly x: string; readonly entries: readonly ColumnEntry[] } {
  const entries = columns.map((column): ColumnEntry => {
    const { name, type } = column;
    const isCategory = type === "category";
    const unit = isCategory ? categoryUnit : units[type].unit;
    const input = g.input(name, { type: isCategory ? "string" : "float64", shape: rowsOfOne, doc: unit });
    const levels = isCategory ? { levels: [...column.levels, ...(column.rare?.levels ?? [])] } : {};
    return { column: name, input, type, unit, ...levels };
  });
  g.countRows(entries[0]!.input);
  const features = columns.flatMap((column, c) => {
    const { input } = entries[c]!;
    return column.type === "category"
      ? writeCategory(g, input, column satisfies CategoryColumn, standardize)
      : writeValues(g, input, column, standardize);
  });
  return { x: features.length === 1 ? features[0]! : g.op("Concat", features, { axis: { int: 1 } }), entries };
}

/**
 * (value − mean) / std, sin and cos of each cycle, whether it is missing: each [rows, 1]. In float64 until it is scaled: a mean of 5,000
 * deviations costs float32 three of its seven digits.
 */
function writeValues(g: GraphWriter, input: string, column: ValueColumn, standardize: boolean): string[] {
  const { type, mean, std, cycles, missing } = column;
  const number = (value: number) => g.constant("float64", [], [value]);
  const float = (value: number) => g.constant("float32", [], [value]);
  const { per } = units[type];
  const isMissing = missingTest(g, input, column);
  const value = per === 1 ? input : g.op("Div", [input, number(per)]);
  const isScaled = standardize && valueType(type).isScaled;
  const [shift, scale] = isScaled ? [mean, std] : [0, 1];
  const scaled = isScaled ? g.op("Div", [g.op("Sub", [value, number(shift)]), number(scale)]) : value;
  const features = [g.op("Where", [isMissing, float((mean - shift) / scale), g.cast(scaled, "float32")])];
  for (const cycle of cycles) {
    // The whole turns are taken off in float64.
    const turns = g.op("Div", [value, number(periods[cycle])]);
    const part = g.cast(g.op("Sub", [turns, g.op("Floor", [turns])]), "float32");
    const angle = g.op("Mul", [part, float(2 * Math.PI)]);
    for (const op of ["Sin", "Cos"]) features.push(g.op("Where", [isMissing, float(0), g.op(op, [angle])]));
  }
  if (missing) features.push(g.cast(isMissing, "float32"));
  return features;
}

/** NaN, and numbers that the user has as marks; of dates, times and durations these are written otherwise than what comes in. */
function missingTest(g: GraphWriter, input: string, { type, marks = [] }: ValueColumn): string {
  const taken = type === "number" ? marks.map(parseNumber) : [];
  const numbers = new Set(taken.filter((value) => !Number.isNaN(value)));
  return [...numbers].reduce(
    (isMissing, value) => g.op("Or", [isMissing, g.op("Equal", [input, g.constant("float64", [], [value])])]),
    g.op("IsNaN", [input]),
  );
}
