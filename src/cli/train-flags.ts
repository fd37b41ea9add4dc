// What a training was asked for on the command line: flags, what they mean to the engine, and as they stand in run.json.
import type { ColumnType, PrepareOptions } from "../data/index.ts";
import type { Change, Recipe } from "../diagnose/change.ts";
import { ChainruleError } from "../ir/errors.ts";
import type { Json } from "../ir/json.ts";
import type { TableSettings } from "../train/index.ts";
import type { activations, backends, initializers, losses, optimizers, schedules, tasks } from "./choices.ts";
import { shellWord } from "./output.ts";

/** Of a training, as it is known when it begins: `lr` is a number or left to the engine. */
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

/** As they are given. */
export interface GivenFlags extends Omit<TrainFlags, "lr"> {
  readonly lr?: number | "auto";
  readonly fix?: true;
}

export function dataOptions({
  target,
  task,
  validation,
  seed,
  type,
  standardize,
}: Omit<TrainFlags, "lr">): PrepareOptions {
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

export const recipeOf = (flags: TrainFlags): Recipe => ({ data: dataOptions(flags), settings: settingsOf(flags) });

/** The flags with those of a remedy. */
export function withChange(flags: TrainFlags, change: Change): TrainFlags {
  const { standardize, ignore, hidden, normalization, learningRate, clipNorm, batchSize, ...rest } = change;
  const { depth, width, hidden: had, ...others } = flags;
  const shape = {
    ...(depth !== undefined && { depth }),
    ...(width !== undefined && { width }),
    ...(had && { hidden: had }),
  };
  const types = [...(flags.type ?? []), ...(ignore ?? []).map((name) => [name, "ignore"] as const)];
  return {
    ...others,
    ...(hidden ? { hidden } : shape),
    ...(standardize && { standardize }),
    ...(ignore && { type: new Map(types) }),
    ...(normalization && (normalization === "batch" ? { batchNorm: true } : { layerNorm: true })),
    ...(learningRate !== undefined && { lr: learningRate }),
    ...(clipNorm !== undefined && { clip: clipNorm }),
    ...(batchSize !== undefined && { batch: batchSize }),
    ...rest,
  };
}

/** As chainrule train is called with them; where the run goes and how it is told is left out. */
export function commandLine(data: string, flags: TrainFlags): string {
  const { target, type, out: _, json: __, ...rest } = flags;
  const defaults: Partial<TrainFlags> = { task: "auto", validation: 0.2, standardize: true, seed: 0, backend: "auto" };
  const given = Object.entries(rest).filter(([name, value]) => value !== defaults[name as keyof TrainFlags]);
  const words = given.flatMap(([name, value]) => {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (typeof value === "boolean") return value ? [`--${flag}`] : [`--no-${flag}`];
    return [`--${flag}`, Array.isArray(value) ? value.join(",") || "none" : String(value)];
  });
  const types = [...(type ?? [])].flatMap(([name, kind]) => ["--type", `${name}=${kind}`]);
  return ["npx chainrule train", ...[data, "--target", target, ...types, ...words].map(shellWord)].join(" ");
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
