// All that commands do their work with. They import this file when they run, so that help need not load it.
import "../index.ts";

export { openTable, prepare, readTable, transform } from "../data/index.ts";
export { diagnose } from "../diagnose/diagnose.ts";
export { bestRemedy, tryRemedies } from "../diagnose/try-remedies.ts";
export { Watch } from "../diagnose/watch.ts";
export { explainRun } from "../explain/explain-run.ts";
export { explain, toLatex, toMarkdown, toText } from "../explain/index.ts";
export { explainNetwork, explainNeuron } from "../explain/lessons.ts";
export { computeInfo } from "../run/info.ts";
export {
  checkRun,
  createRun,
  loadTable,
  openRun,
  replay,
  replayData,
  saveTable,
  sha256File,
} from "../runs/index.ts";
export { measure, predictTable, rangeTest, trainTable } from "../train/index.ts";
export { tensorsOf } from "../train/saved-model.ts";
export { checkFile } from "./check-file.ts";
