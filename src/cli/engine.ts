// All that commands do their work with, but for what a single one needs. They import this file when they run, so that help need not load it.
import "../index.ts";

export { endTogether } from "../backends/mpi/ends.ts";
export { mpi } from "../backends/mpi/mpi.ts";
export { isUtf8File } from "../data/formats/text-blocks.ts";
export * from "../data/index.ts";
export { readPiece } from "../data/read.ts";
export { RowTransform } from "../data/transform.ts";
export * from "../diagnose/index.ts";
export { backendOf } from "../run/backends.ts";
export { computeInfo } from "../run/info.ts";
export * from "../runs/index.ts";
export { answersByTarget } from "../train/answers.ts";
export * from "../train/index.ts";
export { TableMeter } from "../train/measure.ts";
export { modelJson, tensorsOf } from "../train/saved-model.ts";
export { tablePredictor } from "../train/table-predictor.ts";
