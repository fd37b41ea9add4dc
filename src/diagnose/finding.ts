// What a detector finds: how bad it is, where, since when, and the figures that show it.

/** info: worth knowing; warning: costs something; severe: the training cannot do its work. */
export type Severity = "info" | "warning" | "severe";

export const ranks: Readonly<Record<Severity, number>> = { info: 0, warning: 1, severe: 2 };

/** Figures and names by what they are: { product: 3e-7, layers: 8 }. */
export type Figures = Readonly<Record<string, number | string | boolean | readonly (number | string)[]>>;

export interface Finding {
  readonly severity: Severity;
  /** Paths of the layers concerned; empty where it is not a matter of layers. */
  readonly layers: readonly string[];
  /** 1-based step from which on it held; 0 where it lies in the data. */
  readonly sinceStep: number;
  /** One sentence for a person, with the decisive figures. */
  readonly message: string;
  readonly evidence: Figures;
  /** What makes it so, in figures: { activationFactor: 0.21, weightFactor: 0.9 }, geometric means per layer. */
  readonly cause: Figures;
  /** 0 … 1: how far the evidence is beyond what healthy trainings show. */
  readonly confidence: number;
}
