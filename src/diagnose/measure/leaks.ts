// Columns that tell the target alone: what each tells where it is given, and what all others tell of the same rows without it.
import { maximum } from "../../ir/stats.ts";
import { levelScore } from "../../observe/level-score.ts";
import { univariateScore } from "../../observe/univariate-score.ts";
import { type ColumnFeatures, columnFeatures, type Sample, withoutColumns } from "./sample.ts";

/** What one column tells, beside what the others do without it. */
export interface ColumnLeak {
  readonly column: string;
  /** Rows of the sample where it is given. */
  readonly rows: number;
  /**
   * Of the rows where it is given, by a tree on it alone: R², or the share of the errors of always saying the most frequent class that it avoids;
   * fitted on one half of the rows and measured on the other.
   */
  readonly alone: number;
  /** The same of networks of all columns but those that tell nearly everything, out of fold. */
  readonly others: number;
  /** (1 − others) / (1 − alone): by how much more is left open without it. */
  readonly ratio: number;
  /** Of classes: by how many standard deviations of their numbers the errors differ. */
  readonly z?: number;
}

/** What a column has to tell alone to be tried without, and from where on several are taken away together: copies stand in for one another. */
const [telling, exact] = [0.8, 0.97];
const fewestRows = 40;
/** Of a category with very many levels the first are judged one by one. */
const mostFeatures = 100;

interface Judged extends ColumnFeatures {
  readonly given: Int32Array;
  readonly alone: number;
}

/** Of each column that tells nearly everything alone; empty where none does, or nothing would be left. `answer` is outOfFold's. */
export async function leaks(
  sample: Sample,
  answer: (sample: Sample) => Promise<Float64Array | undefined>,
): Promise<readonly ColumnLeak[]> {
  const columns = columnFeatures(sample.prepared);
  const judged = columns.map((own): Judged => judge(own, sample)).sort((a, b) => b.alone - a.alone);
  const copies = judged.filter(({ alone }) => alone >= exact);
  const tried = copies.length > 0 ? copies : judged.slice(0, 1).filter(({ alone }) => alone >= telling);
  if (tried.length === 0 || tried.length === columns.length) return [];
  const rest = withoutColumns(sample, new Set(tried.map(({ column }) => column.name)));
  const said = await answer(rest);
  return said === undefined ? [] : tried.map((one) => beside(one, said, sample));
}

/** A column's value is missing where the last of its features says so. */
function judge(own: ColumnFeatures, { split, features, classes }: Sample): Judged {
  const { column, from, to } = own;
  const at = (row: number, feature: number) => split.x[row * features + feature]!;
  const all = Int32Array.from({ length: split.rows }, (_, row) => row);
  const given = column.missing ? all.filter((row) => at(row, to - 1) === 0) : all;
  if (given.length < fewestRows) return { ...own, given, alone: 0 };
  const y = Float64Array.from(given, (row) => split.y[row]!);
  const single = (feature: number) =>
    univariateScore(
      Float32Array.from(given, (row) => at(row, feature)),
      y,
      classes,
    );
  const last = to - Number(column.missing);
  const each = Array.from({ length: last - from }, (_, i) => single(from + i));
  const levels = column.type === "category" ? column.levels.length + Number(column.other) : 0;
  const level = (i: number) => {
    const row = given[i]!;
    const set = Array.from({ length: levels }, (_, l) => at(row, from + l)).findIndex((value) => value !== 0);
    return set < 0 ? levels : set;
  };
  const together =
    levels > 1
      ? levelScore(
          given.map((_, i) => i),
          level,
          levels + 1,
          y,
          classes,
        )
      : 0;
  return { ...own, given, alone: maximum([0, together, ...each.slice(0, mostFeatures)]) };
}

/** Errors of the networks without it on the rows where it is given, and those that it leaves alone. */
function beside({ column, given, alone }: Judged, said: Float64Array, { split, classes }: Sample): ColumnLeak {
  const { y } = split;
  const common = { column: column.name, rows: given.length, alone };
  if (classes === 0) {
    const mean = given.reduce((sum, row) => sum + y[row]!, 0) / given.length;
    const [all, left] = given.reduce(
      ([all, left], row) => [all! + (y[row]! - mean) ** 2, left! + (y[row]! - said[row]!) ** 2],
      [0, 0],
    ) as [number, number];
    const others = all === 0 ? 0 : 1 - left / all;
    return { ...common, others, ratio: (1 - others) / Math.max(1 - alone, 1 / given.length) };
  }
  const counts = Array.from({ length: classes }, (_, c) => given.filter((row) => y[row] === c).length);
  const guessing = given.length - maximum(counts);
  const taken = (row: number) => {
    const own = said.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(maximum(own));
  };
  const missed = given.filter((row) => taken(row) !== y[row]).length;
  const left = (1 - alone) * guessing;
  return {
    ...common,
    others: guessing === 0 ? 0 : 1 - missed / guessing,
    // What rows cannot tell from nothing: one error among them.
    ratio: missed / Math.max(left, 1),
    z: (missed - left) / Math.sqrt(Math.max(1, missed + left)),
  };
}
