// events.jsonl: the events of a training, read back with their fields checked.
import { isRecord, parseJson } from "../ir/json.ts";
import type { TrainEvent } from "../train/events.ts";
import { invalidRun } from "./invalid-run.ts";

/** Fields that must be numbers; null stands for a number that was not finite. */
const eventFields: Record<TrainEvent["type"], readonly string[]> = {
  start: ["rows", "validationRows", "features", "parameters", "batchSize", "stepsPerEpoch", "epochs", "seed"],
  data: ["rows", "featureCount", "constantLoss"],
  observation: ["epoch", "step", "loss", "learningRate", "distance", "clipping"],
  progress: ["epoch", "step", "steps", "loss", "rowsPerSecond", "secondsLeft"],
  epoch: ["epoch", "step", "loss", "learningRate"],
  examples: ["rows"],
  failure: ["step", "epoch", "loss", "learningRate"],
  end: ["epochs", "steps", "seconds", "bestEpoch"],
};

/** Fields that must be lists. */
const lists: Partial<Record<TrainEvent["type"], readonly string[]>> = {
  start: ["initial"],
  data: ["features"],
  observation: ["values", "units", "parameters"],
  examples: ["suspects"],
  failure: ["lossesBefore"],
};

/** All complete lines; null becomes NaN. Throws INVALID_RUN. */
export function parseEvents(dir: string, text: string): TrainEvent[] {
  // What follows the last newline is an event whose writing was cut off, or nothing.
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line, i) => {
    const event = parseJson(
      line,
      (must, cause) => invalidRun(dir, "events.jsonl", `line ${i + 1} must be ${must}`, cause),
      (_, value) => (value === null ? Number.NaN : value),
    );
    if (!isRecord(event) || !Object.hasOwn(eventFields, String(event.type)))
      throw invalidRun(dir, "events.jsonl", `line ${i + 1} must be an event of a known type`);
    const fields = eventFields[event.type as TrainEvent["type"]];
    const bad =
      fields.find((field) => typeof event[field] !== "number") ??
      lists[event.type as TrainEvent["type"]]?.find((field) => !Array.isArray(event[field])) ??
      (isLayers(event) ? (isMetrics(event) ? (isLedger(event) ? undefined : "ledger") : "metrics") : "layers");
    if (bad !== undefined)
      throw invalidRun(
        dir,
        "events.jsonl",
        `line ${i + 1} is of type "${event.type}" with a missing or wrong "${bad}"`,
      );
    return event as object as TrainEvent;
  });
}

function isLayers({ type, layers }: Record<string, unknown>): boolean {
  if (type === "data" || type === "examples" || type === "failure") return true;
  if (!Array.isArray(layers)) return false;
  if (type === "start") return layers.every((name) => typeof name === "string");
  return layers.every(
    (layer) =>
      isRecord(layer) &&
      typeof layer.name === "string" &&
      typeof layer.gradientRms === "number" &&
      typeof layer.updateRatio === "number",
  );
}

const ledgerFields = [
  ...["gradientRms", "deltaRms", "weightFactor", "activationFactor", "skipFactor", "attenuation", "product"],
];

function isLedger({ type, ledger }: Record<string, unknown>): boolean {
  if (type !== "observation") return true;
  if (!Array.isArray(ledger)) return false;
  return ledger.every(
    (row) =>
      isRecord(row) && typeof row.layer === "string" && ledgerFields.every((field) => typeof row[field] === "number"),
  );
}

const areNumbers = (values: unknown): boolean =>
  isRecord(values) && Object.values(values).every((value) => typeof value === "number");

/** "validation" of an epoch event is optional, "metrics" of an end event holds "train" and maybe "validation"; "targets" the same by name. */
function isMetrics({ type, validation, metrics, targets = [] }: Record<string, unknown>): boolean {
  if (type !== "epoch" && type !== "end") return true;
  const isSplits = (value: unknown): boolean =>
    isRecord(value) &&
    (type === "epoch" || areNumbers(value.train)) &&
    (value.validation === undefined || areNumbers(value.validation));
  const all = type === "epoch" ? { validation } : metrics;
  const areTargets =
    Array.isArray(targets) && targets.every((one) => isSplits(one) && isRecord(one) && typeof one.name === "string");
  return isSplits(all) && areTargets;
}
