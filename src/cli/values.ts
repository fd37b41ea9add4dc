// Values of options, from text: what they must be is said where they are not.
import { InvalidArgumentError } from "commander";
import type { ColumnType } from "../data/index.ts";
import { columnTypes } from "./choices.ts";

/** A whole number in lowest … highest. */
export const whole =
  (lowest: number, highest = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < lowest || value > highest) {
      const range = highest === Number.MAX_SAFE_INTEGER ? `of at least ${lowest}` : `from ${lowest} to ${highest}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };

export function positive(text: string): number {
  const value = decimal(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError("It must be a finite number above 0, for example 0.01.");
  return value;
}

/** A learning rate, or that it be found. */
export function rate(text: string): number | "auto" {
  if (text === "auto") return text;
  const value = decimal(text);
  if (!(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError(`It must be a finite number above 0, for example 0.01, or "auto".`);
  return value;
}

/** "0.1,-0.3" → [0.1, -0.3] */
export function vector(text: string): number[] {
  const values = text.split(",").map((part) => decimal(part.trim()));
  if (values.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError("It must be numbers parted by commas, for example 0.1,-0.3.");
  return values;
}

/** "0.5,-0.6;0.1,-0.2" → [[0.5, -0.6], [0.1, -0.2]] */
export function matrix(text: string): number[][] {
  const rows = text.split(";").map(vector);
  if (rows.some((row) => row.length !== rows[0]!.length))
    throw new InvalidArgumentError("Its rows must have the same number of columns: 0.5,-0.6;0.1,-0.2.");
  return rows;
}

/** "3,17" → [3, 17] */
export const rowNumbers = (text: string): number[] => text.split(",").map((part) => whole(0)(part.trim()));

export function finite(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("It must be a number, for example 0.2.");
  return value;
}

/** A share of the rows. */
export function share(text: string): number {
  const value = decimal(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError("It must be at least 0 and below 1, for example 0.2.");
  return value;
}

/** "64,32" → [64, 32]; "none" → []. */
export function widths(text: string): number[] {
  if (text === "none") return [];
  const values = text.split(",").map((part) => part.trim());
  if (!values.every((value) => /^[1-9]\d{0,5}$/.test(value)))
    throw new InvalidArgumentError(`It must be widths from 1 to 999999 like 64,32, or "none".`);
  return values.map(Number);
}

/** "zip code=category", gathered over repeated options. A column name may itself hold "=". */
export function columnType(
  text: string,
  types: ReadonlyMap<string, ColumnType | "ignore"> = new Map(),
): ReadonlyMap<string, ColumnType | "ignore"> {
  const at = text.lastIndexOf("=");
  const type = columnTypes.find((name) => name === text.slice(at + 1));
  if (at < 1 || type === undefined)
    throw new InvalidArgumentError(`It must be COLUMN=TYPE, with a type of ${columnTypes.join(", ")}.`);
  return new Map(types).set(text.slice(0, at), type);
}

/** The number, or NaN where the text is none. */
const decimal = (text: string) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN);
