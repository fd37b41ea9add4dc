// Labels that networks contradict which have not seen them: the evidence for wrong ones where folds were measured.
import { short } from "../data/wording.ts";
import { confidenceOf, percent } from "./confidence.ts";
import type { Finding } from "./finding.ts";
import type { ClassAnswers, FoldAnswers, NumberAnswers, TakenFor } from "./measure/fold-answers.ts";

/**
 * Where classes overlap, errors crowd where networks are unsure: the surer half of the answers has half as many as all of them, or fewer. Labels
 * that are wrong are met with any confidence: the surer half has nearly as many.
 */
export const contradicted = {
  /** Share of errors among the surer half, that by the share among all, and the fewest of them. */
  everywhere: { surest: 0.13, flatness: 0.66, fewest: 8 },
  /** Of the errors those among the surer half where classes only overlap, at most; and by how many standard deviations there are more. */
  overlapping: { share: 0.29, z: 2.6 },
  /** The same of the rows that were taken for one class. */
  oneClass: { surest: 0.22, flatness: 0.86, fewest: 12, rows: 40 },
  /** Of a class whose labels are right, by those of one whose labels are wrong. */
  otherClass: 0.45,
  /**
   * Of the rows taken for a class, at most: networks that are wrong as often as right have not learnt it; a little more where another class has next
   * to no errors.
   */
  mostErrors: 0.47,
  cleanOther: { surest: 0.03, mostErrors: 0.56 },
  /** Error rate by that of guessing: above, the features tell too little to judge a label by. */
  mostUnlearnt: 0.72,
  /**
   * Values: what residuals have beyond ordinary ones of the target's variance, what the largest hold of it, and what is told of ordinary rows. Earnings and
   * days in hospital have as much by themselves: a warning needs more, or as much beside what ordinary rows leave open.
   */
  values: { excess: 0.2, held: 0.08, robustR2: 0.42, warning: { excess: 0.45, ratio: 2.5 } },
} as const;

type Found = Pick<Finding, "severity" | "message" | "evidence" | "cause" | "confidence">;

/** Undefined where the labels look right, or nothing can be said of them. */
export function contradictedLabels({ rows, classes, numbers, suspects }: FoldAnswers): Found | undefined {
  const found = classes ? inClasses(rows, classes) : inValues(rows, numbers!);
  if (found === undefined) return undefined;
  const shown = suspects.slice(0, 5).map(({ row }) => row);
  return {
    ...found,
    message: `${found.message} Look at the rows that are contradicted most: ${shown.join(", ")}, …`,
    evidence: { ...found.evidence, rows, suspects: suspects.map(({ row }) => row) },
  };
}

/** Whether labels are met with any confidence, and the features tell enough to judge them by. */
export function areContradicted(
  answers: Pick<ClassAnswers, "errorRate" | "surest" | "guessing"> & { readonly rows: number },
  z: number = contradicted.overlapping.z,
): boolean {
  const { rows, errorRate, surest, guessing } = answers;
  const { everywhere, overlapping, mostUnlearnt } = contradicted;
  const [errors, amongSurer] = [errorRate * rows, (surest * rows) / 2];
  const expected = overlapping.share * errors;
  return (
    surest >= everywhere.surest &&
    surest >= everywhere.flatness * errorRate &&
    amongSurer >= everywhere.fewest &&
    amongSurer - expected >= z * Math.sqrt((1 - overlapping.share) * expected) &&
    errorRate <= mostUnlearnt * guessing
  );
}

function inClasses(rows: number, { errorRate, surest, guessing, takenFor }: ClassAnswers): Found | undefined {
  const { everywhere } = contradicted;
  if (areContradicted({ rows, errorRate, surest, guessing })) {
    return {
      severity: "warning",
      message: `About ${percent(surest)} of the labels look wrong: networks that have not seen a row contradict ${percent(errorRate)} of the labels, and ${percent(surest)} of those where they are surest. Where classes only overlap, the surest answers are nearly free of errors.`,
      evidence: { errorRate, surest, guessing },
      cause: { flatness: surest / errorRate },
      confidence: confidenceOf(surest, everywhere.surest, 3 * everywhere.surest),
    };
  }
  const worst = takenFor.filter((one) => isContradicted(one, takenFor)).sort((a, b) => b.surest - a.surest)[0];
  if (worst === undefined) return undefined;
  return {
    severity: "warning",
    message: `Of the rows that look like "${worst.name}", about ${percent(worst.surest)} have another label, even of those where networks that have not seen them are surest; other classes have hardly any. Was "${worst.name}" labelled differently in a part of the rows?`,
    evidence: { class: worst.name, errorRate: worst.errorRate, surest: worst.surest },
    cause: { flatness: worst.surest / worst.errorRate },
    confidence: confidenceOf(worst.surest, contradicted.oneClass.surest, 2 * contradicted.oneClass.surest),
  };
}

/** Whether rows like that have another label whatever the confidence, while rows like another class have theirs. */
function isContradicted(one: TakenFor, all: readonly TakenFor[]): boolean {
  const { cleanOther, oneClass, otherClass, mostErrors } = contradicted;
  const isFlat =
    one.rows >= oneClass.rows &&
    one.surest >= oneClass.surest &&
    one.surest >= oneClass.flatness * one.errorRate &&
    one.surest * (one.rows / 2) >= oneClass.fewest;
  const isRight = (other: TakenFor) => other.rows >= oneClass.rows / 2 && other.surest <= otherClass * one.surest;
  const right = all.filter((other) => other !== one && isRight(other));
  const isClean = right.some(({ surest }) => surest <= cleanOther.surest);
  return isFlat && right.length > 0 && one.errorRate <= (isClean ? cleanOther.mostErrors : mostErrors);
}

function inValues(rows: number, { r2, excess, held, robustR2, apart }: NumberAnswers): Found | undefined {
  const { values } = contradicted;
  if (apart !== undefined) {
    return {
      severity: "warning",
      message: `${apart.rows} of ${rows} values of the target are at least ${short(apart.factor)} times as far from its median as any other, with none between: are they in another unit, or a word for missing?`,
      evidence: { apart: apart.rows, factor: apart.factor, r2 },
      cause: { share: apart.rows / rows },
      confidence: confidenceOf(apart.factor, 5, 50),
    };
  }
  if (excess < values.excess || held < values.held || robustR2 < values.robustR2) return undefined;
  const { warning } = values;
  const isSure = excess >= warning.excess || excess >= warning.ratio * (1 - robustR2);
  return {
    severity: isSure ? "warning" : "info",
    message: `Some values of the target ${isSure ? "look" : "may be"} wrong: to networks that have not seen them a few are so far off that they hold ${percent(held)} of its variance, where ${percent(robustR2)} of ordinary rows is told${isSure ? "" : "; targets with a long tail have such values, too"}.`,
    evidence: { excess, held, robustR2, r2 },
    cause: { explained: r2, explainedOfOrdinary: Number(short(robustR2)) },
    confidence: confidenceOf(excess, values.excess, 4 * values.excess),
  };
}
