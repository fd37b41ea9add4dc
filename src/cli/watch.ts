// A look at a training while it runs: the events that verdicts are made of, and verdicts as they first appear.
import type { Findings } from "../diagnose/diagnose.ts";
import type { Severity, Verdict, VerdictKind } from "../diagnose/verdict.ts";
import type { TrainEvent } from "../train/events.ts";

/** Events grow by so much from look to look, so that all looks together cost as much as a few at the end. */
const growth = 1.2;

const weights: Readonly<Record<Severity, number>> = { info: 0, warning: 1, severe: 2 };

export class Watch {
  readonly events: TrainEvent[] = [];
  readonly #diagnose: (events: readonly TrainEvent[]) => Findings;
  /** The most severe that was said of a kind. */
  readonly #said = new Map<VerdictKind, number>();
  #looked = 0;

  constructor(diagnose: (events: readonly TrainEvent[]) => Findings) {
    this.#diagnose = diagnose;
  }

  /** Warnings and severe verdicts that were not there before, or not as severe: now and then at the end of an epoch. */
  add(event: TrainEvent): Verdict[] {
    if (event.type !== "progress") this.events.push(event);
    if (event.type !== "epoch" || this.events.length < growth * this.#looked) return [];
    this.#looked = this.events.length;
    const fresh = this.findings().verdicts.filter(
      ({ kind, severity }) => weights[severity] > (this.#said.get(kind) ?? weights.info),
    );
    for (const { kind, severity } of fresh) this.#said.set(kind, weights[severity]);
    return fresh;
  }

  findings(): Findings {
    return this.#diagnose(this.events);
  }
}
