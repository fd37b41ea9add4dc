// What a list of runs says of one: its status, its last figures and its settings, from run.json and the end of its events. Node only.
import { ChainruleError } from "../ir/errors.ts";
import { isRecord, type Json } from "../ir/json.ts";
import { node } from "../ir/node.ts";
import type { EndEvent, EpochEvent, MetricValues, ProgressEvent } from "../train/events.ts";
import { isMapOf } from "../train/settings/value.ts";
import { filesIn, isProgram, isQuery } from "./data-origin.ts";
import { openInside } from "./folder.ts";
import { isWritten, lockFile } from "./lock.ts";
import type { RunManifest } from "./manifest.ts";
import { openRun } from "./open-run.ts";
import { parseEvents } from "./parse-events.ts";
import { type RunState, statusOf, unreadable } from "./run-state.ts";

export interface ListedRun extends RunState {
  /** ISO 8601, UTC; absent where it cannot be read, as is what follows. */
  readonly created?: string;
  /** Files, or a query. */
  readonly data?: readonly string[];
  /** Columns that are predicted. */
  readonly target?: readonly string[];
  /** As run.json has them, by the names of flags. */
  readonly settings?: Readonly<Record<string, Json>>;
  /** The code of what a training failed by. */
  readonly error?: string;
  readonly epoch?: number;
  readonly step?: number;
  /** Planned steps, where the training has said them. */
  readonly steps?: number;
  /** Of a training that ended. */
  readonly seconds?: number;
  /** Of the rows for validation, where there are some. */
  readonly metrics?: MetricValues;
}

/** Of events.jsonl, for the last figures: some observations, and the epochs between them. */
const tailBytes = 2 ** 17;

/** Undefined of a folder that is no run. One in which a training was killed before it began is one. */
export async function listedRun(dir: string): Promise<ListedRun | undefined> {
  const { existsSync } = node("node:fs");
  const { join } = node("node:path");
  try {
    if (!existsSync(join(dir, "run.json")) && existsSync(join(dir, lockFile)))
      return { status: (await isWritten(dir)) ? "running" : "crashed" };
    const run = await openRun(dir);
    const { created, data, settings, summary } = run.manifest;
    const error = isRecord(summary) && typeof summary.error === "string" ? { error: summary.error } : {};
    const target = isRecord(settings) ? [settings.target].flat() : [];
    return {
      status: await statusOf(run),
      created,
      data: dataNames(data),
      target: target.filter((column) => typeof column === "string"),
      ...error,
      ...(isRecord(settings) && { settings: settings as Readonly<Record<string, Json>> }),
      ...(await lastFigures(dir)),
      ...figuresAtEnd(summary),
    };
  } catch (error) {
    return existsSync(join(dir, "run.json")) ? unreadable(error) : undefined;
  }
}

/** What cannot be read is last. */
export const newestFirst = (a: ListedRun, b: ListedRun): number => {
  const [one, other] = [a.created ?? "", b.created ?? ""];
  return one > other ? -1 : one < other ? 1 : 0;
};

const dataNames = (data: RunManifest["data"]): readonly string[] =>
  isQuery(data) ? [data.sql] : isProgram(data) ? [data.program] : filesIn(data).map(({ file }) => file);

type Figures = Pick<ListedRun, "epoch" | "step" | "steps" | "seconds" | "metrics">;

/** Of a training that ended, by run.json: its events may be gone, or the last be longer than what is read of them. */
function figuresAtEnd(summary: Json | undefined): Figures {
  if (!isRecord(summary) || !isRecord(summary.metrics)) return {};
  const { steps, seconds } = summary;
  const metrics = summary.metrics.validation ?? summary.metrics.train;
  return {
    ...(typeof steps === "number" && { step: steps }),
    ...(typeof seconds === "number" && { seconds }),
    ...(isMapOf(metrics, (value) => typeof value === "number") && { metrics: metrics as MetricValues }),
  };
}

async function lastFigures(dir: string): Promise<Figures> {
  const { events } = parseEvents(dir, await lastLines(dir, tailBytes));
  const progress = events.findLast((event): event is ProgressEvent => event.type === "progress");
  const steps = progress && { steps: progress.steps };
  const end = events.findLast((event): event is EndEvent => event.type === "end");
  if (end !== undefined && events.at(-1) === end) {
    const { metrics, seconds } = end;
    return { epoch: end.epochs, step: end.steps, ...steps, seconds, metrics: metrics.validation ?? metrics.train };
  }
  const epoch = events.findLast((event): event is EpochEvent => event.type === "epoch");
  const step = Math.max(epoch?.step ?? 0, progress?.step ?? 0);
  return {
    ...(epoch !== undefined && { epoch: epoch.epoch, metrics: epoch.validation ?? { loss: epoch.loss } }),
    ...(step > 0 && { step }),
    ...steps,
  };
}

/** The text of the last whole lines of events.jsonl, of at most so many bytes. */
export async function lastLines(dir: string, bytes: number): Promise<string> {
  const file = await openInside(dir, "events.jsonl", (path) => node("node:fs/promises").open(path));
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - bytes);
    const { buffer, bytesRead } = await file.read(new Uint8Array(size - from), 0, size - from, from);
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead));
    return from === 0 ? text : text.slice(text.indexOf("\n") + 1 || text.length);
  } finally {
    await file.close();
  }
}

export interface FoundRun extends ListedRun {
  /** The folder, as it was named and found. */
  readonly run: string;
}

/**
 * Runs in folders, each of which is a run or is searched for them: the newest first. Links and what begins with a dot are left out. A folder that cannot be
 * read is one of the runs, and says so.
 */
export async function findRuns(folders: readonly string[]): Promise<FoundRun[]> {
  const { realpath } = node("node:fs/promises");
  const found = new Map<string, FoundRun>();
  for (const folder of folders)
    for await (const run of runsBelow(folder)) {
      const key = await realpath(run.run).catch(() => run.run);
      if (!found.has(key)) found.set(key, run);
    }
  return [...found.values()].sort((a, b) => newestFirst(a, b) || a.run.localeCompare(b.run, "en", { numeric: true }));
}

async function* runsBelow(folder: string): AsyncGenerator<FoundRun> {
  const { readdir } = node("node:fs/promises");
  const { join } = node("node:path");
  // A stack of its own: folders may lie in each other deeply.
  const waiting = [folder];
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    const run = await listedRun(dir);
    if (run !== undefined) {
      yield { run: dir, ...run };
      continue;
    }
    try {
      for (const entry of await readdir(dir, { withFileTypes: true }))
        if (entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name)) waiting.push(join(dir, entry.name));
    } catch (error) {
      yield { run: dir, ...unreadable(noFolder(dir, (error as NodeJS.ErrnoException).code)) };
    }
  }
}

const noFolder = (dir: string, code: string | undefined): ChainruleError =>
  new ChainruleError(
    "INVALID_RUN",
    code === "ENOENT" ? `"${dir}" does not exist.` : `"${dir}" cannot be read as a folder (${code}).`,
    { dir, code },
  );
