// Snapshots as bytes: safetensors, whose metadata hold what is no array.
import { boolean, type Checks, faultIn, list, maybe, natural, number, record, text } from "../ir/checks.ts";
import type { TypedArray } from "../ir/dtype.ts";
import { isRecord, parseJson } from "../ir/json.ts";
import type { LayerStatistics } from "../observe/observation.ts";
import type { StopReason } from "./events.ts";
import { exactJson, exactPart } from "./exact-json.ts";
import type { RunState } from "./run-state.ts";
import {
  decodeSafetensors,
  joined,
  type SafetensorsFile,
  type SafetensorsTensor,
  safetensorsParts,
} from "./safetensors.ts";
import { invalidSnapshot, type Snapshot, snapshotFormat } from "./snapshot.ts";
import type { TracedBack } from "./trace-back.ts";
import type { Copy } from "./weights.ts";

const formatKey = "chainrule.snapshot";
const contentKey = "chainrule.content";

/** Names of the tensors: states of the machine, and weights that are kept, each copy once. */
const stateName = (name: string) => `machine/${name}`;
const weightsName = (copy: number, name: string) => `weights/${copy}/${name}`;

/** What the JSON says: every number of the state, and which copy of the weights is which. */
type Content = Pick<Snapshot, "seed" | "backend" | "seconds"> & {
  readonly state: Omit<RunState, "observer" | "weights"> & {
    readonly observer: Omit<RunState["observer"], "losses"> & {
      readonly losses: readonly (readonly [number, number])[];
    };
    readonly weights: {
      readonly steps: readonly number[];
      readonly good: number;
      readonly latest: number;
      readonly best: number;
      readonly isValidated: boolean;
    };
  };
  /** The copy whose values the machine holds, where it holds those of one. */
  readonly held?: number;
};

/**
 * A snapshot as bytes; `decodeSnapshot` gives it back, bit for bit.
 *
 * ```ts
 * const training = await HeldTraining.load({ model: dense(1, 1), data: { x, y }, loss: "mse", optimizer: adam(), epochs: 9 });
 * const bytes = encodeSnapshot(training.snapshot());
 * await training.restore(decodeSnapshot(bytes));
 * training.dispose();
 * ```
 */
export const encodeSnapshot = (snapshot: Snapshot): Uint8Array<ArrayBuffer> => joined(snapshotParts(snapshot));

/** The same bytes in parts, one after the other, those of the arrays not copied. */
export function snapshotParts({ seed, backend, seconds, state, machine }: Snapshot): readonly Uint8Array[] {
  const { observer, weights, ...rest } = state;
  const { good, latest, best, isValidated } = weights;
  const copies = [...new Set([good, latest, best])];
  const tensors = new Map<string, SafetensorsTensor>();
  copies.forEach(({ values }, i) => {
    for (const [name, data] of values) tensors.set(weightsName(i, name), stored(data));
  });
  const held = copies.findIndex(({ values }) => [...values].every(([name, data]) => machine.get(name) === data));
  for (const [name, data] of machine) if (!copies[held]?.values.has(name)) tensors.set(stateName(name), stored(data));
  const content: Content = {
    ...{ seed, backend, seconds },
    state: {
      ...rest,
      observer: { ...observer, losses: [...observer.losses] },
      weights: {
        steps: copies.map(({ step }) => step),
        good: copies.indexOf(good),
        latest: copies.indexOf(latest),
        best: copies.indexOf(best),
        isValidated,
      },
    },
    ...(held >= 0 && { held }),
  };
  return safetensorsParts(tensors, { [formatKey]: String(snapshotFormat), [contentKey]: exactJson(content) });
}

/** Throws INVALID_SNAPSHOT, saying what is wrong, where the bytes are no snapshot or a damaged one. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  let file: SafetensorsFile;
  try {
    file = decodeSafetensors(bytes);
  } catch (cause) {
    throw invalidSnapshot((cause as Error).message, cause);
  }
  const { [formatKey]: format, [contentKey]: plain } = file.metadata;
  if (format === undefined || plain === undefined) throw invalidSnapshot("its metadata must be those of a snapshot");
  if (format !== String(snapshotFormat))
    throw invalidSnapshot(`it has format ${format}, and this Chainrule reads format ${snapshotFormat}`);
  const json = parseJson(plain, (must, cause) => invalidSnapshot(`its metadata must be ${must}`, cause), exactPart);
  const wrong = faultOf(json);
  if (wrong !== undefined) throw invalidSnapshot(`in its metadata "${wrong}" is missing or wrong`);
  const { state, held, ...rest } = json as Content;
  const { steps, isValidated, ...which } = state.weights;
  const copies = steps.map((step): { step: number; values: Map<string, TypedArray> } => ({ step, values: new Map() }));
  const machine = new Map<string, TypedArray>();
  for (const [name, { data }] of file.tensors) {
    const [, copy, own] = /^weights\/(\d+)\/(.+)$/s.exec(name) ?? [];
    const values = copy === undefined ? undefined : copies[Number(copy)]?.values;
    if (!isStored(data)) throw invalidSnapshot(`"${name}" is not of an element type that trainings have`);
    if (values !== undefined) values.set(own!, data);
    else if (name.startsWith(stateName(""))) machine.set(name.slice(stateName("").length), data);
    else throw invalidSnapshot(`it has a tensor "${name}" that belongs to nothing`);
  }
  for (const [name, data] of (held === undefined ? undefined : copies[held]?.values) ?? []) machine.set(name, data);
  const copyOf = (index: number): Copy => copies[index]!;
  return {
    ...rest,
    format: snapshotFormat,
    machine,
    state: {
      ...state,
      observer: { ...state.observer, losses: new Map(state.observer.losses) },
      weights: { good: copyOf(which.good), latest: copyOf(which.latest), best: copyOf(which.best), isValidated },
    },
  };
}

const dtypes = { Float64Array: "F64", Float32Array: "F32", Int32Array: "I32" } as const;

const isStored = (data: SafetensorsTensor["data"]): data is TypedArray => Object.hasOwn(dtypes, data.constructor.name);

const stored = (data: TypedArray): SafetensorsTensor =>
  ({ dtype: dtypes[data.constructor.name as keyof typeof dtypes], shape: [data.length], data }) as SafetensorsTensor;

const reasons = { epochs: true, steps: true, patience: true, interrupted: true } satisfies Record<StopReason, true>;

const origin = record({ where: text, op: text, value: text, operands: list(number), indices: list(number) });

const stateChecks: Checks<Content["state"]> = {
  step: natural,
  epoch: natural,
  reason: (value) => Object.hasOwn(reasons, String(value)),
  losses: record<RunState["losses"]>({ sum: number, steps: natural, unread: natural }),
  best: record<RunState["best"]>({ epoch: natural, loss: number }),
  feed: record<RunState["feed"]>({
    rows: maybe(record<NonNullable<RunState["feed"]["rows"]>>({ steps: natural, done: natural })),
    sampler: record<RunState["feed"]["sampler"]>({ drawn: natural, taken: natural }),
    blocks: natural,
    taken: natural,
  }),
  observer: record<RunState["observer"]>({
    last: natural,
    layers: list(record<LayerStatistics>({ name: text, gradientRms: number, updateRatio: number })),
    reported: natural,
    told: natural,
    distance: number,
    measuredAt: number,
    losses: list((pair) => list(number)(pair) && (pair as number[]).length === 2),
  }),
  watched: maybe(record<NonNullable<RunState["watched"]>>({ scale: number, best: number, waited: natural })),
  weights: (value) =>
    record<Content["state"]["weights"]>({
      steps: list(natural),
      good: natural,
      latest: natural,
      best: natural,
      isValidated: boolean,
    })(value) && areCopies(value as Content["state"]["weights"]),
  rate: record<RunState["rate"]>({ scale: number, shift: number }),
  broken: maybe(record<TracedBack>({ origin: maybe(origin), lossesBefore: list(number) })),
};

const areCopies = ({ steps, good, latest, best }: Content["state"]["weights"]): boolean =>
  [good, latest, best].every((index) => index < steps.length);

/** The name of what is missing or wrong; undefined where all of it holds. */
function faultOf(content: unknown): string | undefined {
  const whole: Checks<Content> = {
    seed: (value) => Number.isSafeInteger(value),
    backend: text,
    seconds: number,
    state: isRecord,
    held: maybe(natural),
  };
  const wrong = faultIn(whole, content);
  return wrong === undefined ? faultIn(stateChecks, (content as Content).state) : wrong || "state";
}
