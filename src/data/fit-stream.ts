// What a table in blocks is prepared by: types, classes, means and deviations, from a pass over all of its rows.

import { ChainruleError } from "../ir/errors.ts";
import type { ColumnReading, ColumnScan } from "./column-scan.ts";
import { type ColumnDescription, judgeOf } from "./columns.ts";
import { categoryColumn, type FeatureType, type Goal, type Reading, valueColumn } from "./features.ts";
import type { Inferred } from "./infer-column.ts";
import { leftOutNotes, noFeatures } from "./left-out.ts";
import { answersOf } from "./level-means.ts";
import { mostLevelSums, type StreamedMeans } from "./level-means-scan.ts";
import { missingTest } from "./missing.ts";
import type { NumberNotation } from "./number-notation.ts";
import type { PrepareOptions } from "./prepare-options.ts";
import { prepareDefaults } from "./prepare-options.ts";
import { type FeatureColumn, featureNames, featureWords, type Preprocessing, type Target } from "./preprocessing.ts";
import { isFeatureType } from "./reading.ts";
import type { Needs } from "./stream-plan.ts";
import type { Column, Table } from "./table.ts";
import type { TableScan } from "./table-scan.ts";
import { classTarget, notANumber, scaleOf, singleClass, type Task } from "./target.ts";
import { classesOf, kindOf } from "./target-kinds.ts";
import { decideTargets, missingTarget, rareBySize, requireTwoClasses, scaleWanted } from "./targets.ts";
import { valueType } from "./types/index.ts";
import type { DataWarning } from "./warning.ts";
import { grouped, quote } from "./wording.ts";

/** A column of which means of the answers at its levels may be features. */
export interface LeveledColumn {
  readonly name: string;
  readonly column: { readonly name: string } & Inferred["rule"];
  readonly levels: readonly string[];
}

export interface StreamFit {
  readonly preprocessing: Preprocessing;
  readonly columns: ColumnDescription[];
  readonly task: Task;
  readonly notes: string[];
  readonly warnings: DataWarning[];
  /** What another pass must find before this holds. */
  readonly needs: Needs;
  /** Columns of which means are wanted, which a pass of its own sums up. */
  readonly leveled: readonly LeveledColumn[];
  /** Whether rows lack other targets than the pass took it. */
  readonly areOthersMissing: boolean;
  /** Classes that are trained on whatever their rows were drawn for, since none was drawn for training: their indices. */
  readonly trainedClasses: ReadonlySet<number>;
  /** Rows for either. */
  readonly train: number;
  readonly validation: number;
}

/** `means`: those of columns that were summed up; undefined for one whose levels do not differ. */
export function fitStream(
  scan: TableScan,
  options: PrepareOptions,
  means: ReadonlyMap<string, StreamedMeans | undefined>,
): StreamFit {
  return new StreamFitter(scan, options, means).fit();
}

class StreamFitter {
  readonly #scan: TableScan;
  readonly #options: PrepareOptions;
  readonly #means: ReadonlyMap<string, StreamedMeans | undefined>;
  readonly #texts = new Set<string>();
  readonly #readings = new Map<string, ColumnReading>();
  readonly #leveled: LeveledColumn[] = [];

  constructor(scan: TableScan, options: PrepareOptions, means: ReadonlyMap<string, StreamedMeans | undefined>) {
    this.#scan = scan;
    this.#options = options;
    this.#means = means;
  }

  fit(): StreamFit {
    const { outline, scans, originOf } = this.#scan;
    const inspections = outline.columns.map(({ name }) => scans.get(name)!.inspection(originOf));
    const infer = judgeOf(outline, inspections, this.#options);
    const { task, columns, decided } = decideTargets(outline, this.#options, infer);
    const targets = columns.map(
      (column, t): Target =>
        task === "regression"
          ? this.#numberTarget(column, decided[t]!.inferred)
          : this.#classTarget(column, decided[t]!.inferred, columns),
    );
    const seed = this.#options.seed ?? prepareDefaults.seed;
    const goal: Goal = {
      answers: answersOf(
        targets,
        targets.map(() => []),
      ),
      seed,
    };
    const warnings = [...outline.warnings, ...decided.flatMap((one) => [...one.warnings, ...one.inferred.warnings])];
    const fitted: FeatureColumn[] = [];
    const descriptions = outline.columns.map((column): ColumnDescription => {
      const t = columns.indexOf(column);
      if (t >= 0) {
        const { type, missing, distinct } = decided[t]!.inferred;
        const reason = kindOf(targets[t]!).describe(targets[t]!);
        return { name: column.name, type, role: "target", missing, distinct, features: 0, reason };
      }
      const found = infer(column);
      for (const warning of found.warnings) warnings.push(warning);
      return this.#column(column.name, found, goal, fitted);
    });
    const { standardize = prepareDefaults.standardize } = this.#options;
    const features = fitted.flatMap(featureNames);
    const preprocessing: Preprocessing = { version: 2, standardize, columns: fitted, features, targets };
    const needs = { texts: this.#texts, readings: this.#readings };
    if (features.length === 0 && needs.texts.size + needs.readings.size === 0) throw noFeatures(outline, descriptions);
    const told = this.#told(targets);
    const areOthersMissing = decided.some(({ inferred }, t) => inferred.missing !== this.#scan.lacking[t]!.missing);
    return {
      ...{ preprocessing, columns: descriptions, task, needs, leveled: this.#leveled, areOthersMissing },
      notes: [...outline.notes, ...told.notes, ...leftOutNotes(descriptions)],
      warnings: [...warnings, ...told.warnings],
      ...this.#rows(targets),
    };
  }

  #classTarget(column: Column, inferred: Inferred, all: readonly Column[]): Target {
    const { name } = column;
    const scan = this.#scan.scans.get(name)!;
    if (!scan.plan.keepsTexts) {
      // Known once the texts are kept.
      this.#texts.add(name);
      return { name, kind: "classification", labels: "text", classes: ["0", "1"] };
    }
    const isMissing = missingTest(inferred.rule, inferred.type !== "number" && inferred.type !== "boolean");
    const texts = new Map<string, number>();
    for (const { text, count } of scan.texts()) if (!isMissing(text)) texts.set(text, count);
    if (!scan.isComplete) throw manyClasses(this.#scan.outline, name, texts.size);
    const target = classTarget(name, inferred, texts);
    if (target === undefined) throw singleClass(this.#scan.outline, column, inferred);
    requireTwoClasses(all, target, inferred);
    return target;
  }

  #numberTarget({ name }: Column, inferred: Inferred): Target {
    const usual = valueType("number").usual as NumberNotation;
    const isNumber = inferred.type === "number";
    if (!isNumber) {
      const isMissing = missingTest(inferred.rule);
      const read = valueType("number").reader(usual);
      for (const { text, row } of this.#scan.scans.get(name)!.texts())
        if (!isMissing(text) && Number.isNaN(read(text))) throw notANumber(this.#scan.originOf(row), name, text);
    }
    const notation = isNumber ? (inferred.notation as NumberNotation) : usual;
    const moments = this.#momentsOf(name, { type: "number", notation });
    const own = moments === undefined ? { mean: 0, std: 1 } : scaleOf(moments.moments, scaleWanted(this.#options));
    return { name, kind: "regression", notation, ...inferred.rule, ...own };
  }

  #momentsOf(name: string, reading: ColumnReading) {
    const moments = this.#scan.scans.get(name)!.momentsOf(reading);
    if (moments === undefined) this.#readings.set(name, reading);
    return moments;
  }

  #column(name: string, found: Inferred, goal: Goal, fitted: FeatureColumn[]): ColumnDescription {
    const { type, missing, distinct, reason } = found;
    const out = (why: string): ColumnDescription => ({
      ...{ name, type, role: "left out", missing, distinct, features: 0, reason: why },
    });
    // Numbers that are codes.
    if (type === "category" && !this.#scan.scans.get(name)!.plan.keepsTexts) this.#texts.add(name);
    if (!isFeatureType(type)) return out(reason);
    const result = this.#feature({ name, type, notation: found.notation, rule: found.rule }, goal);
    if (typeof result === "string") return out(result);
    fitted.push(result);
    const words = featureWords(result);
    const features = featureNames(result).length;
    const told = { name, type, role: "feature", missing, distinct, features, reason } as const;
    return words === undefined ? told : { ...told, featureWords: words };
  }

  #feature(reading: Reading, goal: Goal): FeatureColumn | string {
    const { name, type, notation, rule } = reading;
    const scan = this.#scan.scans.get(name)!;
    if (type === "category") return this.#category(name, rule, goal, scan);
    const moments = this.#momentsOf(name, { type: type as Exclude<FeatureType, "category">, notation });
    if (moments === undefined) return "to be read again";
    return valueColumn(reading, moments.moments, this.#scan.train, () => moments.inCycles);
  }

  #category(name: string, rule: Inferred["rule"], { answers }: Goal, scan: ColumnScan): FeatureColumn | string {
    const counted = scan.trainedLevels(rule);
    const fitMeans = () => {
      if (this.#means.has(name)) return this.#means.get(name);
      if (counted.levels.length * answers.length <= mostLevelSums)
        this.#leveled.push({ name, column: { name, ...rule }, levels: counted.levels });
      return undefined;
    };
    const found = categoryColumn(name, counted, answers.length, fitMeans);
    if (typeof found === "string") return found;
    const { column } = found;
    const isOpen = !scan.isComplete && column.rare === undefined;
    return { ...column, ...(isOpen && { other: true }), ...rule };
  }

  /** On rows without a target, and classes of one row. */
  #told(targets: readonly Target[]) {
    const told = targets.map((target, t) => {
      const { missing, partly } = this.#scan.lacking[t]!;
      if (missing === 0) return { notes: [], warnings: [] };
      const scan = this.#scan.scans.get(target.name)!;
      const isMissing = missingTest(target, kindOf(target).hasWords(target));
      const words = [...scan.texts()].map(({ text }) => text).filter(isMissing);
      return missingTarget(this.#scan.outline, target, { missing, partly, texts: [...scan.marks, ...words] });
    });
    const rare = targets.flatMap((target) => rareBySize(target, this.#classSizes(target, "count")));
    return {
      notes: [...told.flatMap(({ notes }) => notes), ...rare],
      warnings: told.flatMap(({ warnings }) => warnings),
    };
  }

  /** Cells of each class. */
  #classSizes(target: Target, of: "count" | "trained"): ReadonlyMap<number, number> {
    const sizes = new Map<number, number>();
    if (classesOf(target).length === 0) return sizes;
    const indexOf = kindOf(target).classFinder(target);
    const isMissing = missingTest(target, kindOf(target).hasWords(target));
    for (const level of this.#scan.scans.get(target.name)!.texts()) {
      const index = isMissing(level.text) ? undefined : indexOf(level.text);
      if (index !== undefined) sizes.set(index, (sizes.get(index) ?? 0) + level[of]);
    }
    return sizes;
  }

  /** A class always has rows in training. Of several targets each has two classes, and it is left to chance. */
  #rows(targets: readonly Target[]): Pick<StreamFit, "train" | "validation" | "trainedClasses"> {
    const { train, validation } = this.#scan;
    const target = targets[0]!;
    if (targets.length > 1) return { train, validation, trainedClasses: new Set() };
    const sizes = this.#classSizes(target, "count");
    const trained = this.#classSizes(target, "trained");
    const lost = [...sizes.keys()].filter((index) => !trained.get(index));
    const rows = lost.reduce((sum, index) => sum + sizes.get(index)!, 0);
    return { train: train + rows, validation: validation - rows, trainedClasses: new Set(lost) };
  }
}

const manyClasses = ({ source }: Table, column: string, classes: number): ChainruleError =>
  new ChainruleError(
    "INVALID_ARGUMENT",
    `The target ${quote(column)} of ${source} has more than ${grouped(classes)} different values, too many to be classes. Choose another target, or predict it as a number.`,
    { source, column },
  );
