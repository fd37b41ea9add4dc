// Training: the loop, its events, metrics, and networks for tables.
import "../run/engine.ts";

export type * from "./events.ts";
export {
  type ClassificationMetrics,
  type ClassMetrics,
  classificationMetrics,
  type RegressionMetrics,
  regressionMetrics,
  rocAuc,
} from "./metrics.ts";
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type SafetensorsTensor } from "./safetensors.ts";
export {
  lossesOf,
  predictTable,
  type TableModel,
  type TableSettings,
  type TableTraining,
  trainTable,
} from "./tabular.ts";
export { type Training, type TrainingData, type TrainOptions, type TrainResult, train } from "./train.ts";
