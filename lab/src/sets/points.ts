// Points in the plane for the built-in sets, from the engine's generator: the same numbers everywhere.
import { randomKey, randomNormal, randomUniform } from "chainrule";

/** Numbers as a set has them: four decimals, so that a table of text holds them as they are. */
export const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** Draws of one set: uniform in [0, 1) and of a normal distribution, [count] each, by a stream's number. */
export function draws(seed: number) {
  const key = randomKey(seed);
  return {
    uniform: (count: number, stream: number): Float64Array =>
      Float64Array.from(randomUniform(key, [count], stream).data),
    normal: (count: number, stream: number): Float64Array => Float64Array.from(randomNormal(key, [count], stream).data),
  };
}

/** A row of a set with two classes. */
export type Point = Readonly<Record<"x1" | "x2", number> & Record<"class", string>>;

/** A row of a set with a number to predict. */
export type Valued = Readonly<Record<"x1" | "x2" | "y", number>>;

/** Features that are worked out of x1 and x2. */
export const planeFeatures = {
  "x1²": ({ x1 }: Readonly<Record<string, unknown>>) => rounded((x1 as number) ** 2),
  "x2²": ({ x2 }: Readonly<Record<string, unknown>>) => rounded((x2 as number) ** 2),
  x1·x2: ({ x1, x2 }: Readonly<Record<string, unknown>>) => rounded((x1 as number) * (x2 as number)),
  "sin x1": ({ x1 }: Readonly<Record<string, unknown>>) => rounded(Math.sin(x1 as number)),
  "sin x2": ({ x2 }: Readonly<Record<string, unknown>>) => rounded(Math.sin(x2 as number)),
} as const;
