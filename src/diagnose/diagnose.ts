// From the events of a training to its verdicts: every detector is asked.
import type { TrainEvent } from "../train/events.ts";
import { underCauses } from "./causes.ts";
import { hasJustBegun } from "./course.ts";
import { detectorOf, detectors } from "./detectors.ts";
import { evidenceOf, type TrainingEvidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import type { Measured } from "./measure/measure-table.ts";
import { isAsGoodAsOrdinary } from "./result.ts";
import { type Findings, isHealthy, type Verdict } from "./verdict.ts";

/**
 * Events of one training, from its start to its end, its failure, or as far as it has come; and what `measureTable` found out about its table, where
 * that was asked. Throws INVALID_ARGUMENT without a start.
 */
export const diagnose = (events: readonly TrainEvent[], measured?: Measured): Findings =>
  findingsOf(evidenceOf(events, measured));

/** What every detector says of the evidence. */
export function findingsOf({ whole, targets }: TrainingEvidence): Findings {
  const isEarly = hasJustBegun(whole);
  const isAsGood = isAsGoodAsOrdinary(whole);
  const found = detectors
    .filter(({ needsTime }) => !(needsTime && isEarly))
    .flatMap(({ kind, detect, isOfTarget, isSymptom }): Verdict[] => {
      const findings = isOfTarget
        ? targets.map(({ name, evidence }) => named(name, detect(evidence)))
        : [detect(whole)];
      return findings.flatMap((finding) =>
        finding === undefined ? [] : [{ kind, ...(isSymptom && isAsGood ? asRemark(finding) : finding) }],
      );
    });
  const verdicts = underCauses(found, detectorOf);
  return {
    healthy: isHealthy(verdicts),
    verdicts,
    ledger: whole.observations.at(-1)?.ledger ?? [],
  };
}

/** Of a training that does as well as any: what would be a warning is only worth knowing. */
const asRemark = (finding: Finding): Finding =>
  finding.severity !== "warning"
    ? finding
    : {
        ...finding,
        severity: "info",
        message: `${finding.message} The result is as good as that of ordinary networks of this table, so it seems to cost nothing.`,
      };

/** A finding with the name of the target that it is of, where there are several. */
function named(target: string | undefined, finding: Finding | undefined): Finding | undefined {
  if (target === undefined || finding === undefined) return finding;
  const { message, evidence } = finding;
  return {
    ...finding,
    message: `Of the target ${JSON.stringify(target)}: ${message[0]!.toLowerCase()}${message.slice(1)}`,
    evidence: { target, ...evidence },
  };
}
