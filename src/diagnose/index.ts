// Diagnosis: what is wrong with a training by its events, and what mends it.
import "../run/engine.ts";

export type { Change, Recipe } from "./change.ts";
export type { Detector, Thresholds } from "./detector.ts";
export { detectors, type VerdictKind } from "./detectors.ts";
export { diagnose } from "./diagnose.ts";
export type { Evidence } from "./evidence.ts";
export { type Examination, examine } from "./examine.ts";
export type { Figures, Finding, Severity } from "./finding.ts";
export type { Goal, Outcome } from "./goals.ts";
export { type Measured, measureTable } from "./measure/measure-table.ts";
export type { Baseline, Candidate, RemedyRule } from "./remedies.ts";
export { bestRemedy, candidatesFor, type Trials, type TwinReport, tryRemedies } from "./try-remedies.ts";
export type { Diagnosis, Findings, Remedy, TriedVerdict, Verdict } from "./verdict.ts";
export { Watch } from "./watch.ts";
