// What the page asks of the server that chainrule lab started: there is none behind a static site.
import type { VerdictKind } from "chainrule/diagnose";
import type { RunManifest } from "chainrule/runs";
import type { RunNews } from "./line-stream.ts";

/** The server marks the page that it gives. */
export const hasServer = (): boolean => document.querySelector('meta[name="chainrule-server"]') !== null;

export interface ListedRun extends RunNews {
  readonly name: string;
  readonly created?: string;
  readonly data?: readonly string[];
  readonly target?: readonly string[];
  /** As run.json has them, by the names of flags. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly epoch?: number;
  readonly step?: number;
  readonly steps?: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface RunList {
  readonly folder: string;
  /** The run that was asked for, or is trained by the server's process. */
  readonly opened?: string;
  /** Where the server's process trains. */
  readonly training?: object;
  readonly runs: readonly ListedRun[];
}

export interface FoundVerdict {
  readonly kind: VerdictKind;
  readonly severity: "info" | "warning" | "severe";
  readonly message: string;
}

/** Throws an Error in the server's words. */
async function answer<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await fetch(path, init);
  if (response.ok) return (await response.json()) as T;
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  throw new Error(message ?? `The lab's server answers ${response.status}.`);
}

const runPath = (name: string) => `/api/runs/${encodeURIComponent(name)}`;

export const listRuns = (): Promise<RunList> => answer("/api/runs");

export const readManifest = async (name: string): Promise<RunManifest> =>
  (await answer<{ manifest: RunManifest }>(runPath(name))).manifest;

export const findings = async (name: string): Promise<readonly FoundVerdict[]> =>
  (await answer<{ verdicts: readonly FoundVerdict[] }>(`${runPath(name)}/findings`)).verdicts;

/** Of the training in the server's process. Throws where this browser may not: it was not opened by the printed address. */
export const control = (what: "pause" | "resume" | "stop"): Promise<unknown> =>
  answer(`/api/training/${what}`, { method: "POST" });

/** The n-th file of a run's data, where it is still the one that it was trained on. */
export async function readData(name: string, n: number): Promise<Uint8Array> {
  const response = await fetch(`${runPath(name)}/data/${n}`);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  throw new Error(message ?? `The lab's server answers ${response.status}.`);
}
