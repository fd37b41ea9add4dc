// From a loss that is not finite back to its origin: the steps since the last good weights are taken once more, one by one.
import type { Backend } from "../backends/backend.ts";
import type { Communicator } from "../backends/mpi/communicator.ts";
import type { TypedArray } from "../ir/dtype.ts";
import type { Graph } from "../ir/graph.ts";
import { type Origin, originOf } from "../observe/origin.ts";
import type { Program } from "../plan/module.ts";
import { Session } from "../run/session.ts";
import { partsOf } from "./evaluate.ts";
import { firstOrigin } from "./ranks.ts";
import type { TrainingModule } from "./training-module.ts";
import { allFinite, type Copy } from "./weights.ts";

/** Losses of earlier steps that are reported, at most. */
export const mostLosses = 8;

export interface TracedBack {
  readonly origin?: Origin;
  /** Losses of the last steps before the one that broke, the oldest first. */
  readonly lossesBefore: readonly number[];
}

/**
 * `from` is a copy taken since the present rows and their order were written; `step` counts the steps done by now; `known`
 * are losses of earlier steps, counted from 1. The session is left as it was.
 */
export function traceBack(
  session: Session,
  training: TrainingModule,
  from: Copy,
  step: number,
  known: ReadonlyMap<number, number> = new Map(),
  ranks?: Communicator,
): TracedBack {
  const { batch } = training.probes;
  const { shares = [{ from: 0, rows: batch }] } = training;
  const kept = [...training.initial.keys(), "step", "cursor", "lossSum", "failedAt"];
  const now = read(session, kept);
  const cursor = now.get("cursor")![0]! - (step - from.step) * batch;
  const losses: number[] = [];
  for (let at = from.step; known.has(at) && losses.length < mostLosses; at--) losses.unshift(known.get(at)!);
  try {
    for (const [name, data] of from.values) session.write(name, data);
    session.write("failedAt", Int32Array.of(-1));
    for (let at = from.step; at < step; at++) {
      session.write("step", Int32Array.of(at));
      session.write("cursor", Int32Array.of(cursor + (at - from.step) * batch));
      session.write("lossSum", Float64Array.of(0));
      const before = read(session, kept);
      session.run("step");
      if (session.read("failedAt")[0]! < 0 && areFinite(session, training)) {
        losses.push(session.read("lossSum")[0]!);
        continue;
      }
      for (const [name, data] of before) session.write(name, data);
      // Of several passes no row is told.
      if (shares.length > 1) break;
      const [{ from: place, rows }] = shares as [{ from: number; rows: number }];
      const first = cursor + (at - from.step) * batch + place;
      const own = originIn(session, training, "observe", session.read("order").subarray(first, first + rows));
      const origin = ranks === undefined ? own : firstOrigin(ranks, own);
      return { ...(origin && { origin }), lossesBefore: losses.slice(-mostLosses) };
    }
    return { lossesBefore: losses.slice(-mostLosses) };
  } finally {
    for (const [name, data] of now) session.write(name, data);
  }
}

/** The same for a split that is evaluated with the present weights. */
export function traceEvaluation(
  session: Session,
  training: TrainingModule,
  split: "train" | "validation",
  rows: number,
  ranks: number,
): Origin | undefined {
  for (const part of partsOf(split, rows, ranks)) {
    const origin = originIn(session, training, part.program, part.rows);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

function originIn(session: Session, training: TrainingModule, program: string, rows: TypedArray): Origin | undefined {
  const step = training.readable[program]!;
  const inputs = step.inputs.map((name) => (name === "rows" ? rows : session.read(name)));
  return originOf(step, inputs, rows, (graph, values) => computeOnce(session.backend, graph, values));
}

/** A graph's outputs, computed where the training is: sums overflow there that others would hold. */
function computeOnce(backend: Backend, graph: Graph, inputs: readonly TypedArray[]): TypedArray[] {
  const program: Program = {
    graph,
    inputs: graph.inputs.map((_, i) => ({ name: `${i}` })),
    outputs: graph.outputs.map((_, i) => ({ name: `${i}` })),
  };
  const session = new Session({ state: {}, programs: { main: program } }, backend);
  try {
    session.run("main", 1, Object.fromEntries(inputs.map((data, i) => [`${i}`, data])));
    return graph.outputs.map((_, i) => session.output("main", `${i}`));
  } finally {
    session.dispose();
  }
}

const read = (session: Session, names: readonly string[]): Map<string, TypedArray> =>
  new Map(names.map((name) => [name, session.read(name)]));

const areFinite = (session: Session, { initial }: TrainingModule): boolean =>
  [...initial.keys()].every((name) => name.startsWith("optimizer.") || allFinite(session.read(name)));
