// What targets of classes and targets of numbers each do: reading, encoding for a network, and answers in words or units.
import { ChainruleError } from "../ir/errors.ts";
import type { OddCells } from "./encode.ts";
import type { Preprocessing, Target } from "./preprocessing.ts";
import type { Column, Table } from "./table.ts";
import { classFinder, isOfWords, readClasses, readNumbers } from "./target.ts";
import { count, quote } from "./wording.ts";

/** Class index, or number in the target's unit; NaN where it is missing. */
export type TargetValues = Float64Array;

/** y of a network, by kind. */
interface Arrays {
  classification: Int32Array<ArrayBuffer>;
  regression: Float32Array<ArrayBuffer>;
}

export interface Scale {
  readonly unit: number;
  readonly centre: number;
}

interface TargetKind<T extends Target> {
  /** Value of each row. @throws ChainruleError TYPE_MISMATCH for a cell that holds none and is not missing */
  read(table: Table, column: Column, target: T, odd: OddCells): TargetValues;
  /** Words may be classes, and are missing only where the target says so. */
  hasWords(target: T): boolean;
  allocate(length: number): Arrays[T["kind"]];
  /** A value as the network is given it. */
  encode(target: T, value: number): number;
  /** What the network is given as a class's name, or as a number in the target's unit. */
  answer(target: T, y: number): string | number;
  /** The names of its classes; none of a number. */
  classes(target: T): readonly string[];
  /** A number that the network gives is y · unit + centre in the target's unit; probabilities are as they are. */
  scale(target: T): Scale;
  /** The index of the class that a text names, in any of its spellings; undefined where there is none. */
  classFinder(target: T): (text: string) => number | undefined;
  /** In a few words, for the table of columns. */
  describe(target: T): string;
}

const kinds: { readonly [K in Target["kind"]]: TargetKind<Extract<Target, { kind: K }>> } = {
  classification: {
    read: (table, column, target) => readClasses(table, column, target),
    hasWords: isOfWords,
    allocate: (length) => new Int32Array(length),
    encode: (_, value) => value,
    answer: ({ classes }, y) => classes[y]!,
    classes: ({ classes }) => classes,
    scale: () => ({ unit: 1, centre: 0 }),
    classFinder,
    describe: ({ classes }) => `classification: ${count(classes.length, "class", "classes")}`,
  },
  regression: {
    read: readNumbers,
    hasWords: () => false,
    allocate: (length) => new Float32Array(length),
    encode: ({ mean, std }, value) => (value - mean) / std,
    answer: ({ mean, std }, y) => y * std + mean,
    classes: () => [],
    scale: ({ mean, std }) => ({ unit: std, centre: mean }),
    classFinder: () => () => undefined,
    describe: () => "regression",
  },
};

/** The kind of a target: the only place that asks for it. */
export const kindOf = ({ kind }: Target): TargetKind<Target> => kinds[kind] as TargetKind<Target>;

export const classesOf = (target: Target): readonly string[] => kindOf(target).classes(target);
export const scaleOf = (target: Target): Scale => kindOf(target).scale(target);
export const answerOf = (target: Target, y: number): string | number => kindOf(target).answer(target, y);

/** Values of targets as a network is given them: y [rows, targets], row-major. */
export function encodeTargets(
  targets: readonly Target[],
  values: readonly TargetValues[],
  rows: Int32Array,
): Int32Array | Float32Array {
  const width = targets.length;
  const y: Int32Array | Float32Array = kindOf(targets[0]!).allocate(rows.length * width);
  targets.forEach((target, t) => {
    const { encode } = kindOf(target);
    for (let i = 0; i < rows.length; i++) y[i * width + t] = encode(target, values[t]![rows[i]!]!);
  });
  return y;
}

/**
 * Standardised outputs of a regression back in the targets' own units: y · std + mean. Shape [rows, targets] → the same, row-major.
 *
 * @throws ChainruleError INVALID_ARGUMENT for a classification
 * @example
 * const dollars = inverseTarget(preprocessing, model.predict(x));
 */
export function inverseTarget({ targets }: Preprocessing, y: ArrayLike<number>): Float64Array {
  const classes = targets.find((target) => classesOf(target).length > 0);
  if (classes !== undefined) {
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Only a regression target can be scaled back, and ${quote(classes.name)} has classes. Look labels up in its classes.`,
      { target: classes.name },
    );
  }
  return Float64Array.from(y, (value, i) => answerOf(targets[i % targets.length]!, value) as number);
}
