// The setting that weighs classes in the loss.
import type { Setting } from "./setting.ts";
import { isMapOf } from "./value.ts";

/** By rarity, or by the names of classes; one that is not named has 1. */
export type ClassWeight = "balanced" | Readonly<Record<string, number>> | ReadonlyMap<string, number>;

const entriesOf = (value: Exclude<ClassWeight, string>): readonly (readonly [string, number])[] =>
  value instanceof Map ? [...value] : Object.entries(value);

/** Names and weights; none where they follow from the rows. */
export const namedWeights = (value: ClassWeight): readonly (readonly [string, number])[] =>
  typeof value === "string" ? [] : entriesOf(value);

const isWeight = (weight: unknown): boolean =>
  typeof weight === "number" && weight > 0 && weight < Number.POSITIVE_INFINITY;

/** "yes=9,no=1": a name goes up to the first "=" that a number, and then a comma or the end, follows. */
function weightsIn(text: string): ReadonlyMap<string, number> | undefined {
  const found = [...text.matchAll(/(.+?)=([\d.]+(?:e[+-]?\d+)?)(?:,|$)/gsy)];
  const length = found.reduce((sum, [part]) => sum + part.length, 0);
  const weights = new Map(found.map(([, name, weight]) => [name!, Number(weight)]));
  return found.length > 0 && length === text.length && [...weights.values()].every(isWeight) ? weights : undefined;
}

export const classWeight: Setting<ClassWeight, ClassWeight | undefined> = {
  type: {
    must: '"balanced", or CLASS=WEIGHT with weights above 0, such as yes=9,no=1',
    holds: (value) => value === "balanced" || isMapOf(value, isWeight, 1),
    parse: (text) => (text === "balanced" ? text : weightsIn(text)),
    print: (value) =>
      value === "balanced"
        ? value
        : namedWeights(value)
            .map((pair) => pair.join("="))
            .join(),
  },
  flags: [
    {
      flag: "--class-weight <weights>",
      help: 'how much rows of a class weigh in the loss: "balanced" by their rarity, or such as yes=9,no=1',
    },
  ],
  default: undefined,
  defaultWords: "all alike",
  sum: {
    add: (a, b) => (a === "balanced" || b === "balanced" ? b : new Map([...namedWeights(a), ...namedWeights(b)])),
    parts: (value) => (value === "balanced" ? [value] : namedWeights(value).map((entry) => new Map([entry]))),
  },
};
