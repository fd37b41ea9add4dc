// The built-in data sets: the one list of them, in the order in which they are offered.
import { circle } from "./circle.ts";
import { hiddenLayer } from "./hidden-layer.ts";
import { neuron } from "./neuron.ts";
import type { LabSet } from "./set.ts";
import { xor } from "./xor.ts";

export const sets = { circle, xor, neuron, hiddenLayer } satisfies Record<string, LabSet>;

export type SetName = keyof typeof sets;
export const setNames = Object.keys(sets) as SetName[];
export const setOf = (name: SetName): LabSet => sets[name];

export type { LabSet, LessonSet, TableSet } from "./set.ts";
