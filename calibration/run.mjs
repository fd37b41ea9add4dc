// One case through the tool's own path: a table, its training, the events, the diagnosis.
import { diagnose } from "../dist/diagnose/diagnose.js";
import "../dist/index.js";
import { trainTable } from "../dist/train/index.js";
import { initialVariables, prepareTrial } from "./trial.mjs";

/** { trial, events, verdicts, seconds }; a training that ends by a loss that is not finite keeps its events so far. */
export async function runCase({ build }) {
  const began = performance.now();
  const trial = await build();
  const prepared = prepareTrial(trial);
  const variables = initialVariables(trial, prepared);
  const training = trainTable(prepared, { ...trial.settings, ...(variables && { variables }) });
  const events = [];
  try {
    for await (const event of training) if (event.type !== "progress") events.push(event);
  } catch (error) {
    if (error.code !== "NON_FINITE_LOSS") throw error;
  }
  const { verdicts } = diagnose(events);
  return { trial, events, verdicts, seconds: (performance.now() - began) / 1000 };
}
