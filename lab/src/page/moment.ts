// The four moments of a step, as the network shows them one after the other.
import { Cell } from "./cell.ts";

export const moments = ["forward", "loss", "backward", "update"] as const;

/** Values appear layer by layer, then the loss, then δ from the output back, then the weights change. */
export type Moment = (typeof moments)[number];

/** Undefined: everything at once, as while a training plays. Who sets "update" does so before the step, or right after it. */
export const moment = new Cell<Moment | undefined>(undefined);
