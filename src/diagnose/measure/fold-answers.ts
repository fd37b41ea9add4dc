// Where answers for unseen rows miss: in figures that tell wrong labels from classes that overlap, and wrong values from noise.
import { answerOf, classesOf, scaleOf } from "../../data/target-kinds.ts";
import { deviation, maximum, median, r2 } from "../../ir/stats.ts";
import type { Sample } from "./sample.ts";

/** The rows that were taken for a class. */
export interface TakenFor {
  readonly name: string;
  readonly rows: number;
  /** Share of them that have another label, and the same of the half that the networks are surest of. */
  readonly errorRate: number;
  readonly surest: number;
}

export interface ClassAnswers {
  readonly errorRate: number;
  /** Of the half that the networks are surest of. */
  readonly surest: number;
  /** Error rate of always saying the most frequent class. */
  readonly guessing: number;
  readonly takenFor: readonly TakenFor[];
  /** Of each class: its rows, those of them that are for validation, and the share that is taken for what it is; NaN without rows. */
  readonly recall: readonly ClassRecall[];
}

export interface ClassRecall {
  readonly rows: number;
  readonly validationRows: number;
  readonly share: number;
}

export interface NumberAnswers {
  readonly r2: number;
  /**
   * Variance of the residuals beyond that of their robust scale, by the target's variance. The scale is that among rows with like answers,
   * since many targets spread more where they are large.
   */
  readonly excess: number;
  /** What residuals of more than four of these scales hold of the target's variance. */
  readonly held: number;
  /** 1 − squared robust scale of the residuals by that of the target: R² that a few wrong values leave as it is. */
  readonly robustR2: number;
  /** Rows whose target is much farther from the median than that of any other: by `factor`, at least five times. */
  readonly apart?: { readonly rows: number; readonly factor: number };
}

export interface Suspect {
  /** Row of the table as errors count them. */
  readonly row: number;
  readonly target: string | number;
  readonly predicted: string | number;
}

/** What networks say of rows that they have not seen. */
export interface FoldAnswers {
  readonly rows: number;
  readonly classes?: ClassAnswers;
  readonly numbers?: NumberAnswers;
  /** Of the training's own rows for validation: what part of what there is to be told networks leave open that were trained on others. */
  readonly validation?: { readonly rows: number; readonly left: number };
  /** The rows that are contradicted most, 20 at most. */
  readonly suspects: readonly Suspect[];
}

const mostSuspects = 20;
/** Rows among which a local scale is measured, at least, and the most groups of them. */
const [groupRows, mostGroups] = [40, 8];

/** `said`: of outOfFold. `stabilized`: the scale on which the loss has noise of one size, as LossRecord has it. */
export function foldAnswers(
  sample: Sample,
  said: Float64Array,
  stabilized: (value: number) => number = (value) => value,
): FoldAnswers {
  return sample.classes > 0 ? ofClasses(sample, said) : ofNumbers(sample, said, stabilized);
}

function ofClasses(sample: Sample, said: Float64Array): FoldAnswers {
  const { split, classes: width } = sample;
  const { rows, y } = split;
  const [taken, confidence, contradiction] = [new Int32Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const own = said.subarray(row * width, (row + 1) * width);
    confidence[row] = maximum(own);
    taken[row] = own.indexOf(confidence[row]!);
    contradiction[row] = confidence[row]! - own[y[row]!]!;
  }
  const rates = (chosen: Int32Array) => {
    const sorted = chosen.toSorted((a, b) => confidence[b]! - confidence[a]!);
    return { errorRate: missed(sorted), surest: missed(sorted.subarray(0, sorted.length >> 1)) };
  };
  const missed = (chosen: Int32Array) =>
    chosen.length === 0 ? 0 : chosen.filter((row) => taken[row] !== y[row]).length / chosen.length;
  const all = Int32Array.from(taken.keys());
  const names = classesOf(sample.prepared.preprocessing.targets[0]!);
  const counts = names.map((_, c) => y.filter((label) => label === c).length);
  const takenFor = names.map((name, c): TakenFor => {
    const own = all.filter((row) => taken[row] === c);
    return { name, rows: own.length, ...rates(own) };
  });
  const { forValidation } = sample;
  const rate = missed(Int32Array.from(forValidation));
  const recall = names.map((_, c): ClassRecall => {
    const own = all.filter((row) => y[row] === c);
    const validationRows = forValidation.filter((row) => y[row] === c).length;
    return { rows: own.length, validationRows, share: own.length === 0 ? Number.NaN : 1 - missed(own) };
  });
  return {
    rows,
    ...(forValidation.length > 0 && { validation: { rows: forValidation.length, left: rate } }),
    classes: { ...rates(all), guessing: 1 - maximum(counts) / rows, takenFor, recall },
    suspects: suspects(sample, contradiction, (row) => taken[row]!),
  };
}

function ofNumbers(sample: Sample, answers: Float64Array, stabilized: (value: number) => number): FoldAnswers {
  const { rows, y } = sample.split;
  const even = evenScale(sample) ?? stabilized;
  const truth = Float64Array.from(y, even);
  const said = answers.map(even);
  const residuals = truth.map((value, row) => value - said[row]!);
  const order = Int32Array.from(said.keys()).sort((a, b) => said[a]! - said[b]!);
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(rows / groupRows)));
  const [away, squares] = [new Float64Array(rows), new Float64Array(rows)];
  for (let group = 0; group < groups; group++) {
    const own = order.subarray(Math.floor((group * rows) / groups), Math.floor(((group + 1) * rows) / groups));
    const { centre, scale } = robust(Float64Array.from(own, (row) => residuals[row]!));
    for (const row of own) {
      away[row] = scale === 0 ? 0 : Math.abs(residuals[row]! - centre) / scale;
      squares[row] = scale ** 2;
    }
  }
  const explained = r2(said, truth);
  const variance = deviation(truth) ** 2;
  const { scale } = robust(truth);
  const { forValidation } = sample;
  const own = (values: Float64Array) => Float64Array.from(forValidation, (row) => values[row]!);
  const apart = farValues(Float64Array.from(y, stabilized));
  // Where many rows have one value, as no visit at all, half of the residuals say nothing of the others.
  const isTied = mostFrequent(y) > mostTied * rows;
  return {
    rows,
    ...(forValidation.length > 1 && {
      validation: { rows: forValidation.length, left: 1 - r2(own(said), own(truth)) },
    }),
    numbers: {
      ...(apart && { apart }),
      r2: explained,
      ...(isTied
        ? { held: 0, excess: 0, robustR2: 0 }
        : {
            held: residuals.reduce((sum, r, row) => sum + (away[row]! > 4 ? r ** 2 : 0), 0) / rows / variance,
            excess: 1 - explained - squares.reduce((a, b) => a + b, 0) / rows / variance,
            robustR2: scale === 0 ? 0 : 1 - median(squares) / scale ** 2,
          }),
    },
    suspects: suspects(sample, away, (row) => answers[row]!),
  };
}

/** Share of the rows that have one value. */
const mostTied = 0.2;

function mostFrequent(y: Int32Array | Float32Array): number {
  const counts = new Map<number, number>();
  for (const value of y) counts.set(value, (counts.get(value) ?? 0) + 1);
  return maximum([...counts.values()]);
}

/** The upper tail by the lower one, of the middle four fifths: 1 of a symmetric distribution, 3.6 of a lognormal one with σ = 1. */
const skewed = 2;

/** ln (1 + value / median) of amounts with a long upper tail, whose noise grows with them; undefined of others. */
function evenScale({ prepared, split }: Sample): ((y: number) => number) | undefined {
  const { unit, centre } = scaleOf(prepared.preprocessing.targets[0]!);
  const amounts = Float64Array.from(split.y, (value) => value * unit + centre).sort();
  const at = (share: number) => amounts[Math.floor(share * (amounts.length - 1))]!;
  const middle = at(0.5);
  // Amounts that were scaled in float32 may fall below 0 by a rounding.
  if (amounts[0]! < -1e-6 * middle || middle <= 0 || !(at(0.9) - middle > skewed * (middle - at(0.1))))
    return undefined;
  return (value) => Math.log1p(Math.max(0, value * unit + centre) / middle);
}

/** By a factor of so much, and at most this share of the rows: more are a group of their own. At least three, since one may be anything. */
const far = { factor: 5, share: 0.15, fewest: 3 } as const;

/** Values in another unit stand far from all others, with a gap between; tails that are only heavy have none. */
function farValues(values: Float64Array): NumberAnswers["apart"] {
  const centre = median(values);
  const distances = values.map((value) => Math.abs(value - centre)).sort();
  const most = Math.floor(far.share * values.length);
  for (let rows = most; rows >= far.fewest; rows--) {
    const [last, next] = [distances[values.length - rows - 1]!, distances[values.length - rows]!];
    if (last > 0 && next >= far.factor * last) return { rows, factor: next / last };
  }
  return undefined;
}

/** Median, and the median of the distances from it times 1.4826: the standard deviation of a normal distribution. */
function robust(values: Float64Array) {
  const centre = median(values);
  return { centre, scale: 1.4826 * median(values.map((value) => Math.abs(value - centre))) };
}

function suspects({ prepared, split }: Sample, by: Float64Array, said: (row: number) => number): readonly Suspect[] {
  const [target] = prepared.preprocessing.targets;
  return Array.from(by.keys())
    .sort((a, b) => by[b]! - by[a]!)
    .slice(0, mostSuspects)
    .map((row) => ({
      row: prepared.tableRows[split.rowNumbers[row]!]!,
      target: answerOf(target!, split.y[row]!),
      predicted: answerOf(target!, said(row)),
    }));
}
