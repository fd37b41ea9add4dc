// Public API of the runs folder: run folders, and runs as maps from names to bytes.

export { type CheckedRun, checkRun } from "./check-run.ts";
export {
  bestFirst,
  type ComparedRun,
  differingFacts,
  type Fact,
  factsOf,
  factText,
  metricsOf,
} from "./compare-runs.ts";
export type { RunWriter } from "./create-run.ts";
export { createRun } from "./create-run.ts";
export {
  type DataFile,
  type DataFiles,
  type DataOrigin,
  filesIn,
  isProgram,
  isQuery,
  notHere,
  sha256Table,
} from "./data-origin.ts";
export type { RunMap } from "./files.ts";
export { refuseUsedFolder, sha256File } from "./folder.ts";
export type { RunDescription, RunManifest, RunStatus } from "./manifest.ts";
export type { RunReader } from "./open-run.ts";
export { openRun } from "./open-run.ts";
export { type ParsedEvents, parseEvents } from "./parse-events.ts";
export { dataOptions } from "./prepare-options.ts";
export { type Replay, type ReplayedData, replay, replayData, replayStream } from "./replay.ts";
export { type ResumedRun, resumeRun } from "./resume-run.ts";
export { type RowFiles, rowFiles } from "./row-files.ts";
export { type CheckpointWeights, loadTable, saveTable } from "./run-model.ts";
export {
  type RunSettings,
  runSettings,
  savedSettings,
  settingsOf,
  sharedOptions,
  textOptions,
} from "./run-settings.ts";
