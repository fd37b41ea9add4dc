// The columns of a table as an exported file reads them.
import type { FeatureColumn, Preprocessing } from "../../data/preprocessing.ts";
import { valueType } from "../../data/types/index.ts";
import { fill } from "./assemble.ts";
import { literal, record } from "./literal.ts";
import type { ReaderTemplates } from "./piece.ts";

export interface WrittenColumns {
  /** Expressions of the type InputColumn. */
  readonly texts: readonly string[];
  readonly needs: readonly string[];
}

export function writeColumns({ columns, standardize }: Preprocessing, readers: ReaderTemplates): WrittenColumns {
  const needs = new Set(["InputColumn", "checkRows", "writeRow"]);
  const texts = columns.map((column) => {
    const { name, marks, values } = column;
    const rule = {
      ...(marks && { marks: literal(marks, 4) }),
      ...(values && { values: literal(values, 4) }),
    };
    if (column.type === "category") {
      needs.add("categoryColumn");
      const { levels, isExact, other, missing, rare } = column;
      const reader = record({ name: literal(name), standardize: literal(standardize), ...rule }, 2);
      return `categoryColumn(${reader}, ${literal({ levels, isExact, other, missing, rare }, 2)})`;
    }
    needs.add("valueColumn");
    const { mean, std, cycles, missing } = column;
    const { wanted, form, isScaled } = valueType(column.type);
    const template = readers[column.type];
    for (const need of template.needs) needs.add(need);
    const text = fill(template, (hole) => ("argument" in hole ? "cell" : literal(column.notation)));
    const reader = record(
      {
        name: literal(name),
        wanted: literal(wanted),
        form: literal(form(column.notation)),
        read: template.kind === "expression" ? `(cell) => ${text}` : text,
        isScaled: literal(standardize && isScaled),
        ...rule,
      },
      2,
    );
    return `valueColumn(${reader}, ${literal({ mean, std, cycles, missing }, 2)})`;
  });
  return { texts, needs: [...needs] };
}

/** Types of the cells of a column, for the type of a row. */
export function cellType({ type }: FeatureColumn): string {
  if (type === "category") return "string | number | boolean | null";
  if (type === "boolean") return "boolean | string | number | null";
  return type === "number" || type === "date" ? "number | string | null" : "string | null";
}
