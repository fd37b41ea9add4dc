// What a diagnosis says: typed verdicts with their evidence, and remedies that were tried.
import type { LedgerRow } from "../observe/ledger.ts";

export const verdictKinds = [
  "vanishing-gradient",
  "exploding-gradient",
  "dead-units",
  "saturation",
  "bad-initialization",
  "learning-rate-too-high",
  "learning-rate-too-low",
  "unscaled-feature",
  "leaking-feature",
  "label-noise",
  "batch-too-small",
  "overfitting",
  "constant-output",
  "class-imbalance",
  "non-finite",
] as const;

export type VerdictKind = (typeof verdictKinds)[number];

/** info: worth knowing; warning: costs something; severe: the training cannot do its work. */
export type Severity = "info" | "warning" | "severe";

/** Figures and names by what they are: { product: 3e-7, layers: 8 }. */
export type Figures = Readonly<Record<string, number | string | boolean | readonly (number | string)[]>>;

export interface Verdict {
  readonly kind: VerdictKind;
  readonly severity: Severity;
  /** Paths of the layers concerned; empty where it is not a matter of layers. */
  readonly layers: readonly string[];
  /** 1-based step from which on it held; 0 where it lies in the data. */
  readonly sinceStep: number;
  /** One sentence for a person, with the decisive figures. */
  readonly message: string;
  readonly evidence: Figures;
  /** What makes it so, in figures: { activationFactor: 0.21, weightFactor: 0.9 }, geometric means a layer. */
  readonly cause: Figures;
  /** 0 … 1: how far the evidence is beyond what healthy trainings show. */
  readonly confidence: number;
}

/** Figures of a short training. */
export interface Outcome {
  /** Mean training loss at its end; NaN where it became NaN or infinite. */
  readonly loss: number;
  readonly validationLoss?: number;
  /** ‖δ‖ at the first layer by ‖δ‖ at the last: the ledger's product, at the end. */
  readonly product?: number;
}

/** A change that was tried in a twin of the training: same seed, same rows, same number of steps. */
export interface Remedy {
  /** In words: "relu with He initial weights". */
  readonly change: string;
  /** As they are given to chainrule train: "--activation relu --init heUniform". */
  readonly flags: string;
  readonly before: Outcome;
  readonly after: Outcome;
}

export interface TriedVerdict extends Verdict {
  /** The best first. Empty where none applies, or none was tried. */
  readonly remedies: readonly Remedy[];
}

export interface Diagnosis {
  /** No verdict is a warning or severe. */
  readonly healthy: boolean;
  /** The most severe first. */
  readonly verdicts: readonly TriedVerdict[];
  /** Of the last observation, from the output to the input. */
  readonly ledger: readonly LedgerRow[];
}
