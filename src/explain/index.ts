// Explanations: worked arithmetic of any number of a computation.
import "../run/engine.ts";

export { type Explain, explain, type NamedTensors, withUpdate } from "./computation.ts";
export type {
  Equation,
  ExplainedPath,
  ExplainOptions,
  Explanation,
  FiniteDifference,
} from "./explain.ts";
export type { Written } from "./notation.ts";
export { toLatex, toMarkdown, toText } from "./render.ts";
