// The rows of the training data one by one: the length of each one's gradient, the rows that pull hardest, and how errors lie.
import { gradThrough } from "../grad/transforms.ts";
import { deviation, maximum, mean, median, moment, r2, rocAuc } from "../ir/stats.ts";
import type { Layer, Variables } from "../nn/layer.ts";
import { layerRecord } from "../nn/layers/index.ts";
import { type LossName, type LossRecord, lossRecord } from "../nn/losses/index.ts";
import { targetTensor } from "../nn/losses/targets.ts";
import { apply } from "../nn/model.ts";
import type { BackendOptions } from "../run/backends.ts";
import { compile } from "../run/compile.ts";
import { zeros } from "../trace/create.ts";
import { Tensor } from "../trace/tensor.ts";
import { chainOf } from "./chain.ts";

export interface Example {
  /** Row of the training data, counted from 0. */
  readonly row: number;
  /** Row of the table as errors count them, where the data is a table. */
  readonly tableRow?: number;
  /** ‖∂loss/∂θ‖ of this row alone, over the dense layers. */
  readonly gradientNorm: number;
  readonly loss: number;
  /** Class or value in the data, and what the model says; of several targets all of them, in a text. */
  readonly target: number | string;
  readonly predicted: number | string;
  /** Probability that the model gives to the class in the data; of several targets the product. */
  readonly probability?: number;
}

/** How a model's answers lie beside the truth. */
export interface AnswersProfile {
  readonly rows: number;
  /** Mean loss of a row. */
  readonly loss: number;
  /**
   * Spread of the answers by that of the truth: RMS of (answer − its mean over the rows) by the same of the target. For
   * classes, answers are probabilities, and targets 1 for the class and 0 for the others. 0: the same for every row.
   */
  readonly spread: number;
  /** For classes. */
  readonly errors?: ErrorsProfile;
  /** For numbers. */
  readonly residuals?: ResidualsProfile;
}

/** Where classes overlap, errors have low confidence; labels that were flipped are missed with that of any other row. */
export interface ErrorsProfile {
  /** Share of the rows whose class is not the likeliest one. */
  readonly rate: number;
  /**
   * Probability that a hit has more confidence (largest probability) than an error, ties counting ½: ½ where confidence
   * says nothing about errors. Absent without errors or hits.
   */
  readonly separation?: number;
  /** Share of errors among the half of the rows with the most confidence. */
  readonly confidentRate: number;
  /** Median confidence of errors and of hits; 0 where there are none. */
  readonly errorConfidence: number;
  readonly hitConfidence: number;
  /** Share of each class's rows that are hit, in the order of the classes; NaN for classes without rows. */
  readonly recall: readonly number[];
}

/**
 * Of targets and answers on the scale on which the loss has noise of one size (`stabilized`): square roots of counts. Answers that
 * are not to be in the middle (`isOffCentre`) are moved there first.
 */
export interface ResidualsProfile {
  /** 1 − Σ (y − ŷ)² / Σ (y − mean y)² */
  readonly r2: number;
  /** Robust standard deviation, 1.4826 × the median of |r − median r|, by the target's standard deviation. */
  readonly scale: number;
  /** Share of the rows whose residual is more than 5 robust standard deviations from the median. */
  readonly outliers: number;
  /** |mean| of these rows' residuals by their standard deviation: large where they lie together, on one side. */
  readonly outlierShift?: number;
  /** mean (r − mean r)⁴ / (mean (r − mean r)²)²: 3 for a normal distribution, more for one with heavy tails. */
  readonly kurtosis: number;
}

export interface ExamplesProfile {
  /** Training rows that were looked at: all, or an even sample of many. */
  readonly rows: number;
  /** Median and 99th percentile of the gradients' norms. */
  readonly median: number;
  readonly high: number;
  /** The largest gradients first, 20 at most. */
  readonly suspects: readonly Example[];
  readonly train: AnswersProfile;
  readonly validation?: AnswersProfile;
  /** Of each target, where they are several: `train` and `validation` then have no errors and no residuals. */
  readonly targets?: readonly TargetAnswers[];
}

/** The answers for one of several targets. */
export interface TargetAnswers {
  readonly name: string;
  /** The rows with the largest loss for it first, 20 at most. */
  readonly suspects: readonly Example[];
  readonly train: AnswersProfile;
  readonly validation?: AnswersProfile;
}

export interface ExampleRows {
  /** [rows, features], row-major. */
  readonly x: Float32Array;
  /** [rows, targets], row-major: class index, or value as the network is fed it. */
  readonly y: Float32Array | Int32Array;
  readonly rows: number;
}

export interface ExamplesSettings extends BackendOptions {
  readonly model: Layer;
  readonly variables: Variables;
  readonly loss: LossName;
  readonly train: ExampleRows;
  readonly validation?: ExampleRows | undefined;
  /** Names of the targets. Default: there is one. */
  readonly targets?: readonly string[];
  /** What a class is called, or a value in the target's unit; of the target of that index. */
  readonly name: (value: number, target: number) => number | string;
  /** Row of the table as errors count them, by the row of the training data. */
  readonly tableRow?: (row: number) => number;
}

const mostRows = 20_000;
/** Rows computed at once. */
const chunk = 1024;
const mostSuspects = 20;

/** Passes over all rows of the training and validation data with the given weights, dropout off. */
export function profileExamples(settings: ExamplesSettings): ExamplesProfile {
  const { train, validation, name, tableRow, loss: lossName, targets = ["target"] } = settings;
  const loss = lossRecord(lossName);
  const look = looker(settings);
  const looked = look(train);
  const { positions, norms, answers } = looked;
  const order = Array.from(norms.keys()).sort((a, b) => norms[b]! - norms[a]!);
  const at = (share: number): number => norms[order[Math.floor(share * (order.length - 1))]!]!;
  const suspect = (i: number): Example => {
    const row = positions[i]!;
    const own = answers.map((of) => of[i]!);
    const truth = own.map((_, t) => train.y[row * own.length + t]!);
    const probabilities = own.flatMap(({ probabilities }, t) => (probabilities ? [probabilities[truth[t]!]!] : []));
    return {
      row,
      ...(tableRow && { tableRow: tableRow(row) }),
      gradientNorm: norms[i]!,
      loss: lossOfRow(own, loss),
      target: listed(truth.map(name)),
      predicted: listed(own.map(({ value }, t) => name(value, t))),
      ...(probabilities.length > 0 && { probability: probabilities.reduce((a, b) => a * b) }),
    };
  };
  const other = validation && look(validation);
  const whole = targets.length === 1 ? answersOf : combinedAnswers;
  return {
    rows: positions.length,
    median: at(0.5),
    high: at(0.01),
    suspects: order.slice(0, mostSuspects).map(suspect),
    train: whole(looked, train, loss),
    ...(other && { validation: whole(other, validation, loss) }),
    ...(targets.length > 1 && {
      targets: targets.map((name, t) => ({
        name,
        suspects: byLoss(answers[t]!).map(suspect),
        train: answersOf(looked, train, loss, t),
        ...(other && { validation: answersOf(other, validation, loss, t) }),
      })),
    }),
  };
}

/** Indices of the answers with the largest losses. */
const byLoss = (answers: readonly Answer[]): number[] =>
  Array.from(answers.keys())
    .sort((a, b) => answers[b]!.loss - answers[a]!.loss)
    .slice(0, mostSuspects);

const listed = (all: readonly (number | string)[]): number | string => (all.length === 1 ? all[0]! : all.join(", "));

/** The mean over the answers for its targets, or their sum where the loss is one. */
const lossOfRow = (own: readonly Answer[], { reduction }: LossRecord): number =>
  own.reduce((sum, { loss }) => sum + loss, 0) / (reduction === "mean" ? own.length : 1);

/** What the model says of a row: a value, or the likeliest class and the probability of each; and its loss. */
interface Answer {
  readonly value: number;
  readonly loss: number;
  readonly probabilities?: Float64Array;
}

interface Look {
  /** Rows that were looked at. */
  readonly positions: Int32Array;
  /** ‖gradient‖ of each. */
  readonly norms: Float64Array;
  /** For each target those of the rows. */
  readonly answers: readonly (readonly Answer[])[];
}

/** Answers of all rows and targets, row-major: outputs [rows, targets · outputs of each] of a model, read in float64. */
function read(loss: LossName, outputs: Tensor, targets: ArrayLike<number>, rows: number): Answer[] {
  const { logits, perExample, predict, targets: kind } = lossRecord(loss);
  const z = outputs.cast("float64");
  const own = perExample(z, targetTensor(kind, targets, "float64", rows)).data;
  const single = z.reshape([targets.length, z.size / targets.length]);
  if (logits === undefined) return Array.from(predict(single).data, (value, i) => ({ value, loss: own[i]! }));
  const classes = logits(single);
  const [likeliest, all] = [classes.argmax(-1).data, classes.softmax(-1).data as Float64Array];
  const width = classes.shape.at(-1)!;
  return Array.from(likeliest, (value, i) => {
    return { value, loss: own[i]!, probabilities: all.subarray(i * width, (i + 1) * width) };
  });
}

/**
 * A pass over rows. The loss of a batch is the mean over its rows, so ∂loss/∂z of a dense layer z = a W + b has in row n
 * the row's own δₙ by the number of rows, and the row's own gradient has ‖gₙ‖² = Σ ‖δₙ‖² (‖aₙ‖² + 1) over these layers
 * (Goodfellow 2015): a row's gradient by W is the product aₙᵀ δₙ, by b it is δₙ.
 */
function looker({ model, variables, loss, train, ...options }: ExamplesSettings): (rows: ExampleRows) => Look {
  const width = train.x.length / train.rows;
  const size = Math.min(chunk, train.rows);
  const { reduction, targets: kind } = lossRecord(loss);
  const chain = chainOf(model);
  const pass = compile(
    ({ parameters, buffers }: Variables, x: Tensor, y: Tensor) => {
      const [[, { output, values }], , deltas] = gradThrough((p: Variables["parameters"]) => {
        const values: Record<string, Tensor> = {};
        const output = apply(model, { parameters: p, buffers }, x, (name, value) => (values[name] = value));
        return [lossRecord(loss)(output, y), { output, values }, values];
      })(parameters);
      const squares = chain.flatMap(({ name, layer }, i) => {
        const rowNorm = layer && layerRecord(layer.kind).rowNorm?.(layer);
        if (rowNorm === undefined) return [];
        const input = i === 0 ? x : values[chain[i - 1]!.name]!;
        const delta = deltas[name]!.mul(reduction === "mean" ? size : 1);
        return [delta.square().sum(-1).mul(input.square().sum(-1).add(rowNorm))];
      });
      return { norms: squares.reduce((a, b) => a.add(b), zeros([size])).sqrt(), output };
    },
    { ...options, threads: 1 },
  );
  return ({ x, y, rows }) => {
    const perRow = y.length / rows;
    const count = Math.min(rows, mostRows);
    const positions = Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
    const norms = new Float64Array(count);
    const answers = Array.from({ length: perRow }, (): Answer[] => []);
    const batch = new Float32Array(size * width);
    const targets = new Float64Array(size * perRow);
    for (let from = 0; from < count; from += size) {
      // One size, so that it is compiled once: what is left of the last batch repeats its last row.
      for (let i = 0; i < size; i++) {
        const row = positions[Math.min(from + i, count - 1)]!;
        batch.set(x.subarray(row * width, (row + 1) * width), i * width);
        targets.set(y.subarray(row * perRow, (row + 1) * perRow), i * perRow);
      }
      const truth = targetTensor(kind, targets, "float32", size);
      const result = pass(variables, Tensor.concrete(batch, [size, width]), truth);
      const own = read(loss, result.output, targets, size);
      for (let i = 0; i < Math.min(size, count - from); i++) {
        norms[from + i] = result.norms.data[i]!;
        for (let t = 0; t < perRow; t++) answers[t]!.push(own[i * perRow + t]!);
      }
    }
    return { positions, norms, answers };
  };
}

/** Answers for the target `t` beside the truth. */
function answersOf(
  { answers, positions }: Look,
  { y }: ExampleRows,
  { stabilized, isOffCentre }: LossRecord,
  t = 0,
): AnswersProfile {
  const own = answers[t]!;
  const targets = Float64Array.from(positions, (row) => y[row * answers.length + t]!);
  const said = Float64Array.from(own, ({ value }) => value);
  const common = { rows: own.length, loss: mean(Float64Array.from(own, ({ loss }) => loss)) };
  const probabilities = own.flatMap(({ probabilities }) => (probabilities ? [probabilities] : []));
  if (probabilities.length === 0) {
    const spread = quotient(deviation(said), deviation(targets));
    const even = (values: Float64Array) => (stabilized ? values.map(stabilized) : values);
    const off = isOffCentre ? mean(targets) - mean(said) : 0;
    const centred = off === 0 ? said : said.map((value) => value + off);
    return { ...common, spread, residuals: residuals(even(centred), even(targets)) };
  }
  const classes = probabilities[0]!.length;
  let [answered, true_] = [0, 0];
  for (let c = 0; c < classes; c++) {
    answered += deviation(Float64Array.from(probabilities, (p) => p[c]!)) ** 2;
    true_ += deviation(targets.map((target) => Number(target === c))) ** 2;
  }
  return { ...common, spread: Math.sqrt(quotient(answered, true_)), errors: errors(probabilities, targets) };
}

/** Answers for all targets together: the loss of a row, and the spread of the one that is told best. */
function combinedAnswers(look: Look, data: ExampleRows, loss: LossRecord): AnswersProfile {
  const each = look.answers.map((_, t) => answersOf(look, data, loss, t));
  const sum = each.reduce((all, one) => all + one.loss, 0);
  return {
    rows: look.positions.length,
    loss: loss.reduction === "mean" ? sum / each.length : sum,
    spread: maximum(each.map(({ spread }) => spread)),
  };
}

function errors(probabilities: readonly Float64Array[], targets: Float64Array): ErrorsProfile {
  const confidence = Float64Array.from(probabilities, largest);
  const isHit = Array.from(probabilities, (p, i) => p.indexOf(confidence[i]!) === targets[i]);
  const of = (hit: boolean) => confidence.filter((_, i) => isHit[i] === hit);
  const [hits, misses] = [of(true), of(false)];
  const middle = median(confidence);
  const separation = rocAuc(confidence, (i) => isHit[i]!);
  const classes = probabilities[0]!.length;
  const [rows, hit] = [new Int32Array(classes), new Int32Array(classes)];
  targets.forEach((target, i) => {
    rows[target]!++;
    if (isHit[i]) hit[target]!++;
  });
  return {
    rate: misses.length / targets.length,
    ...(separation !== undefined && { separation }),
    confidentRate: misses.filter((c) => c >= middle).length / (targets.length / 2),
    errorConfidence: misses.length === 0 ? 0 : median(misses),
    hitConfidence: hits.length === 0 ? 0 : median(hits),
    recall: Array.from(rows, (n, c) => hit[c]! / n),
  };
}

const largest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b));

function residuals(said: Float64Array, targets: Float64Array): ResidualsProfile {
  const rest = targets.map((target, i) => target - said[i]!);
  const centre = median(rest);
  const scale = 1.4826 * median(rest.map((r) => Math.abs(r - centre)));
  const far = rest.filter((r) => Math.abs(r - centre) > 5 * scale);
  return {
    r2: r2(said, targets),
    scale: quotient(scale, deviation(targets)),
    outliers: far.length / rest.length,
    ...(far.length > 1 && { outlierShift: quotient(Math.abs(mean(far)), deviation(far)) }),
    kurtosis: quotient(moment(rest, 4), moment(rest, 2) ** 2),
  };
}

/** Of a target that is the same for every row there is nothing to say: 0. */
const quotient = (a: number, b: number): number => (b === 0 ? 0 : a / b);
