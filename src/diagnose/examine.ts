// The whole of a diagnosis: what the events of a training say, what networks of parts of its table say, and what remedies do in its twins.
import { prepare, type Table } from "../data/index.ts";
import type { TrainEvent } from "../train/events.ts";
import { underCauses } from "./causes.ts";
import type { Recipe } from "./change.ts";
import { detectorOf, detectors } from "./detectors.ts";
import { findingsOf } from "./diagnose.ts";
import { type Evidence, evidenceOf } from "./evidence.ts";
import { resultOf } from "./goals.ts";
import { measureTable } from "./measure/measure-table.ts";
import { isPoorerThanOrdinary } from "./result.ts";
import { suspected } from "./suspicion.ts";
import { type Trials, type TwinReport, tryRemedies } from "./try-remedies.ts";
import { type Diagnosis, isHealthy, type TriedVerdict, type Verdict } from "./verdict.ts";

export interface Examination extends Diagnosis {
  /** Of each twin; 0 where there was nothing to try. */
  readonly steps: number;
}

/**
 * Verdicts of a training by its events, by networks that are trained on parts of its table, and by twins with remedies. Trouble that no event
 * shows is looked for where the result is poorer than that of ordinary networks. Throws INVALID_ARGUMENT without a start event, and what `prepare`
 * throws. `onTwin` hears of every twin.
 *
 * @example
 * const { verdicts } = await examine(events, table, { data: { target: "species" }, settings: { hidden: [8] } });
 * // verdicts[0].remedies[0].settings: what to train with
 */
export async function examine(
  events: readonly TrainEvent[],
  table: Table,
  recipe: Recipe,
  onTwin?: (report: TwinReport) => void,
): Promise<Examination> {
  const prepared = prepare(table, recipe.data);
  const evidence = evidenceOf(events, await measureTable(table, recipe, prepared));
  const findings = findingsOf(evidence);
  const suspicions = suspicionsOf(findings.verdicts, evidence.whole);
  if (findings.verdicts.length + suspicions.length === 0) return { ...findings, verdicts: [], steps: 0 };
  const isSuspected = ({ kind }: Verdict) => suspicions.some((suspicion) => suspicion.kind === kind);
  const remarks = findings.verdicts.filter(isSuspected);
  const others = findings.verdicts.filter((verdict) => !isSuspected(verdict));
  const trials = await tryRemedies([...others, ...suspicions], events, table, recipe, onTwin, prepared);
  const verdicts = underCauses(withoutUnshown(trials, suspicions, remarks), detectorOf);
  return { ...findings, healthy: isHealthy(verdicts), verdicts, steps: trials.steps };
}

/** None where a verdict explains a poor result, or the result is not known. */
function suspicionsOf(verdicts: readonly Verdict[], evidence: Evidence): readonly Verdict[] {
  const isExplained = verdicts.some(({ severity }) => severity !== "info");
  if (isExplained || !isPoorerThanOrdinary(evidence)) return [];
  return detectors.flatMap(({ kind }): Verdict[] => {
    const { suspicion } = detectorOf(kind);
    if (suspicion === undefined) return [];
    const remark = verdicts.find((verdict) => verdict.kind === kind);
    return [remark ? { ...remark, severity: "warning" } : { kind, ...suspected(suspicion.words(evidence)) }];
  });
}

/** Of the suspicions that one whose remedy does best, if a twin shows it: they explain the same. What was a remark before is one again. */
function withoutUnshown(
  { verdicts, learningRate }: Trials,
  suspicions: readonly Verdict[],
  remarks: readonly Verdict[],
): readonly TriedVerdict[] {
  const kinds = new Set(suspicions.map(({ kind }) => kind));
  const shown = verdicts.flatMap((verdict) => {
    const { suspicion } = detectorOf(verdict.kind);
    const showing = verdict.remedies.find(
      ({ settings, before, after }) => suspicion?.isOf(settings, learningRate) && suspicion.isShown(before, after),
    );
    return kinds.has(verdict.kind) && showing ? [{ verdict, loss: resultOf(showing.after) }] : [];
  });
  const best = shown.sort((a, b) => a.loss - b.loss)[0]?.verdict;
  return verdicts.flatMap((verdict) => {
    if (!kinds.has(verdict.kind) || verdict === best) return [verdict];
    const remark = remarks.find(({ kind }) => kind === verdict.kind);
    return remark ? [{ ...remark, remedies: verdict.remedies }] : [];
  });
}
