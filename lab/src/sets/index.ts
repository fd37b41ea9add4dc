// The built-in data sets: the one list of them, in the order in which they are offered.
import { circle } from "./circle.ts";
import { curve } from "./curve.ts";
import { digits } from "./digits.ts";
import { gaussians } from "./gaussians.ts";
import { hiddenLayer } from "./hidden-layer.ts";
import { moons } from "./moons.ts";
import { neuron, neuronAtRates } from "./neuron.ts";
import { penguins } from "./penguins.ts";
import { plane } from "./plane.ts";
import type { LabSet } from "./set.ts";
import { spiral } from "./spiral.ts";
import { wave } from "./wave.ts";
import { xor } from "./xor.ts";

// biome-ignore format: one name a line, as in the other lists
export const sets = {
  circle,
  xor,
  gaussians,
  spiral,
  moons,
  curve,
  plane,
  wave,
  penguins,
  digits,
  neuron,
  neuronAtRates,
  hiddenLayer,
} satisfies Record<string, LabSet>;

export type SetName = keyof typeof sets;
export const setNames = Object.keys(sets) as SetName[];
export const setOf = (name: SetName): LabSet => sets[name];

export type { ImageColumns, LabSet, LessonSet, SetRows, TableSet } from "./set.ts";
