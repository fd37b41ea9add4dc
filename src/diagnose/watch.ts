// A look at a training while it runs: the events that verdicts are made of, and verdicts as they first appear.
import type { TrainEvent } from "../train/events.ts";
import type { VerdictKind } from "./detectors.ts";
import { diagnose } from "./diagnose.ts";
import { ranks } from "./finding.ts";
import type { Findings, Verdict } from "./verdict.ts";

/** Events grow by so much from look to look, so that all looks together cost as much as a few at the end. */
const growth = 1.2;

export class Watch {
  readonly events: TrainEvent[] = [];
  /** The most severe that was said of a kind. */
  readonly #said = new Map<VerdictKind, number>();
  #looked = 0;

  /** Causes that are warnings or severe and were not there before, or not as severe: now and then at the end of an epoch. */
  add(event: TrainEvent): Verdict[] {
    if (event.type !== "progress") this.events.push(event);
    if (event.type !== "epoch" || this.events.length < growth * this.#looked) return [];
    this.#looked = this.events.length;
    const fresh = this.findings().verdicts.filter(
      ({ kind, severity, consequenceOf }) =>
        consequenceOf === undefined && ranks[severity] > (this.#said.get(kind) ?? ranks.info),
    );
    for (const { kind, severity } of fresh) this.#said.set(kind, ranks[severity]);
    return fresh;
  }

  findings(): Findings {
    return diagnose(this.events);
  }
}
