// All that commands do their work with. They import this file when they run, so that help need not load it.
import "../index.ts";

export { openTable, prepare, readTable, transform } from "../data/index.ts";
export { diagnose } from "../diagnose/diagnose.ts";
export { bestRemedy, tryRemedies } from "../diagnose/try-remedies.ts";
export { Watch } from "../diagnose/watch.ts";
export { explain, toLatex, toMarkdown, toText } from "../explain/index.ts";
export { explainNetwork, explainNeuron } from "../explain/lessons.ts";
export { computeInfo } from "../run/info.ts";
export { predictTable, rangeTest, trainTable } from "../train/index.ts";
export { createRun, openRun, sha256File } from "../train/run-folder.ts";
export { checkFile } from "./check-file.ts";
export { checkRun } from "./check-run.ts";
export { explainRun } from "./explain-run.ts";
export { measure } from "./measure.ts";
export { replay, replayData } from "./replay.ts";
export { loadTable, saveTable, tensorsOf } from "./saved-model.ts";
