// What the charts show of a training's events, as columns by their names.
import type { TrainEvent } from "chainrule/train";
import type { Columns } from "./columns.ts";
import type { Exponents } from "./exponents.ts";

/**
 * "loss" and "learningRate" of observed steps, "noise", "alpha", "distance", "clipping"; of a layer "layers.0:gradientRms", "…:updateRatio",
 * "…:product", "…:attenuation", "…:weightFactor", "…:activationFactor", "…:saturated" and "…:dead"; of a feature "input:petal length";
 * of epochs "epoch:loss" and "validation:loss", "validation:accuracy", …
 */
export function pushFigures(columns: Columns, event: TrainEvent): void {
  if (event.type === "epoch") {
    columns.push("epoch:loss", event.step, event.loss);
    for (const [name, value] of Object.entries(event.validation ?? {}))
      columns.push(`validation:${name}`, event.step, value);
    return;
  }
  if (event.type !== "observation") return;
  const { step } = event;
  columns.push("loss", step, event.loss);
  columns.push("learningRate", step, event.learningRate);
  columns.push("distance", step, event.distance);
  columns.push("clipping", step, event.clipping);
  columns.push("noise", step, event.noise?.ratio);
  columns.push("alpha", step, event.line?.alpha);
  for (const { name, gradientRms, updateRatio } of event.layers) {
    columns.push(`${name}:gradientRms`, step, gradientRms);
    columns.push(`${name}:updateRatio`, step, updateRatio);
  }
  for (const row of event.ledger) {
    columns.push(`${row.layer}:deltaRms`, step, row.deltaRms);
    columns.push(`${row.layer}:product`, step, row.product);
    columns.push(`${row.layer}:attenuation`, step, row.attenuation);
    columns.push(`${row.layer}:weightFactor`, step, row.weightFactor);
    columns.push(`${row.layer}:activationFactor`, step, row.activationFactor);
  }
  for (const { name, saturated, dead } of event.units) {
    columns.push(`${name}:saturated`, step, saturated);
    columns.push(`${name}:dead`, step, dead);
  }
  for (const { name, gradientRms } of event.inputs ?? []) columns.push(`input:${name}`, step, gradientRms);
}

/** Histograms of what a step was looked into for: see `Exponents`. */
export function pushExponents(exponents: Exponents, event: TrainEvent): void {
  if (event.type !== "observation") return;
  const { step, values, parameters } = event;
  for (const { name, value, gradient } of values) {
    exponents.push(`${name}:value`, step, value);
    exponents.push(`${name}:gradient`, step, gradient);
  }
  for (const { name, gradient, update } of parameters) {
    exponents.push(`${name}:gradient`, step, gradient);
    exponents.push(`${name}:update`, step, update);
  }
}
