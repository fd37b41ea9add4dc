// The runs in a folder, as the lab lists them.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../../ir/json.ts";
import { filesIn, isProgram, isQuery, openRun, parseEvents, type RunManifest } from "../../runs/index.ts";
import type { EndEvent, EpochEvent, MetricValues, ProgressEvent } from "../../train/events.ts";
import { lastLines } from "./event-lines.ts";
import { type RunState, statusOf, unreadable } from "./run-state.ts";

export interface ListedRun extends RunState {
  readonly name: string;
  /** ISO 8601, UTC; absent where it cannot be read, as is what follows. */
  readonly created?: string;
  /** Files, or a query. */
  readonly data?: readonly string[];
  /** Columns that are predicted. */
  readonly target?: readonly string[];
  readonly epoch?: number;
  readonly step?: number;
  /** Planned steps, where the training has said them. */
  readonly steps?: number;
  /** Of the rows for validation, where there are some. */
  readonly metrics?: MetricValues;
}

/** Of events.jsonl, for the last figures: some observations, and the epochs between them. */
const tailBytes = 2 ** 17;

export class RunsFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  place(name: string): string {
    return join(this.path, name);
  }

  /** The folder of a run: undefined where the name is not that of a folder in this one. */
  async dirOf(name: string): Promise<string | undefined> {
    return (await this.#names()).includes(name) ? this.place(name) : undefined;
  }

  /** Those that hold a run.json, the newest first. */
  async list(): Promise<ListedRun[]> {
    const runs: ListedRun[] = [];
    for (const name of await this.#names()) {
      const run = await listed(this.place(name), name);
      if (run !== undefined) runs.push(run);
    }
    return runs.sort((a, b) => order(b.created ?? "", a.created ?? "") || order(a.name, b.name));
  }

  /** Links are left out: what they lead to may lie anywhere. */
  async #names(): Promise<string[]> {
    const entries = await readdir(this.path, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function listed(dir: string, name: string): Promise<ListedRun | undefined> {
  try {
    const run = await openRun(dir);
    const { created, data, settings } = run.manifest;
    const target = isRecord(settings) ? [settings.target].flat() : [];
    return {
      name,
      status: await statusOf(run),
      created,
      data: dataNames(data),
      target: target.filter((column) => typeof column === "string"),
      ...(await lastFigures(dir)),
    };
  } catch (error) {
    const state = unreadable(error);
    return existsSync(join(dir, "run.json")) ? { name, ...state } : undefined;
  }
}

const dataNames = (data: RunManifest["data"]): readonly string[] =>
  isQuery(data) ? [data.sql] : isProgram(data) ? [data.program] : filesIn(data).map(({ file }) => file);

async function lastFigures(dir: string): Promise<Pick<ListedRun, "epoch" | "step" | "steps" | "metrics">> {
  const { events } = parseEvents(dir, await lastLines(dir, tailBytes));
  const progress = events.findLast((event): event is ProgressEvent => event.type === "progress");
  const steps = progress && { steps: progress.steps };
  const end = events.findLast((event): event is EndEvent => event.type === "end");
  if (end !== undefined && events.at(-1) === end) {
    const { metrics } = end;
    return { epoch: end.epochs, step: end.steps, ...steps, metrics: metrics.validation ?? metrics.train };
  }
  const epoch = events.findLast((event): event is EpochEvent => event.type === "epoch");
  const step = Math.max(epoch?.step ?? 0, progress?.step ?? 0);
  return {
    ...(epoch !== undefined && { epoch: epoch.epoch, metrics: epoch.validation ?? { loss: epoch.loss } }),
    ...(step > 0 && { step }),
    ...steps,
  };
}
