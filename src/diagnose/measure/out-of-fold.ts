// What networks say of rows that they were not trained on: the table is cut into folds, and each is answered by a network of the others.
import { permutation } from "../../data/random.ts";
import { scaleOf } from "../../data/target-kinds.ts";
import { deviation, mean } from "../../ir/stats.ts";
import { isNonFinite } from "../../train/failure.ts";
import type { TableSettings } from "../../train/settings/resolve.ts";
import { tablePredictor } from "../../train/table-predictor.ts";
import { trainTable } from "../../train/tabular.ts";
import { rowsOf, type Sample } from "./sample.ts";

/** Folds, and of the rows that a fold is not of every so many-th for the choice of its network's epoch. */
const [folds, validated] = [5, 6];
/** Of fewer rows, the mean over three networks is taken: what one says of a few rows is half chance. */
const [fewRows, repeats] = [500, 3];

/**
 * Class probabilities [rows, classes], or values [rows] on the scale of the split's targets, each by networks of an ordinary training that have
 * not seen the row (cross-validation; Stone 1974). Undefined where a loss became NaN.
 */
export async function outOfFold(sample: Sample, settings: TableSettings): Promise<Float64Array | undefined> {
  const times = sample.split.rows < fewRows ? repeats : 1;
  const { y, unit, centre } = scaled(sample.split.y);
  const split = { ...sample.split, y };
  let sum: Float64Array | undefined;
  for (let repeat = 0; repeat < times; repeat++) {
    // Another start takes other rows together: those of a class, or all, in an order of its own.
    const order = repeat === 0 ? sample.order : reordered(sample, repeat);
    const one = await once({ ...sample, split, order }, settings, repeat);
    if (one === undefined) return undefined;
    sum = sum?.map((value, i) => value + one[i]!) ?? one;
  }
  return sum!.map((value) => (value / times) * unit + centre);
}

/**
 * Numbers that are far out (Tukey 1977: three interquartile ranges beyond the quartiles) are brought to where that begins, and all are scaled anew:
 * a few that are wrong would otherwise be all that a network of squared errors learns.
 */
function scaled(y: Int32Array | Float32Array) {
  const asIs = { y, unit: 1, centre: 0 };
  if (y instanceof Int32Array) return asIs;
  const sorted = y.toSorted();
  const [low, high] = [sorted[Math.floor(0.25 * (y.length - 1))]!, sorted[Math.ceil(0.75 * (y.length - 1))]!];
  const range = 3 * (high - low);
  if (range === 0 || (sorted[0]! >= low - range && sorted.at(-1)! <= high + range)) return asIs;
  const within = y.map((value) => Math.max(low - range, Math.min(high + range, value)));
  // Counts and amounts, which are scaled by their mean, stay what they are.
  const [centre, unit] = sorted[0]! >= 0 ? [0, mean(within)] : [mean(within), deviation(within)];
  return { y: within.map((value) => (value - centre) / unit), unit, centre };
}

/** Rows of one class stay together, so that each fold has its share of them. */
function reordered({ split, classes, order, seed }: Sample, repeat: number): Int32Array {
  const mixed = permutation(order.length, seed + repeat);
  return classes === 0 ? mixed : mixed.sort((a, b) => split.y[a]! - split.y[b]!);
}

async function once(sample: Sample, settings: TableSettings, repeat: number): Promise<Float64Array | undefined> {
  const { prepared, split, classes, order, seed } = sample;
  const width = Math.max(1, classes);
  const all = new Float64Array(split.rows * width);
  const { unit, centre } = scaleOf(prepared.preprocessing.targets[0]!);
  for (let fold = 0; fold < folds; fold++) {
    const asked = order.filter((_, i) => i % folds === fold);
    const others = order.filter((_, i) => i % folds !== fold);
    const training = trainTable(
      {
        ...prepared,
        train: rowsOf(
          split,
          [...others].filter((_, i) => i % validated !== 0),
        ),
        validation: rowsOf(
          split,
          [...others].filter((_, i) => i % validated === 0),
        ),
      },
      { ...settings, seed: seed + repeat },
    );
    const { trained } = await training.result().catch((error: unknown) => {
      if (!isNonFinite(error)) throw error;
      return { trained: undefined };
    });
    if (trained === undefined) return undefined;
    const said = tablePredictor(trained)(rowsOf(split, [...asked]).x, asked.length);
    asked.forEach((row, i) => {
      for (let c = 0; c < width; c++) {
        const value = said[i * width + c]!;
        all[row * width + c] = classes > 0 ? value : (value - centre) / unit;
      }
    });
  }
  return all;
}
