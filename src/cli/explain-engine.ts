// What `chainrule explain` does its work with, beside what all commands do: no other loads it.
export { explainRun } from "../explain/explain-run.ts";
export { toLatex, toMarkdown, toText } from "../explain/index.ts";
export { explainNetwork, explainNeuron } from "../explain/lessons.ts";
export { openRun, replay } from "./engine.ts";
