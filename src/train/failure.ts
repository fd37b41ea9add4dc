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

/** What `details` of NON_FINITE_LOSS holds: all that its message tells. */
interface Details extends Omit<FailureEvent, "type"> {
  /** Whose loss it was: "loss" is that of the step, the others are measured after it. */
  readonly name: string;
  /** The last good weights, and the step after which they were. */
  readonly variables: Variables;
  readonly keptStep: number;
}

type NonFiniteError = ChainruleError & { readonly details: Details };

export const isNonFinite = (error: unknown): error is NonFiniteError =>
  error instanceof ChainruleError && error.code === "NON_FINITE_LOSS";

export function nonFinite(given: NonFinite): ChainruleError {
  const { name, loss, at, done, learningRate, stepsPerEpoch, kept, origin, lossesBefore = [] } = given;
  const step = at === undefined ? done : at + 1;
  const details: Details = {
    step,
    epoch: Math.max(1, Math.ceil(step / stepsPerEpoch)),
    loss,
    learningRate,
    lossesBefore,
    ...(origin && { origin }),
    name,
    variables: kept.variables,
    keptStep: kept.step,
  };
  return new ChainruleError("NON_FINITE_LOSS", messageOf(details), { ...details });
}

function messageOf({ name, loss, step, epoch, learningRate, origin, keptStep }: Details): string {
  const when = `${name === "loss" ? "at" : "after"} step ${step} (epoch ${epoch})`;
  const kept = keptStep === 0 ? "the initial ones" : `those after step ${keptStep}`;
  return `The ${name} became ${Number.isNaN(loss) ? "NaN" : "infinite"} ${when}, with a learning rate of ${short(learningRate)}.${origin ? ` ${describeOrigin(origin)}` : ""} The last good weights, ${kept}, are kept. ${remedy(origin)}`;
}

/** The same error with what more is known of its origin. */
export function withOrigin(error: NonFiniteError, more: (origin: Origin) => Origin): ChainruleError {
  const { origin } = error.details;
  if (origin === undefined) return error;
  const details = { ...error.details, origin: more(origin) };
  const { where, cause } = error;
  return new ChainruleError(error.code, messageOf(details), details, { where, ...(cause !== undefined && { cause }) });
}

export function failureEvent({ details }: NonFiniteError): FailureEvent {
  const { name: _, variables: __, keptStep: ___, ...event } = details;
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
