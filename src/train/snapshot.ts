// Everything that a training goes on from, as plain data.
import type { TypedArray } from "../ir/dtype.ts";
import { ChainruleError } from "../ir/errors.ts";
import { sizeOf } from "../ir/shape.ts";
import type { Session } from "../run/session.ts";
import { copyRunState, type RunState } from "./run-state.ts";
import type { TrainingModule } from "./training-module.ts";

/** Raised when older programs could misread a newer snapshot. */
export const snapshotFormat = 1;

/**
 * A training between two steps: numbers, texts, maps and typed arrays, so that it goes through `structuredClone`. It does not change while
 * the training goes on; nobody else may change it.
 */
export interface Snapshot {
  readonly format: typeof snapshotFormat;
  /** What the order of rows and the initial weights follow from. */
  readonly seed: number;
  /** Where it was computed; elsewhere later bits may differ. */
  readonly backend: string;
  /** Steps, epochs, losses, best weights, position among the rows, what was observed. */
  readonly state: RunState;
  /** Parameters, buffers, the optimizer's moments, counters, keys, the order of rows, what the probes keep: row-major, by name. */
  readonly machine: ReadonlyMap<string, TypedArray>;
  /** Seconds of training so far. */
  readonly seconds: number;
}

export function takeSnapshot(
  session: Session,
  { changing }: TrainingModule,
  state: RunState,
  { seed, seconds }: Pick<Snapshot, "seed" | "seconds">,
): Snapshot {
  const { latest } = state.weights;
  // What was kept after this very step need not be read again.
  const kept = latest.step === state.step ? latest.values : new Map<string, TypedArray>();
  const machine = new Map(changing.map((name) => [name, kept.get(name) ?? session.read(name)]));
  return {
    format: snapshotFormat,
    seed,
    backend: session.backend.name,
    state: copyRunState(state),
    machine,
    seconds,
  };
}

/** Puts the states of a snapshot into the machine. Throws INVALID_SNAPSHOT where it is none of this training. */
export function putSnapshot(session: Session, training: TrainingModule, snapshot: Snapshot, seed: number): void {
  const { format, machine, state } = snapshot;
  if (format !== snapshotFormat)
    throw invalidSnapshot(`it has format ${format}, and this Chainrule reads format ${snapshotFormat}`);
  if (snapshot.seed !== seed)
    throw invalidSnapshot(`its seed is ${snapshot.seed}, and that of the training is ${seed}`);
  fits(session, training.changing, machine);
  const { good, latest, best } = state.weights;
  for (const { values } of new Set([good, latest, best])) fits(session, [...training.initial.keys()], values);
  const rows = session.plan.states["train.x"]!.shape[0]!;
  const { batch } = training.probes;
  const order = machine.get("order")!;
  const cursor = machine.get("cursor")![0]!;
  if (
    order.some((row) => !(row >= 0 && row < rows)) ||
    !(cursor >= 0 && cursor <= order.length && cursor % batch === 0)
  )
    throw invalidSnapshot(`its order of rows must be of ${rows} rows`);
  const { rows: position } = state.feed;
  if (position !== undefined && (position.done * batch !== cursor || position.steps * batch > order.length))
    throw invalidSnapshot(`its position among the rows must be that of its cursor`);
  for (const [name, data] of machine) session.write(name, data);
}

/** Throws INVALID_SNAPSHOT unless there are values of these states, of their sizes, and no others. */
function fits(session: Session, names: readonly string[], values: ReadonlyMap<string, TypedArray>): void {
  for (const name of names) {
    const data = values.get(name);
    const size = sizeOf(session.plan.states[name]!.shape);
    if (data === undefined) throw invalidSnapshot(`it lacks "${name}"`);
    if (data.length !== size)
      throw invalidSnapshot(`"${name}" has ${data.length} elements in it, and ${size} in the training`);
  }
  const odd = [...values.keys()].find((name) => !names.includes(name));
  if (odd !== undefined) throw invalidSnapshot(`it has "${odd}", which the training has not`);
}

export const invalidSnapshot = (what: string, cause?: unknown): ChainruleError =>
  new ChainruleError(
    "INVALID_SNAPSHOT",
    `The training cannot go on from this snapshot: ${what}. Restore snapshots of a training with the same model, data, settings and seed.`,
    { what },
    { cause },
  );
