// What a pass over a table in blocks has to find out: first by a look at its first rows, then by what the pass before it left open.
import type { ColumnReading, ScanPlan } from "./column-scan.ts";
import type { TableStream } from "./formats/format.ts";
import { fewestRows } from "./held-out.ts";
import { type Inspection, inspect } from "./inspect.ts";
import { missingTest, missingWords } from "./missing.ts";
import { dateNotation, isEpoch } from "./number-columns.ts";
import { type PrepareOptions, prepareDefaults } from "./prepare-options.ts";
import type { Target } from "./preprocessing.ts";
import { asMap, isValueType, ruleOf } from "./reading.ts";
import { isIdentifierName, isTimeName } from "./row-numbers.ts";
import type { ScanOptions } from "./table-scan.ts";
import { kindOf } from "./target-kinds.ts";

/** Different values of all columns that are counted one by one, and those of one column, at least and at most. */
const bounds = { all: 2 ** 20, least: 1024, most: 2 ** 16 } as const;
/** Rows for validation, at most: they stay in memory. */
const mostValidation = { rows: 65_536, values: 2 ** 25 } as const;

/** What the next pass must look at. */
export interface Needs {
  /** Columns of which the texts are wanted. */
  readonly texts: ReadonlySet<string>;
  /** Columns whose values are wanted as they are read. */
  readonly readings: ReadonlyMap<string, ColumnReading>;
}

export class StreamPlan implements ScanOptions {
  readonly #options: PrepareOptions;
  readonly #texts = new Set<string>();
  readonly #readings = new Map<string, ColumnReading>();
  readonly #known: ReadonlySet<string>;
  readonly #bound: number;
  #targets: ScanOptions["targets"];
  split: ScanOptions["split"];

  constructor({ head, rows }: TableStream, options: PrepareOptions) {
    const { seed = prepareDefaults.seed, validation = prepareDefaults.validation, validationTable } = options;
    this.#options = options;
    this.#known = new Set(head.columns.map(({ name }) => name));
    this.#bound = Math.min(bounds.most, Math.max(bounds.least, Math.floor(bounds.all / head.columns.length)));
    const isTiny = rows < fewestRows && options.validation === undefined;
    const share = validationTable || isTiny ? 0 : Math.min(validation, mostValidation.rows / rows);
    this.split = { share, seed };
    const targets = [options.target].flat();
    this.#targets = new Map(
      targets.map((name) => {
        const { values = [], ...rule } = ruleOf(name, options);
        return [name, missingTest({ ...rule, values: [...values, ...missingWords] }, true)];
      }),
    );
    const types = asMap(options.columnTypes);
    for (const column of head.columns) {
      const { name } = column;
      const seen = inspect(head, column, ruleOf(name, options), this.#hints);
      const type = types.get(name);
      const isGivenText = type !== undefined && type !== "ignore" && !isValueType(type);
      const mayBeClasses = targets.includes(name) && (options.task === "classification" || seen.numbers?.isWhole);
      if (mayBeClasses || isGivenText || column.declared || mayBeCodes(seen, head.hasHeader)) this.#texts.add(name);
      const days = seen.numbers && seen.filled > 0 ? daysOf(seen) : undefined;
      if (days !== undefined && type === undefined) this.#readings.set(name, days);
    }
  }

  get #hints() {
    return { decimal: this.#options.decimal, dateOrder: this.#options.dateOrder };
  }

  get targets(): ScanOptions["targets"] {
    return this.#targets;
  }

  plan({ name }: { readonly name: string }): ScanPlan {
    return {
      rule: ruleOf(name, this.#options),
      hints: this.#hints,
      keepsTexts: this.#texts.has(name) || !this.#known.has(name),
      reading: this.#readings.get(name),
      bound: this.#bound,
    };
  }

  /** Whether another pass has to be made for these. */
  takes({ texts, readings }: Needs): boolean {
    for (const name of texts) this.#texts.add(name);
    for (const [name, reading] of readings) this.#readings.set(name, reading);
    return texts.size + readings.size > 0;
  }

  /** What is missing in the targets, now that it is known what they are. */
  setTargets(targets: readonly Target[]): void {
    this.#targets = new Map(
      targets.map((target) => [target.name, missingTest(target, kindOf(target).hasWords(target))]),
    );
  }

  /** Whether another pass has to be made because there are more rows for validation than memory should hold. */
  isShareTooLarge(validation: number, features: number): boolean {
    const most = Math.min(mostValidation.rows, Math.max(1, Math.floor(mostValidation.values / features)));
    if (validation <= 1.25 * most) return false;
    this.split = { ...this.split, share: (this.split.share * most) / validation };
    return true;
  }
}

/** Whether the texts of a column count: where they are no plain numbers, or numbers that may name something. */
const mayBeCodes = ({ numbers, name }: Inspection, hasHeader: boolean): boolean =>
  numbers === undefined || numbers.isZeroPadded || !numbers.areExact || (hasHeader && isIdentifierName(name));

/** Numbers that are dates, as `inferColumn` has it. */
function daysOf({ numbers, name }: Inspection): ColumnReading | undefined {
  const { isWhole, days } = numbers!;
  if (isWhole && days) return { type: "date", notation: days };
  return isTimeName(name) && isEpoch(numbers!) ? { type: "date", notation: dateNotation(numbers!) } : undefined;
}
