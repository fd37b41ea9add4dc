// Predictions of a trained network of tables: planned once for each of a few numbers of rows, with the weights in place.
import { scaleOf } from "../data/target-kinds.ts";
import type { Variables } from "../nn/layer.ts";
import { lossRecord } from "../nn/losses/index.ts";
import { apply } from "../nn/model.ts";
import { type BackendOptions, backendOf } from "../run/backends.ts";
import { traceProgram } from "../run/program.ts";
import { Session } from "../run/session.ts";
import type { Tensor } from "../trace/tensor.ts";
import { flatten } from "../trace/tree.ts";
import { answerWidth, outputsPerTarget } from "./answers.ts";
import type { TableModel } from "./tabular.ts";

/**
 * Variables and features x [rows, features] → answers as the loss reads the outputs: class probabilities [rows · targets, classes], or values
 * [rows · targets, 1] as the targets were scaled.
 */
export function tableForward({
  model,
  loss,
  preprocessing,
}: Omit<TableModel, "variables">): (variables: Variables, x: Tensor) => Tensor {
  const outputs = outputsPerTarget(loss, preprocessing);
  return (variables, x) => {
    const z = apply(model, variables, x);
    return lossRecord(loss).predict(z.reshape([z.size / outputs, outputs]));
  };
}

/** Most rows predicted at once. */
const chunk = 4096;

/** For so many rows there is a program: a power of two, since each number of rows takes one of its own. */
const programRows = (rows: number): number => 2 ** Math.ceil(Math.log2(rows));

/**
 * Predictions for rows of features x [rows, features], row-major: class probabilities [rows, targets, classes], or values
 * [rows, targets] in the targets' units. The same bits on every machine and in a page, unless `options` say `deterministic: false`.
 */
export const predictTable = (
  trained: TableModel,
  x: Float32Array,
  rows: number,
  options: BackendOptions = {},
): Float64Array => tablePredictor(trained, options)(x, rows);

/** Rows of features, and below them zeros up to so many numbers. */
function filled(x: Float32Array, size: number): Float32Array {
  if (x.length === size) return x;
  const all = new Float32Array(size);
  all.set(x);
  return all;
}

/** As predictTable, planned once for any number of calls. */
export function tablePredictor(
  trained: TableModel,
  options: BackendOptions = {},
): (x: Float32Array, rows: number) => Float64Array {
  const { targets, features } = trained.preprocessing;
  const sessionFor = sessionsOf(trained, options);
  const scales = targets.map(scaleOf);
  const width = answerWidth(trained.preprocessing);
  const perRow = targets.length * width;
  return (x, rows) => {
    const all = new Float64Array(rows * perRow);
    for (let from = 0; from < rows; from += chunk) {
      const count = Math.min(chunk, rows - from);
      const planned = programRows(count);
      const session = sessionFor(planned);
      const own = x.subarray(from * features.length, (from + count) * features.length);
      session.run("predict", 1, { x: filled(own, planned * features.length) });
      const y = session.output("predict", "y");
      for (let i = 0; i < count * perRow; i++) {
        const { unit, centre } = scales[Math.floor(i / width) % targets.length]!;
        all[from * perRow + i] = y[i]! * unit + centre;
      }
    }
    return all;
  };
}

/** A session for each number of rows, made when it is first asked for. */
function sessionsOf(trained: TableModel, options: BackendOptions): (rows: number) => Session {
  const backend = backendOf({ deterministic: true, ...options });
  const { float } = backend;
  const { leaves, paths, rebuild } = flatten(trained.variables);
  const state = Object.fromEntries(paths.map((path, i) => [path, { shape: leaves[i]!.shape, dtype: float }]));
  const forward = tableForward(trained);
  const sessions = new Map<number, Session>();
  return (rows) => {
    const known = sessions.get(rows);
    if (known !== undefined) return known;
    const x = { shape: [rows, trained.preprocessing.features.length], dtype: float };
    const predict = traceProgram(
      state,
      { x },
      (own, inputs) => ({
        outputs: { y: forward(rebuild(paths.map((path) => own[path]!)) as Variables, inputs.x!) },
      }),
      float,
    );
    const session = new Session({ state, programs: { predict } }, backend);
    paths.forEach((path, i) => {
      session.write(path, leaves[i]!.data);
    });
    sessions.set(rows, session);
    return session;
  };
}
