// Numbers, in the notation that all cells of the column share.
import { isRecord } from "../../ir/json.ts";
import { parseNumber } from "../cells.ts";
import { decimalMarks, inferNotation, type NumberNotation, parseWritten, plainNotation } from "../number-notation.ts";
import { quote } from "../wording.ts";
import type { ValueType } from "./value-type.ts";

const isPlain = ({ decimal, unit, magnitudes }: NumberNotation): boolean =>
  decimal === "." && unit === "" && !magnitudes;

export const numberType: ValueType<NumberNotation> = {
  type: "number",
  wanted: "a number",
  form: (notation) =>
    isPlain(notation)
      ? 'decimal point, no unit, no "," in it'
      : `decimal ${notation.decimal === "." ? "point" : "comma"}${notation.unit === "" ? "" : `, with ${quote(notation.unit)}`}${notation.magnitudes ? ", K, M or B behind it" : ""}`,
  usual: plainNotation,
  isPlain,
  reader: (notation) => (cell) => (typeof cell === "string" ? parseWritten(cell, notation) : parseNumber(cell)),
  infer(texts, { decimal }) {
    const found = inferNotation(texts, decimal);
    if (found === undefined) return undefined;
    const { notation, ambiguous, bounds, written } = found;
    const said = [
      written === undefined ? "numbers" : `numbers written like ${quote(written)}`,
      ...(bounds.length === 0 ? [] : [`${quote(bounds[0])} and other bounds as the number they name`]),
    ];
    const other = notation.decimal === "." ? "," : ".";
    const doubt =
      ambiguous === undefined
        ? undefined
        : {
            text: `${quote(ambiguous)} is read as ${parseWritten(ambiguous, notation)}`,
            setting: "decimal" as const,
            value: other,
            does: `reads it as ${parseWritten(ambiguous, { ...notation, decimal: other })}`,
          };
    return { notation, remark: said.join(", "), doubt };
  },
  isScaled: true,
  featureName: (column) => column,
  cycles: () => [],
  parse(json, fail) {
    if (json === undefined) return plainNotation;
    const decimal = isRecord(json) ? decimalMarks.find((mark) => mark === json.decimal) : undefined;
    if (!isRecord(json) || decimal === undefined || typeof json.unit !== "string")
      throw fail("a decimal mark and a unit");
    return { decimal, unit: json.unit, ...(json.magnitudes === true && { magnitudes: true as const }) };
  },
};
