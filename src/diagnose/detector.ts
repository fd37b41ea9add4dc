// One detector as a record: all that the diagnosis, the remedies and the documentation know of one kind of trouble.
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import type { Goal } from "./goals.ts";
import type { RemedyRule } from "./remedies.ts";
import type { Suspicion } from "./suspicion.ts";

/** Figures by name, in groups where there are several sets of them. */
export interface Thresholds {
  readonly [name: string]: number | Thresholds;
}

export interface Detector<K extends string = string> {
  /** The verdict's name, as users see it. */
  readonly kind: K;
  /** What is so where it speaks, for the table in docs/diagnose.md. */
  readonly holds: string;
  /** From where on it speaks. What healthy trainings show (npm run calibrate, the half of tables for choosing) stands beside each figure. */
  readonly thresholds: Thresholds;
  /** Only time can tell, since it is a matter of how the loss went on: silent while a training has just begun (course.ts). */
  readonly needsTime: boolean;
  /** Kinds of trouble that bring this one about, the most fundamental first: it is then named under them. No kind brings itself about by way of others. */
  readonly causes: readonly string[];
  /** It is trouble only where the result suffers: a remark where that is as good as ordinary networks' (result.ts). */
  readonly isSymptom?: true;
  /** How a twin shows it where the events do not. */
  readonly suspicion?: Suspicion;
  /** It speaks of what is predicted: asked for each target, with what is known of it alone. */
  readonly isOfTarget?: true;
  readonly detect: (evidence: Evidence) => Finding | undefined;
  /** What may mend it, in the order in which it is tried; none where it lies in the data, and no setting of a training helps. */
  readonly remedies: readonly RemedyRule[];
  /** What a remedy has to do in a twin of the training. */
  readonly mended: Goal;
}

/** Keeps the kind's literal type, of which VerdictKind is made. */
export const defineDetector = <const K extends string>(detector: Detector<K>): Detector<K> => detector;
