// All that changes while a training goes on, beside the session's own state: one record of plain data.
import type { Watched } from "../optim/schedules/record.ts";
import type { StopReason } from "./events.ts";
import { type FeedState, feedState } from "./feed.ts";
import { type ObserverState, observerState } from "./observer.ts";
import type { TracedBack } from "./trace-back.ts";
import { type Copy, type WeightsState, weightsState } from "./weights.ts";

export interface RunState {
  /** Steps done. */
  step: number;
  /** Epochs finished. */
  epoch: number;
  /** Why the training ends: "epochs" as long as nothing else ends it. */
  reason: StopReason;
  /** Losses of this epoch: the sum over `steps` steps; those of `unread` more are in the machine's lossSum. */
  readonly losses: { sum: number; steps: number; unread: number };
  /** The epoch with the lowest validation loss; without validation, the last one. */
  best: { readonly epoch: number; readonly loss: number };
  readonly feed: FeedState;
  readonly observer: ObserverState;
  /** What a schedule that watches the loss knows of the epochs so far. */
  watched: Watched | undefined;
  readonly weights: WeightsState;
  /** The schedule's rate is multiplied by `scale`, and `shift` added: what was set by hand. */
  rate: { readonly scale: number; readonly shift: number };
  /** Where weights or losses stopped being finite, as soon as it is known. */
  broken: TracedBack | undefined;
}

/** Before the first step; `initial` are the trained values by name. */
export const runState = (initial: Copy["values"]): RunState => ({
  step: 0,
  epoch: 0,
  reason: "epochs",
  losses: { sum: 0, steps: 0, unread: 0 },
  best: { epoch: 0, loss: Number.POSITIVE_INFINITY },
  feed: feedState(),
  observer: observerState(),
  watched: undefined,
  weights: weightsState(initial),
  rate: { scale: 1, shift: 0 },
  broken: undefined,
});

/** A copy that does not change; what is never changed in place, as the arrays of weights, is shared. */
export const copyRunState = (state: RunState): RunState => ({
  ...state,
  losses: { ...state.losses },
  feed: { ...state.feed, rows: state.feed.rows && { ...state.feed.rows }, sampler: { ...state.feed.sampler } },
  observer: { ...state.observer, losses: new Map(state.observer.losses) },
  weights: { ...state.weights },
});
