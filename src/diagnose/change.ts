// What a remedy changes of a training: as data, as flags of chainrule train, and applied to the training's settings.
import type { ColumnType, PrepareOptions } from "../data/index.ts";
import { shellWord } from "../data/wording.ts";
import { type ActivationName, fittingInit } from "../nn/activation.ts";
import type { InitializerName } from "../nn/initializers.ts";
import { defaultHidden, type TableSettings } from "../train/tabular.ts";

/** A training of a table: how its rows are prepared, and how the network is trained on them. */
export interface Recipe {
  readonly data: PrepareOptions;
  readonly settings: TableSettings;
}

/** What a remedy sets anew. */
export interface Change {
  readonly standardize?: true;
  /** Names of columns that are left out. */
  readonly ignore?: readonly string[];
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  readonly init?: InitializerName;
  readonly normalization?: "batch" | "layer";
  readonly residual?: true;
  readonly learningRate?: number;
  readonly clipNorm?: number;
  readonly batchSize?: number;
}

/** The settings that remedies go by, with their defaults. */
export function withDefaults({ hidden = defaultHidden, activation = "relu", init }: TableSettings) {
  return { hidden, activation, init: init ?? fittingInit(activation) };
}

export function changed({ data, settings }: Recipe, { standardize, ignore, ...rest }: Change): Recipe {
  const { columnTypes = {} } = data;
  const given = columnTypes instanceof Map ? [...columnTypes] : Object.entries(columnTypes);
  const types = new Map<string, ColumnType | "ignore">([
    ...given,
    ...(ignore ?? []).map((name) => [name, "ignore"] as const),
  ]);
  return {
    data: { ...data, ...(standardize && { standardize }), ...(ignore && { columnTypes: types }) },
    settings: { ...settings, ...rest },
  };
}

/** As they are given to chainrule train. */
export function flagsOf(change: Change): string {
  const { standardize, ignore, hidden, activation, init, normalization, residual, ...rest } = change;
  const isUniform = hidden !== undefined && hidden.length > 1 && new Set(hidden).size === 1;
  const flags: readonly (false | undefined | readonly string[])[] = [
    standardize && ["--standardize"],
    ...(ignore ?? []).map((name) => ["--type", `${name}=ignore`]),
    hidden && (isUniform ? ["--depth", `${hidden.length}`, "--width", `${hidden[0]}`] : ["--hidden", hidden.join(",")]),
    activation && ["--activation", activation],
    init && ["--init", init],
    normalization && [`--${normalization}-norm`],
    residual && ["--residual"],
    rest.learningRate !== undefined && ["--lr", String(rest.learningRate)],
    rest.clipNorm !== undefined && ["--clip", String(rest.clipNorm)],
    rest.batchSize !== undefined && ["--batch", String(rest.batchSize)],
  ];
  return flags
    .flatMap((words) => words || [])
    .map(shellWord)
    .join(" ");
}
