// What is known of a setting, in one place: from its record follow options, forms, checks, defaults and help.
import type { Task } from "../../data/index.ts";
import type { ResolvedSettings, SettingKey } from "./index.ts";
import type { ValueType } from "./value.ts";

/**
 * A setting of a training on a table. Its key is its name in the lists of index.ts, and everywhere else.
 *
 * `T`: its values. `R`: what it comes to, which may be undefined where it can be absent.
 */
export interface Setting<T, R = T> {
  readonly type: ValueType<T>;
  /** How it is given on a command line: with a value, or by a switch for a value. */
  readonly flags: readonly Flag<T>[];
  /** What it comes to where it is not given. */
  readonly default: R | ((table: TableFacts, others: ResolvedSettings) => R);
  /** The default in words, where its text would not say it. */
  readonly defaultWords?: string;
  /** Must be given. */
  readonly required?: true;
  /** Given several times, its values add up: how two make one, and of what single ones a value is made. */
  readonly sum?: { readonly add: (a: T, b: T) => T; readonly parts: (value: T) => readonly T[] };
  /** It decides which columns a network is given, and as what: whether that is allowed, no loss can say. */
  readonly choosesColumns?: true;
  /** Those that cannot be given beside it. */
  readonly conflicts?: readonly SettingKey[];
  /** How long a training goes on, or how the learning rate changes on the way: what a range test sets by itself. */
  readonly course?: true;
  /** The word "auto" may stand for a value that is found before the training: what finds it. */
  readonly auto?: string;
  /** Stands in every run's description, the default too. */
  readonly stated?: true;
  /** How a search goes through a range of it, where that makes sense. */
  readonly range?: "linear" | "log" | "integer";
}

export interface Flag<T> {
  /** "--lr <rate>"; without a value in brackets it is a switch. */
  readonly flag: string;
  /** What it does, in words; one without them is not shown. */
  readonly help?: string;
  /** What a switch sets. */
  readonly sets?: T;
}

/** What defaults go by. */
export interface TableFacts {
  readonly task: Task;
  /** Number of target columns. */
  readonly targets: number;
  /** Rows that are trained on. */
  readonly rows: number;
}
