// Evidence that the events of a training cannot give: networks are trained on parts of its table, and asked for the others.
import { type Prepared, prepare, type Table } from "../../data/index.ts";
import { lossRecord } from "../../nn/losses/index.ts";
import { resolve } from "../../train/settings/resolve.ts";
import type { Recipe } from "../change.ts";
import { type Arithmetic, arithmetic } from "./arithmetic.ts";
import { type FoldAnswers, foldAnswers } from "./fold-answers.ts";
import { type ColumnLeak, leaks } from "./leaks.ts";
import { outOfFold } from "./out-of-fold.ts";
import { type Sample, sampleOf, withTarget } from "./sample.ts";

/** What was measured of a table, whatever the training made of it. All is empty where the table has few rows. */
export interface Measured {
  /** Of each target, where there are several: all else is of one. */
  readonly targets?: readonly Measured[];
  readonly folds?: FoldAnswers;
  /** Columns that were tried: those that tell nearly everything alone. */
  readonly leaks?: readonly ColumnLeak[];
  readonly arithmetic?: Arithmetic;
}

/** Rows that are looked at: more say little more, and take longer. */
const mostRows = 2000;
const fewestRows = 40;
/** Epochs of an ordinary training by those of these: on ten real tables half of them did as well on nine. */
const shorter = 2;

/**
 * Trains small networks on the table with ordinary settings, some five or ten for each target, a second or two in all: what they say of rows that they have not
 * seen is evidence of the data alone. The same seed gives the same figures. `own` is the table as the recipe prepares it, where that is at hand. Throws
 * what `prepare` throws.
 */
export async function measureTable(table: Table, { data, settings }: Recipe, own?: Prepared): Promise<Measured> {
  const { standardize = true, ...options } = data;
  const { loss } = settings;
  const isCount = loss !== undefined && lossRecord(loss).link === "log";
  const isOrdinary = standardize && !isCount;
  const prepared =
    (isOrdinary ? own : undefined) ?? prepare(table, { ...options, ...(isCount && { targetScale: "mean" }) });
  const measured: Measured[] = [];
  for (const t of prepared.preprocessing.targets.keys())
    measured.push(await measureTarget(withTarget(prepared, t), settings));
  return measured.length === 1 ? measured[0]! : { targets: measured };
}

async function measureTarget(prepared: Prepared, settings: Recipe["settings"]): Promise<Measured> {
  const { loss, backend, threads = 1, deterministic, seed = 0 } = settings;
  const sample = sampleOf(prepared, seed, mostRows);
  if (sample.split.rows < fewestRows) return {};
  const kept = { loss, backend, threads, deterministic };
  const resolved = resolve(prepared, kept);
  const ordinary = { ...kept, epochs: Math.ceil(resolved.epochs / shorter) };
  const answer = (asked: Sample) => outOfFold(asked, ordinary);
  const said = await answer(sample);
  const sum = arithmetic(sample);
  return {
    ...(said && { folds: foldAnswers(sample, said, lossRecord(resolved.loss).stabilized) }),
    leaks: await leaks(sample, answer),
    ...(sum && { arithmetic: sum }),
  };
}
