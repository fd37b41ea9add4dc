// The error and the event of a loss that is not finite: what became of it, where that came from, and what is kept.
import { short } from "../data/wording.ts";
import { ChainruleError } from "../ir/errors.ts";
import { formatShape } from "../ir/shape.ts";
import type { Variables } from "../nn/layer.ts";
import type { Origin } from "../observe/origin.ts";
import type { FailureEvent } from "./events.ts";
import type { TracedBack } from "./trace-back.ts";

export interface NonFinite extends Partial<TracedBack> {
  /** "loss", "validation loss" */
  readonly name: string;
  readonly loss: number;
  /** The step whose loss it was, counted from 0; undefined: that of the weights after `done` steps. */
  readonly at: number | undefined;
  readonly done: number;
  readonly learningRate: number;
  readonly stepsPerEpoch: number;
  readonly kept: { readonly step: number; readonly variables: Variables };
}

/** What `details` of NON_FINITE_LOSS holds. */
interface Details extends Omit<FailureEvent, "type"> {
  /** The last good weights. */
  readonly variables: Variables;
}

export function nonFinite(given: NonFinite): ChainruleError {
  const { name, loss, at, done, learningRate, stepsPerEpoch, kept, origin, lossesBefore = [] } = given;
  const step = at === undefined ? done : at + 1;
  const epoch = Math.max(1, Math.ceil(step / stepsPerEpoch));
  const when = `${at === undefined ? "after" : "at"} step ${step} (epoch ${epoch})`;
  const details: Details = {
    step,
    epoch,
    loss,
    learningRate,
    lossesBefore,
    ...(origin && { origin }),
    variables: kept.variables,
  };
  return new ChainruleError(
    "NON_FINITE_LOSS",
    `The ${name} became ${Number.isNaN(loss) ? "NaN" : "infinite"} ${when}, with a learning rate of ${short(learningRate)}.${origin ? ` ${describeOrigin(origin)}` : ""} The last good weights, ${kept.step === 0 ? "the initial ones" : `those after step ${kept.step}`}, are kept. ${remedy(origin)}`,
    { ...details },
  );
}

/** The same error with what more is known of its origin. */
export function withOrigin(error: ChainruleError, more: (origin: Origin) => Origin): ChainruleError {
  const { origin } = error.details as unknown as Details;
  if (origin === undefined) return error;
  const named = more(origin);
  const message = error.message.replace(describeOrigin(origin), describeOrigin(named));
  return new ChainruleError(error.code, message, { ...error.details, origin: named });
}

export function failureEvent({ details }: ChainruleError): FailureEvent {
  const { variables: _, ...event } = details as unknown as Details;
  return { type: "failure", ...event };
}

const remedy = (origin: Origin | undefined): string =>
  origin?.where === "data"
    ? "Mend the data, or leave the row out."
    : "Lower the learning rate, clip the gradients, or look for extreme values in the data.";

/** "It began in layers.2: matmul gave Infinity at [3,0] (row 17 of the data), from operands up to 1e+30 and 4e+12." */
export function describeOrigin(origin: Origin): string {
  const { where, op, layer, value, operands, indices, row, tableRow, column, feature } = origin;
  const rows = origin.split === "validation" ? "validation data" : "data";
  const ofRow =
    tableRow === undefined ? (row === undefined ? "" : `row ${row} of the ${rows}`) : `row ${tableRow} of the table`;
  if (where === "data") {
    const place = feature !== undefined ? `"${feature}"` : column !== undefined ? `column ${column}` : op;
    return `It began in the data: ${ofRow}, ${place}, holds ${value}.`;
  }
  if (where === "parameters")
    return `It began in the weights: ${op}${formatShape(indices)} was ${value} before the step.`;
  const part = { forward: "", backward: "the gradients of ", update: "the update of " }[where];
  const place = indices.length === 0 ? "" : ` at ${formatShape(indices)}${ofRow === "" ? "" : ` (${ofRow})`}`;
  const sizes = operands.map(short).join(" and ");
  return `It began in ${part}${layer === undefined ? "the loss" : layer || "the model"}: ${op} gave ${value}${place}${sizes === "" ? "" : `, from ${sizes}`}.`;
}
