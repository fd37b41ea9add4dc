// What a training left open on its rows for validation, beside what ordinary networks of the same table leave open there.
import type { Evidence } from "./evidence.ts";

/** Error rate, or 1 − R², of the weights that are the result; NaN where it is not known. */
function leftOpen({ examples }: Evidence): number {
  const { errors, residuals } = examples?.validation ?? {};
  return errors?.rate ?? (residuals ? 1 - residuals.r2 : Number.NaN);
}

/** Whether the result is as good as that of ordinary networks, which were trained on other rows: whatever looked odd cost nothing. */
export const isAsGoodAsOrdinary = (evidence: Evidence): boolean =>
  leftOpen(evidence) <= (evidence.measured?.folds?.validation?.left ?? Number.NaN);

/** From so much more on, of error rate or 1 − R², it is no matter of a few rows. */
const margin = 0.03;

/** Whether the result is poorer than that of ordinary networks; false where it is not known. */
export const isPoorerThanOrdinary = (evidence: Evidence): boolean =>
  leftOpen(evidence) > (evidence.measured?.folds?.validation?.left ?? Number.NaN) + margin;
