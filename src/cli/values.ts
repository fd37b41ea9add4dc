// Values of arguments and options, from text: what they must be is said where they are not.
import { InvalidArgumentError } from "commander";
import * as values from "../train/settings/value.ts";

/** The parser of an argument. */
export const argument =
  <T>({ parse, must }: Pick<values.ValueType<T>, "parse" | "must">) =>
  (text: string): T => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(`It must be ${must}.`);
    return value;
  };

/** A whole number in lowest … highest. */
export const whole = (lowest: number, highest?: number) => argument(values.whole(lowest, highest));
export const positive = argument(values.positive);
export const finite = argument(values.finite);

/** "0.1,-0.3" → [0.1, -0.3] */
export function vector(text: string): number[] {
  const numbers = text.split(",").map((part) => values.decimal(part.trim()));
  if (numbers.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError("It must be numbers parted by commas, for example 0.1,-0.3.");
  return numbers;
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
