// From the events of a training to its verdicts: every detector is asked.
import type { TrainEvent } from "../train/events.ts";
import { hasJustBegun } from "./course.ts";
import { detectors } from "./detectors.ts";
import { evidenceOf } from "./evidence.ts";
import { ranks } from "./finding.ts";
import type { Findings, Verdict } from "./verdict.ts";

/** Events of one training, from its start to its end, its failure, or as far as it has come. Throws INVALID_ARGUMENT without a start. */
export function diagnose(events: readonly TrainEvent[]): Findings {
  const evidence = evidenceOf(events);
  const isEarly = hasJustBegun(evidence);
  const verdicts = detectors
    .filter(({ needsTime }) => !(needsTime && isEarly))
    .flatMap(({ kind, detect }): Verdict | readonly [] => {
      const finding = detect(evidence);
      return finding === undefined ? [] : { kind, ...finding };
    })
    .sort((a, b) => ranks[b.severity] - ranks[a.severity] || b.confidence - a.confidence);
  return {
    healthy: verdicts.every(({ severity }) => severity === "info"),
    verdicts,
    ledger: evidence.observations.at(-1)?.ledger ?? [],
  };
}
