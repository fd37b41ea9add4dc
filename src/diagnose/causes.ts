// Causes before symptoms: one fault gets several verdicts, and what follows from another verdict is named under it.
import type { Detector } from "./detector.ts";
import { ranks } from "./finding.ts";
import type { Verdict } from "./verdict.ts";

/** Steps that are the beginning of a training: what shows in them was there when it began. */
const beginning = 10;

/**
 * A verdict brings another one about where its kind is known to, and where it is at least as severe and was there before: a network that
 * hardly fails cannot be why one fails.
 */
const bringsAbout = (cause: Verdict, verdict: Verdict): boolean =>
  cause.severity !== "info" &&
  ranks[cause.severity] >= ranks[verdict.severity] &&
  cause.sinceStep <= Math.max(beginning, verdict.sinceStep);

/**
 * The most severe causes first, among those the surest, each followed by what it brings about; `detectorOf` gives what is known of a kind.
 */
export function underCauses<V extends Verdict>(
  found: readonly V[],
  detectorOf: (kind: Verdict["kind"]) => Detector,
): readonly V[] {
  const verdicts = found
    .map(({ consequenceOf: _, ...verdict }) => verdict as V)
    .sort((a, b) => ranks[b.severity] - ranks[a.severity] || b.confidence - a.confidence);
  const causeOf = (verdict: V): V | undefined => {
    for (const kind of detectorOf(verdict.kind).causes) {
      const cause = verdicts.find((one) => one.kind === kind && bringsAbout(one, verdict));
      if (cause !== undefined) return cause;
    }
    return undefined;
  };
  const causes = new Map(verdicts.map((verdict) => [verdict, causeOf(verdict)]));
  /** Where the causes of causes end. */
  const rootOf = (verdict: V): V => {
    let root = verdict;
    for (let cause = causes.get(root); cause !== undefined; cause = causes.get(root)) root = cause;
    return root;
  };
  const roots = verdicts.filter((verdict) => causes.get(verdict) === undefined);
  return roots.flatMap((root) => [
    root,
    ...verdicts
      .filter((verdict) => verdict !== root && rootOf(verdict) === root)
      .map((verdict): V => ({ ...verdict, consequenceOf: causes.get(verdict)!.kind })),
  ]);
}
