// Repeated subjects: columns that say of whom a row is, where each one has several rows that hardly differ.
import type { Encoded } from "./encode.ts";
import { naturalOrder } from "./order.ts";
import type { Target } from "./preprocessing.ts";
import { wordsOf } from "./row-numbers.ts";
import { classesOf, type TargetValues } from "./target-kinds.ts";
import type { DataWarning } from "./warning.ts";
import { count, quote } from "./wording.ts";

/** A column that makes features, with its cells as they were read. */
export interface ReadColumn {
  readonly column: { readonly name: string };
  readonly encoded: Encoded;
}

/** Rows that are looked at, at most. */
const mostRows = 20_000;
const fewestSubjects = 5;
/** Rows of a subject, on average. */
const fewestVisits = 3;
/** Share of the subjects with more than one row. */
const repeated = 0.9;
/** How much of the target's variance lies between subjects, beyond what as many random groups would hold. */
const between = { named: 0.5, unnamed: 0.8 };
/** Neighbours in the order of their names differ as much as any two: a quantity goes up and down slowly (von Neumann's ratio; 2 is chance). */
const unordered = 1;
/** Different values of a column that is the same in all rows of a subject. */
const fewestTraits = 3;

const subjectWords =
  /^(subject|patient|person|people|participant|respondent|individual|member|donor|user|customer|client|visitor|player|driver|student|pupil|child|household|family|employee|worker|animal|mouse|rat|dog|cow|horse|plant|tree|plot|device|machine|engine|sensor|unit|vehicle|batch|specimen|sample|speaker|writer|author|session|id|ids|uid|pid|sid|uuid|guid)s?$/;
const isSubjectName = (name: string): boolean =>
  wordsOf(name).some((word) => word.split(/\p{N}+/u).some((part) => subjectWords.test(part)));

/**
 * Warns of columns whose values name subjects with several rows each: by the name and a target that hardly varies within one; or
 * without such a name, of whole numbers and numbered names between whose neighbours the target varies as between any two, with
 * a further column that is the same in all rows of each.
 *
 * Of several targets one is enough.
 *
 * @param values of each target, of each row of the table
 */
export function repeatedSubjects(
  columns: readonly ReadColumn[],
  targets: readonly Target[],
  values: readonly TargetValues[],
  kept: Int32Array,
): DataWarning[] {
  const rows = kept.length <= mostRows ? kept : kept.subarray(0, mostRows);
  return columns.flatMap(({ column: { name }, encoded }): DataWarning[] => {
    const groups = groupsOf(encoded, rows);
    if (groups === undefined) return [];
    const isNamed = isSubjectName(name);
    if (!isNamed) {
      if ("codes" in encoded && !isNumbered(encoded)) return [];
      if (!columns.some((other) => other.column.name !== name && isTrait(other.encoded, groups))) return [];
    }
    const told = targets.find((target, t) => {
      const value = (row: number) => values[t]![row]!;
      const share = shareBetween(groups, value, classesOf(target).length);
      return (
        share >= (isNamed ? between.named : between.unnamed) && (isNamed || neighbours(groups, value) >= unordered)
      );
    });
    if (told === undefined) return [];
    const which = targets.length === 1 ? "the target" : quote(told.name);
    const each = Math.round(rows.length / groups.length);
    return [
      {
        column: name,
        message: `${quote(name)} looks like the name of a subject: ${count(groups.length, "value")} with about ${count(each, "row")} each, within which ${which} hardly varies. Validation then has subjects that training knows, and tells nothing of new ones.`,
        settings: [{ setting: "group", value: name, does: "keeps the rows of each together" }],
      },
    ];
  });
}

/** Rows of each value in the natural order of the values; undefined where these are no names of repeated subjects. */
function groupsOf(encoded: Encoded, rows: Int32Array): readonly (readonly number[])[] | undefined {
  const most = rows.length / fewestVisits;
  const members = new Map<number, number[]>();
  for (const row of rows) {
    const value = "codes" in encoded ? encoded.codes[row]! : encoded.values[row]!;
    if (!Number.isInteger(value)) {
      if (Number.isNaN(value)) continue;
      return undefined;
    }
    if ("codes" in encoded && value < 0) continue;
    const some = members.get(value);
    if (some) some.push(row);
    else if (members.size >= most) return undefined;
    else members.set(value, [row]);
  }
  if (members.size < fewestSubjects) return undefined;
  const several = [...members.values()].filter((of) => of.length > 1).length;
  if (several < repeated * members.size) return undefined;
  const order = [...members].sort(([a], [b]) =>
    "codes" in encoded ? naturalOrder(encoded.levels[a]!, encoded.levels[b]!) : a - b,
  );
  return order.map(([, of]) => of);
}

/** P07, subject 12: a name that ends in a number, in nearly all levels. */
const isNumbered = ({ levels }: { readonly levels: readonly string[] }): boolean =>
  levels.filter((level) => /^\p{L}*[\s_#.-]*\d+$/u.test(level)).length >= repeated * levels.length;

/**
 * 1 − (variance within groups / variance), each with its degrees of freedom, so that random groups have 0; of classes with the
 * sum of the variances of their indicators.
 */
function shareBetween(groups: readonly (readonly number[])[], value: (row: number) => number, classes: number): number {
  const all = groups.flat();
  const spread = (rows: readonly number[]): number =>
    classes > 0 ? impurity(rows, value, classes) : squares(rows, value);
  const total = spread(all) / (all.length - 1);
  const within = groups.reduce((sum, rows) => sum + spread(rows), 0) / (all.length - groups.length);
  return total > 0 ? 1 - within / total : 0;
}

/** Σ (value − mean)² */
function squares(rows: readonly number[], value: (row: number) => number): number {
  const mean = meanOf(rows, value);
  return rows.reduce((sum, row) => sum + (value(row) - mean) ** 2, 0);
}

/** n (1 − Σ p²): the sum of squares of the classes' indicators. */
function impurity(rows: readonly number[], value: (row: number) => number, classes: number): number {
  const counts = new Float64Array(classes);
  for (const row of rows) counts[value(row)]!++;
  return rows.length - counts.reduce((sum, n) => sum + n * n, 0) / rows.length;
}

const meanOf = (rows: readonly number[], value: (row: number) => number): number =>
  rows.reduce((sum, row) => sum + value(row), 0) / rows.length;

/** Mean squared difference of neighbours' means by the variance of the means (von Neumann 1941). */
function neighbours(groups: readonly (readonly number[])[], value: (row: number) => number): number {
  const means = groups.map((rows) => meanOf(rows, value));
  const centre = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  const variance = means.reduce((sum, mean) => sum + (mean - centre) ** 2, 0) / means.length;
  const differences = means.slice(1).reduce((sum, mean, i) => sum + (mean - means[i]!) ** 2, 0) / (means.length - 1);
  return variance > 0 ? differences / variance : 0;
}

/** Numbers, such as an age, that are the same in all rows of nearly every group: a state is that of a zip code, too. */
function isTrait(encoded: Encoded, groups: readonly (readonly number[])[]): boolean {
  if ("codes" in encoded) return false;
  const { values } = encoded;
  const constant = groups.filter((rows) => rows.every((row) => Object.is(values[row], values[rows[0]!])));
  const distinct = new Set(constant.map((rows) => values[rows[0]!])).size;
  return constant.length >= repeated * groups.length && distinct >= fewestTraits;
}
