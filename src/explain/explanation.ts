// What an explanation holds: plain data, to be drawn as text, Markdown, LaTeX or otherwise.
import type { Written } from "../ops/notation.ts";
import type { Optimizer } from "../optim/optimizers/index.ts";

/** left = symbols = numbers = value; `numbers` repeats `symbols` with values put in, and is absent where it adds nothing. */
export interface Equation {
  readonly left: Written;
  readonly symbols: Written;
  readonly numbers?: Written;
  readonly value: number;
}

export interface ExplainedPath {
  /** Local derivatives from the number to the loss. */
  readonly factors: readonly Equation[];
  readonly product: number;
}

/** Everything about one number. */
export interface Explanation {
  /** What the reader should know before, in sentences. */
  readonly about?: readonly string[];
  readonly name: Written;
  readonly value: number;
  readonly loss: number;
  readonly lossName: Written;
  /** The values on the way from the number to the loss, along the paths that are shown; where there is none, up to the ends and with them. */
  readonly forward: readonly Equation[];
  /** The largest products first. */
  readonly paths: readonly ExplainedPath[];
  /** How many paths there are (at least so many, where they are not `exhaustive`), and the sum over those not shown. */
  readonly pathCount: number;
  readonly rest: number;
  /** False where there were too many paths to compare them all. */
  readonly exhaustive: boolean;
  /** Where there is no path: derivatives of 0 that stand in the way. */
  readonly ends: readonly Equation[];
  /** ∂loss/∂number */
  readonly gradient: number;
  readonly check: FiniteDifference;
  /** Of a parameter: what an optimizer makes of it. */
  readonly update?: ExplainedUpdate;
}

/** (loss(x + h) − loss(x − h)) / 2h */
export interface FiniteDifference {
  /** h */
  readonly step: number;
  readonly above: number;
  readonly below: number;
  readonly slope: number;
}

export interface ExplainedUpdate {
  readonly optimizer: Optimizer;
  /** Updates done before. */
  readonly step: number;
  readonly learningRate: number;
  /** The gradient, corrections, the next state and the next value, in the order of computation. */
  readonly equations: readonly Equation[];
}
