// Training: the loop, its events, metrics, and networks for tables.
import "../run/engine.ts";

export { type SettingAdvice, settingsIn, settingWords } from "../ir/setting-advice.ts";
export { rocAuc } from "../ir/stats.ts";
export { lossesOf } from "../nn/losses/index.ts";
export type { Hook, Hooks } from "../observe/hooks.ts";
export type * from "../observe/observation.ts";
export type { Sketch } from "../observe/sketch.ts";
export type { Calibration, ReliabilityBin } from "./calibration.ts";
export type * from "./events.ts";
export { describeOrigin, failureEvent, isNonFinite } from "./failure.ts";
export { HeldTraining } from "./held-training.ts";
export { measure } from "./measure.ts";
export {
  type ClassificationMetrics,
  type ClassMetrics,
  classificationMetrics,
  type RegressionMetrics,
  regressionMetrics,
} from "./metrics.ts";
export {
  decodeModel,
  encodeModel,
  type LoadedModel,
  type LoadedNetworkModel,
  type LoadedTableModel,
  loadModel,
  type Prediction,
  type Row,
  saveModel,
} from "./model-file.ts";
export type { Training, TrainingData, TrainOptions, TrainResult } from "./options.ts";
export { type RangePoint, type RangeTest, rangeTest } from "./range-test.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type SafetensorsTensor } from "./safetensors.ts";
export type { NetworkModel } from "./saved-model.ts";
export { commandLine, flagText } from "./settings/flags.ts";
export {
  type DataSettings,
  type ModelSettings,
  type SettingKey,
  type Settings,
  settings,
} from "./settings/index.ts";
export { type ResolvedTableSettings, resolve, type TableSettings } from "./settings/resolve.ts";
export { parseSetting, printSetting, withSettings } from "./settings/values.ts";
export type { Snapshot } from "./snapshot.ts";
export { decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";
export { predictTable } from "./table-predictor.ts";
export {
  type TableModel,
  type TableTelling,
  type TableTraining,
  tableOptions,
  tableTelling,
  trainTable,
} from "./tabular.ts";
export { train } from "./train.ts";
