// What a training was asked for on the command line: flags, what they mean to the engine, and as they stand in run.json.
import type { ColumnType, PrepareOptions } from "../data/index.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { TableSettings } from "../train/index.ts";
import type { Json } from "../train/run-folder.ts";
import type { activations, backends, initializers, losses, optimizers, schedules, tasks } from "./choices.ts";

export interface TrainFlags {
  readonly target: string;
  readonly task: (typeof tasks)[number];
  readonly type?: ReadonlyMap<string, ColumnType | "ignore">;
  readonly validation: number;
  readonly standardize: boolean;
  readonly stream?: true;
  readonly hidden?: readonly number[];
  readonly depth?: number;
  readonly width?: number;
  readonly batchNorm?: true;
  readonly layerNorm?: true;
  readonly residual?: true;
  readonly activation?: (typeof activations)[number];
  readonly init?: (typeof initializers)[number];
  readonly loss?: (typeof losses)[number];
  readonly optimizer?: (typeof optimizers)[number];
  readonly lr?: number;
  readonly clip?: number;
  readonly schedule?: (typeof schedules)[number];
  readonly epochs?: number;
  readonly batch?: number;
  readonly patience?: number;
  readonly seed: number;
  readonly backend: (typeof backends)[number];
  readonly threads?: number;
  readonly deterministic?: true;
  readonly out?: string;
  readonly json?: true;
}

export function dataOptions({ target, task, validation, seed, type, standardize }: TrainFlags): PrepareOptions {
  return { target, task, validation, seed, standardize, ...(type && { columnTypes: type }) };
}

export function settingsOf(flags: TrainFlags): TableSettings {
  const { activation, init, residual, loss, optimizer, lr, clip, schedule, epochs, batch, patience, seed } = flags;
  const { backend, threads, deterministic, depth, width, hidden, batchNorm, layerNorm } = flags;
  const shaped = depth !== undefined || width !== undefined;
  return {
    hidden: shaped ? new Array<number>(depth ?? 2).fill(width ?? 64) : hidden,
    activation,
    init,
    normalization: batchNorm ? "batch" : layerNorm ? "layer" : undefined,
    residual,
    loss,
    optimizer,
    learningRate: lr,
    clipNorm: clip,
    schedule,
    epochs,
    patience,
    seed,
    batchSize: batch,
    backend,
    threads,
    deterministic,
  };
}

export function saved({ type, ...flags }: TrainFlags): Json {
  return { ...flags, ...(type && { type: Object.fromEntries(type) }) } as Json;
}

/** Flags from run.json. What they hold is checked where it is used. */
export function flagsOf(dir: string, settings: Json): TrainFlags {
  const isRecord = typeof settings === "object" && settings !== null && !Array.isArray(settings);
  const target = isRecord && "target" in settings ? settings.target : undefined;
  if (!isRecord || typeof target !== "string") {
    throw new ChainruleError(
      "INVALID_RUN",
      `The file run.json of the run "${dir}" does not say how it was trained: "settings" must name the target. Train again with chainrule train.`,
      { dir, file: "run.json" },
    );
  }
  const { type, ...flags } = settings as { readonly type?: Record<string, ColumnType | "ignore"> };
  return { ...flags, ...(type && { type: new Map(Object.entries(type)) }) } as unknown as TrainFlags;
}
