// Explanations: worked arithmetic of any number of a computation.
import "../run/engine.ts";

export type { Written } from "../ops/notation.ts";
export { type Explain, explain, type Name, type NamedTensors, type UpdateState, withUpdate } from "./computation.ts";
export type { ExplainOptions } from "./explain.ts";
export type {
  Equation,
  ExplainedPath,
  ExplainedUpdate,
  Explanation,
  FiniteDifference,
} from "./explanation.ts";
export { toLatex, toMarkdown, toText } from "./render.ts";
