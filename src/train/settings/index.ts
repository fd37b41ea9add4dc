// The settings of a training on a table: the one list of them, and their types.
import { classWeight } from "./class-weight.ts";
import { backend, deterministic, seed, threads } from "./compute.ts";
import {
  columnTypes,
  dateOrder,
  decimal,
  delimiter,
  group,
  header,
  missing,
  standardize,
  target,
  task,
  time,
  validation,
  validationData,
  values,
} from "./data.ts";
import { activation, depth, dropout, hidden, init, normalization, residual, width } from "./network.ts";
import type { Setting } from "./setting.ts";
import {
  accumulate,
  batchSize,
  clipNorm,
  epochs,
  learningRate,
  loss,
  optimizer,
  patience,
  schedule,
  weightDecay,
} from "./training.ts";

export type { Flag, Setting, TableFacts } from "./setting.ts";

/** How the text of a table is read. */
export const textSettings = { delimiter, header };
/** How a table is prepared. */
export const dataSettings = {
  ...{ target, task, columnTypes, missing, values, decimal, dateOrder },
  ...{ validation, validationData, group, time, standardize },
};
export const networkSettings = { hidden, depth, width, activation, init, normalization, residual, dropout };
export const trainingSettings = {
  ...{ loss, classWeight, optimizer, learningRate, weightDecay, clipNorm, schedule, epochs, batchSize, patience },
  ...{ accumulate, seed, backend, threads, deterministic },
};
/** How a network is trained on a prepared table. */
export const modelSettings = { ...networkSettings, ...trainingSettings };
/** All, by their names, in the order in which they are offered. */
export const settings = { ...textSettings, ...dataSettings, ...modelSettings };

export type SettingKey = keyof typeof settings;

type ValueOf<S> = S extends Setting<infer T, infer _> ? T : never;
type ResultOf<S> = S extends Setting<infer _, infer R> ? R : never;
type Values<Records> = { readonly [K in keyof Records]?: ValueOf<Records[K]> | undefined };

/** Any of the settings. */
export type Settings = Values<typeof settings>;
export type DataSettings = Values<typeof dataSettings>;
/** Those of the network and its training. */
export type ModelSettings = Values<typeof modelSettings>;
/** What those of the network and its training come to. */
export type ResolvedSettings = { readonly [K in keyof typeof modelSettings]: ResultOf<(typeof modelSettings)[K]> };

export const settingKeys = Object.keys(settings) as SettingKey[];
