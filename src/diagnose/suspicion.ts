// Trouble that leaves no sign in the events of a training but its result: suspected where that is poor, and told where a twin shows it.
import type { Change } from "./change.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import type { Outcome } from "./goals.ts";

/** What has to come of a change for the trouble to be there. */
export interface Suspicion {
  /** Whether it is this trouble, and no other, that a change speaks of; `learningRate` is that of the training. */
  readonly isOf: (change: Change, learningRate: number) => boolean;
  /** Whether the twin with a remedy shows that the training has it. */
  readonly isShown: (before: Outcome, after: Outcome) => boolean;
  /** Of the training, in a sentence: what a remedy did is said after it. */
  readonly words: (evidence: Evidence) => string;
}

/** From here on a loss is so much lower that it is no chance of the rows for validation. */
const clearly = 0.85;

const share = (after = Number.NaN, before = Number.NaN): number => after / before;

/** Of a change of nothing but these settings. */
export const setsOnly = (change: Change, ...keys: readonly (keyof Change)[]): boolean =>
  Object.keys(change).every((key) => keys.includes(key as keyof Change));

/** Both losses fall: the training itself did not get as far as it could. */
export const learnsMore = (before: Outcome, after: Outcome): boolean =>
  share(after.validationLoss, before.validationLoss) < clearly && share(after.loss, before.loss) < clearly;

/** The loss of the rows for validation falls, though that of the training rows does not. */
export const learnsLessByHeart = (before: Outcome, after: Outcome): boolean =>
  share(after.validationLoss, before.validationLoss) < clearly && !(share(after.loss, before.loss) < clearly);

/** Where nothing else is known of it. */
export const suspected = (message: string): Finding => ({
  severity: "warning",
  layers: [],
  sinceStep: 1,
  message,
  evidence: {},
  cause: {},
  confidence: 0.75,
});
