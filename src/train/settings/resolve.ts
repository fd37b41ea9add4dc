// What settings come to for a table: those that are given, and the defaults of the others.
import type { Communicator } from "../../backends/mpi/communicator.ts";
import type { Prepared } from "../../data/index.ts";
import type { Variables } from "../../nn/layer.ts";
import { type Optimizer, type OptimizerKind, optimizerRecord, optimizers } from "../../optim/optimizers/index.ts";
import { fittedSchedule, type Schedule, type ScheduleKind } from "../../optim/schedules/index.ts";
import type { Snapshot } from "../snapshot.ts";
import { type ModelSettings, modelSettings, type ResolvedSettings } from "./index.ts";
import type { TableFacts } from "./setting.ts";
import { checkSettings, settingOf } from "./values.ts";

/** Everything has a default that follows from the table. */
export interface TableSettings extends Omit<ModelSettings, "optimizer" | "schedule"> {
  /** By name, with `learningRate`; or with all its settings. Default adamw. */
  readonly optimizer?: OptimizerKind | Optimizer | undefined;
  /** By its name it is fitted to the training's length. Default cosine, to a hundredth of the rate at the last epoch. */
  readonly schedule?: ScheduleKind | Schedule | undefined;
  /** Ends the training after so many steps of those that the epochs have. */
  readonly steps?: number | undefined;
  /** As TrainOptions.observeEvery. */
  readonly observeEvery?: number | undefined;
  /** Initial weights. Default: drawn from the seed. */
  readonly variables?: Variables | undefined;
  readonly hold?: (() => Promise<void> | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** As TrainOptions.ranks. */
  readonly ranks?: Communicator | undefined;
  /** As TrainOptions.resume. */
  readonly resume?: Snapshot | undefined;
}

/** All settings of network and training, with every number of the optimizer and the schedule. */
export interface ResolvedTableSettings extends Omit<ResolvedSettings, "optimizer" | "schedule"> {
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
}

/** What is asked of a prepared table. */
type Rows = Pick<Prepared, "task"> & {
  readonly train: { readonly rows: number };
  /** Default: one target. */
  readonly preprocessing?: { readonly targets: readonly unknown[] };
};

/**
 * What the settings come to for a table. Throws INVALID_ARGUMENT for a value that a setting cannot have, with `setting`,
 * `value` and `choices` in its details.
 *
 * @param sizes rows that are trained on, of each block, where they are more than the prepared ones
 * @example
 * resolve(prepared, { activation: "tanh" }).init; // "xavierUniform"
 */
export function resolve(
  { task, train, preprocessing }: Rows,
  settings: TableSettings = {},
  sizes: readonly number[] = [train.rows],
): ResolvedTableSettings {
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const { optimizer: updated, schedule: timed } = settings;
  const named = {
    ...settings,
    optimizer: typeof updated === "object" ? updated.kind : updated,
    schedule: typeof timed === "object" ? timed.kind : timed,
  };
  const resolved = withDefaults({ task, rows, targets: preprocessing?.targets.length ?? 1 }, named);
  const { epochs, batchSize, accumulate, patience, learningRate } = resolved;
  const optimizer =
    typeof updated === "object"
      ? { ...updated, learningRate: settings.learningRate ?? updated.learningRate }
      : optimizers[resolved.optimizer]({
          ...optimizerRecord(resolved.optimizer).forTables,
          ...(resolved.weightDecay !== undefined && { weightDecay: resolved.weightDecay }),
          learningRate,
        });
  const batch = Math.min(batchSize, train.rows) * accumulate;
  const steps = epochs * sizes.reduce((sum, size) => sum + Math.ceil(size / batch), 0);
  const schedule =
    typeof timed === "object"
      ? timed
      : fittedSchedule(resolved.schedule, { steps, learningRate: optimizer.learningRate, patience });
  return { ...resolved, learningRate: optimizer.learningRate, optimizer, schedule };
}

function withDefaults(table: TableFacts, given: ModelSettings): ResolvedSettings {
  checkSettings(given);
  const resolved = {} as ResolvedSettings;
  // A default may ask for other settings: each is worked out when it is first asked for.
  for (const key of Object.keys(modelSettings) as (keyof ModelSettings)[])
    Object.defineProperty(resolved, key, {
      enumerable: true,
      configurable: true,
      get() {
        const { default: usual } = settingOf(key);
        const value = given[key] ?? (typeof usual === "function" ? usual(table, resolved) : usual);
        Object.defineProperty(resolved, key, { value, enumerable: true });
        return value;
      },
    });
  return { ...resolved };
}
