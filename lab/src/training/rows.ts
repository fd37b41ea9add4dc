// Rows for training by the numbers that people know them by, as everywhere: the line of a text file, whose header is line 1.
import type { Opened } from "./open.ts";

/** Of each row for training its number in the table; undefined where there is no table. */
export function rowNumbersOf({ prepared }: Pick<Opened, "prepared">): Int32Array | undefined {
  if (prepared === undefined) return undefined;
  const { train, tableRows } = prepared;
  return Int32Array.from(train.rowNumbers, (row) => tableRows[row]!);
}

/** What has rows for training: without a table they are counted from 0. */
interface Numbered {
  readonly rowNumbers?: Int32Array | undefined;
}

export const rowNumber = ({ rowNumbers }: Numbered, row: number): number => rowNumbers?.[row] ?? row;

/** The row for training of a number, on from another row: where that number is none, the next one in its direction, or the last before it. */
export function rowOfNumber({ rowNumbers }: Numbered, number: number, from: number): number {
  if (rowNumbers === undefined) return number;
  const turn = number >= rowNumbers[from]! ? 1 : -1;
  let [beyond, before] = [from, from];
  let [leastBeyond, leastBefore] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let row = 0; row < rowNumbers.length; row++) {
    const distance = turn * (rowNumbers[row]! - number);
    if (distance >= 0 && distance < leastBeyond) [leastBeyond, beyond] = [distance, row];
    if (distance < 0 && -distance < leastBefore) [leastBefore, before] = [-distance, row];
  }
  return leastBeyond < Number.POSITIVE_INFINITY ? beyond : before;
}
