// Changes by hand: one for each number and step, in the order of their steps.
import type { Intervention } from "./recipe.ts";

const keyOf = (one: Intervention): string => ("rate" in one ? "rate" : one.element);

/** With one more; it replaces that of the same number after the same step. */
export function withIntervention(all: readonly Intervention[], one: Intervention): readonly Intervention[] {
  const others = all.filter((other) => other.after !== one.after || keyOf(other) !== keyOf(one));
  return [...others, one].sort((a, b) => a.after - b.after);
}
