// What a diagnosis says: typed verdicts with their evidence, and remedies that were tried.
import type { LedgerRow } from "../observe/ledger.ts";
import type { Settings } from "../train/settings/index.ts";
import type { VerdictKind } from "./detectors.ts";
import type { Finding } from "./finding.ts";
import type { Outcome } from "./goals.ts";

export interface Verdict extends Finding {
  readonly kind: VerdictKind;
  /** The verdict of this kind that brings it about: to mend that one mends both. */
  readonly consequenceOf?: VerdictKind;
}

/** A change that was tried in a twin of the training: same seed, same rows, as many epochs. */
export interface Remedy {
  /** In words: "relu with He initial weights". */
  readonly change: string;
  /** What it sets: { activation: "relu", init: "heUniform" }. */
  readonly settings: Settings;
  readonly before: Outcome;
  readonly after: Outcome;
}

export interface TriedVerdict extends Verdict {
  /** The best first. Empty where none applies, or none was tried. */
  readonly remedies: readonly Remedy[];
  /** It was a warning before remedies were tried, and none of them helped: what it speaks of seems to cost nothing. */
  readonly wasWarning?: true;
}

export const isHealthy = (verdicts: readonly Verdict[]): boolean =>
  verdicts.every(({ severity }) => severity === "info");

/** A diagnosis before any remedy was tried. */
export interface Findings {
  /** No verdict is a warning or severe. */
  readonly healthy: boolean;
  /** The most severe first, among those the surest; what follows from a verdict stands after it, before the next cause. */
  readonly verdicts: readonly Verdict[];
  /** Of the last observation, from the output to the input. */
  readonly ledger: readonly LedgerRow[];
}

export interface Diagnosis extends Findings {
  readonly verdicts: readonly TriedVerdict[];
}
