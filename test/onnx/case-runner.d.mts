// Types of case-runner.mjs.
export interface OnnxCase {
  readonly kind: string;
  readonly name: string;
  readonly rtol: number;
  readonly atol: number;
  readonly model: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}
export interface CaseResult {
  readonly result: "passed" | "refused" | "wrong";
  readonly op: string;
  readonly what: string;
}
export function caseRunner(engine: Readonly<Record<string, unknown>>): (one: OnnxCase) => CaseResult;
