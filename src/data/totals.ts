// Rows at the end of a table that are sums or means of those above, as spreadsheets have them: noticed by their numbers, and named.
import type { Encoded } from "./encode.ts";
import { wordsOf } from "./row-numbers.ts";
import { origin, type Table } from "./table.ts";
import type { DataWarning } from "./warning.ts";
import { count, enumeration, grouped, quoteList } from "./wording.ts";

/** Rows above, at least. */
const fewestRows = 4;
/** A cell that is a sum or a mean says something where at most one in so many numbers would have passed for it. */
const telling = 10;
/** At most one in so many rows would be like this by chance: with a word for a total in it, and without. */
const leastOneIn = { named: 10, unnamed: 1000 };
/** Cells that tell with how many decimals a column is written. */
const someRows = 100;
const mostTold = 3;

/** For sums and means, in languages of many tables. */
const words = new Set(
  `total totals subtotal totaal totale totali totais totales totalt sum sums summe summen gesamt gesamtsumme insgesamt zwischensumme
  somme suma sumas soma somma som summa razem ogółem łącznie celkem součet spolu ukupno összesen toplam yhteensä kokku kopā viso
  σύνολο итого всего сумма итог разом усього общо المجموع مجموع tổng jumlah รวม 合计 总计 小计 总和 合計 総計 小計 總計 計 합계 총계 소계
  mean means average averages avg mittelwert mittel durchschnitt schnitt moyenne media medias média promedio gemiddelde medelvärde
  gennemsnit gjennomsnitt keskiarvo średnia průměr priemer prosjek átlag ortalama μέσος среднее средняя 平均 平均值 平均値 평균`.split(
    /\s+/,
  ),
);

type Columns = readonly { readonly name: string; readonly values: Float64Array }[];

/** Rows [from, to) of a table. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

interface Likeness {
  readonly kind: "sum" | "mean";
  /** One in so many numbers would have passed for it. */
  readonly oneIn: number;
}

/** A row that is no row of data: the columns of which it has the sums, and the means. */
interface TotalRow extends Readonly<Record<Likeness["kind"], readonly string[]>> {
  readonly row: number;
  /** How many rows above it sums up. */
  readonly of: number;
  readonly oneIn: number;
  /** Cells that say something. */
  readonly told: number;
}

/**
 * Warns of the last row of each file, or its last two, where every number in it is the sum or the mean of the cells above, within
 * rounding: in two columns, or in one beside a word for it. Rows without a number, such as a remark below the table, are passed over.
 *
 * @param read columns by what was read of them; those without a number for each row say nothing
 */
export function totalRows(
  table: Table,
  read: readonly { readonly column: { readonly name: string }; readonly encoded: Encoded | undefined }[],
): DataWarning[] {
  const encoded = new Map(read.map((one) => [one.column.name, one.encoded]));
  const columns = table.columns.flatMap(({ name }) => {
    const own = encoded.get(name);
    return own && "values" in own ? [{ name, values: own.values }] : [];
  });
  const found: TotalRow[] = [];
  let from = 0;
  for (const { rows } of table.parts ?? [table]) {
    for (const one of totalsOf(table, columns, { from, to: from + rows })) found.push(one);
    from += rows;
  }
  const warnings = found.slice(0, mostTold).map((one) => ({ message: sentence(table, one), settings: [] }));
  const others = found.slice(mostTold).map(({ row }) => origin(table, row));
  if (others.length === 0) return warnings;
  const places = others.slice(0, mostTold).map(({ source, row }) => `row ${row} of ${source}`);
  const more = others.length > mostTold ? [`${grouped(others.length - mostTold)} more`] : [];
  return [...warnings, { message: `Totals stand in ${enumeration([...places, ...more], "and")}, too.`, settings: [] }];
}

function sentence(table: Table, one: TotalRow): string {
  const { source, row } = origin(table, one.row);
  const what = (["sum", "mean"] as const).flatMap((kind) => {
    const names = one[kind];
    if (names.length === 0) return [];
    return [`${quoteList(names, 5)} ${names.length === 1 ? `is the ${kind}` : `are the ${kind}s`}`];
  });
  const kind = one.sum.length > 0 ? "a total" : "a mean";
  return `Row ${row} of ${source} looks like ${kind} and not like a row of data: ${enumeration(what, "and")} of the ${count(one.of, "row")} above. Take it out of ${source}, or it is used as any other row is.`;
}

/** The rows at the end of some that sum them up. */
function totalsOf(table: Table, columns: Columns, { from, to }: Rows): readonly TotalRow[] {
  let end = to;
  while (end > from && columns.every(({ values }) => Number.isNaN(values[end - 1]))) end--;
  for (const last of [2, 1]) {
    const above = { from, to: end - last };
    if (above.to - from < fewestRows) continue;
    const rows: TotalRow[] = [];
    for (let row = above.to; row < end; row++) {
      const one = totalRow(columns, above, row);
      if (one === undefined) break;
      rows.push(one);
    }
    if (rows.length === last && areTotals(table, rows)) return rows;
  }
  return [];
}

function areTotals(table: Table, rows: readonly TotalRow[]): boolean {
  const oneIn = rows.reduce((product, one) => product * one.oneIn, 1);
  if (rows.some(({ row }) => isNamed(table, row))) return oneIn >= leastOneIn.named;
  return oneIn >= leastOneIn.unnamed && rows.some(({ told }) => told >= 2);
}

/** Whether a word for a sum or a mean stands in a row. */
const isNamed = ({ columns }: Table, row: number): boolean =>
  columns.some(({ cells }) => {
    const cell = cells.at(row);
    return typeof cell === "string" && wordsOf(cell).some((word) => words.has(word));
  });

/** undefined where a number in it is another one, and where none says anything. */
function totalRow(columns: Columns, above: Rows, row: number): TotalRow | undefined {
  const names: Record<Likeness["kind"], string[]> = { sum: [], mean: [] };
  let [oneIn, told] = [1, 0];
  for (const { name, values } of columns) {
    const cell = values[row]!;
    if (Number.isNaN(cell)) continue;
    const like = likeness(values.subarray(above.from, above.to), cell);
    if (like === undefined) return undefined;
    names[like.kind].push(name);
    oneIn *= like.oneIn;
    if (like.oneIn >= telling) told++;
  }
  return told === 0 ? undefined : { row, of: above.to - above.from, ...names, oneIn, told };
}

/** Of values without those that are missing: how many, Σ x, Σ |x|, the largest |x|, the range. */
function overview(values: Float64Array) {
  let [n, sum, size, largest] = [0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const own = Math.abs(value);
    n++;
    sum += value;
    size += own;
    if (own > largest) largest = own;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { n, sum, size, largest, range: most - least };
}

/** What a number is to the values above it; NaN where they are missing. */
function likeness(values: Float64Array, cell: number): Likeness | undefined {
  const { n, sum, size, largest, range } = overview(values);
  if (n === 0) return undefined;
  const half = unitOf(cell) / 2;
  /** `off`: by how much the sum may be. Of what is no larger than one of its terms nothing is said. */
  const asSum = (off: number): Likeness | undefined => {
    const within = half + off;
    if (!(Math.abs(cell - sum) <= within)) return undefined;
    const says = n >= fewestRows && Math.abs(sum) > largest;
    return { kind: "sum", oneIn: says ? Math.max(1, Math.abs(sum) / (2 * within)) : 1 };
  };
  /** Rows of data crowd around the mean: a mean says half as much, in digits. */
  const asMean = (off: number): Likeness | undefined => {
    const within = half + off / n;
    if (!(Math.abs(cell - sum / n) <= within)) return undefined;
    return { kind: "mean", oneIn: n >= fewestRows ? Math.max(1, Math.sqrt(range / (2 * within))) : 1 };
  };
  // Terms come in another order; or they were rounded before they were written, each by half a unit at most.
  const float = n * Number.EPSILON * size;
  const found = asSum(float) ?? asMean(float);
  if (found !== undefined) return found;
  const rounding =
    float + Math.sqrt(n) * values.subarray(0, someRows).reduce((unit, value) => Math.min(unit, unitOf(value)), 1);
  return asSum(rounding) ?? asMean(rounding);
}

/** 10^−d of a number that has d decimals; 1 for other values. */
function unitOf(value: number): number {
  const [, decimals = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return 10 ** Math.min(0, Number(exponent) - decimals.length);
}
