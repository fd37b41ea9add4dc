// The list of cases: every kind of fault at every strength in both halves of the seeds, and healthy trainings.
import { faults } from "./faults.mjs";
import { draws, hash } from "./random.mjs";
import { healthyTrial } from "./trial.mjs";

export const strengths = ["weak", "plain", "strong"];
export const splits = ["tuning", "test"];
/** Cases of one kind in one half, by strength. */
export const perStrength = { weak: 4, plain: 40, strong: 4 };
/** A third of all. */
const healthyPerSplit = 360;

/** { name, split, kind, strength, build }: kind "healthy" has no strength. The name alone decides all that is drawn. */
export function allCases() {
  return splits.flatMap((split) => [
    ...Array.from({ length: healthyPerSplit }, (_, i) => healthyCase(split, i)),
    ...Object.keys(faults).flatMap((kind) =>
      strengths.flatMap((strength) =>
        Array.from({ length: perStrength[strength] }, (_, i) => faultCase(split, kind, strength, i)),
      ),
    ),
  ]);
}

/** Thresholds are set by the tuning seeds alone; the test seeds are drawn anew after any change of a threshold. */
const seedOf = (split, name) => hash(split === "test" ? `held out 4 ${name}` : name);

function healthyCase(split, i) {
  const name = `healthy-${split}-${i + 1}`;
  return { name, split, kind: "healthy", build: () => healthyTrial(draws(seedOf(split, name))) };
}

function faultCase(split, kind, strength, i) {
  const name = `${kind}-${strength}-${split}-${i + 1}`;
  const variant = faults[kind][i % faults[kind].length];
  return {
    name,
    split,
    kind,
    strength,
    variant: variant.name,
    /** The same without the fault. */
    without: () => healthyTrial(draws(seedOf(split, name)), variant.needs),
    async build() {
      const draw = draws(seedOf(split, name));
      const trial = await healthyTrial(draw, variant.needs);
      variant.apply(trial, strengths.indexOf(strength), draw);
      return trial;
    },
  };
}
