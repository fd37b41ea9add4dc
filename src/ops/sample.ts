// Numbers to test an op with, drawn from the domains of its operands, away from its kinks.
import { allocate, type TypedArray } from "../ir/dtype.ts";
import type { OpName } from "../ir/graph.ts";
import { sizeOf, type TensorType } from "../ir/shape.ts";
import type { Domain } from "./case.ts";
import { domainOf, kinksOf } from "./cases.ts";
import { philox } from "./philox.ts";

/** Uniform numbers in [0, 1), the same ones for the same seed. */
export function generator(seed: number): () => number {
  const words = new Uint32Array(4);
  let drawn = 0;
  return () => {
    if (drawn % 4 === 0) philox(drawn / 4, 0, 0, 0, seed | 0, 0, words);
    return words[drawn++ % 4]! / 2 ** 32;
  };
}

/** Whether an input holds numbers of a domain that may be varied a little, and not indices, conditions or a key. */
export const isContinuous = (domain: Domain): domain is readonly [number, number] => Array.isArray(domain);

/**
 * Elements for inputs of the given types. In intervals no number comes closer to a kink than a fiftieth of the interval;
 * where the kinks are ties, all numbers of all inputs differ.
 */
export function sampleInputs(op: OpName, types: readonly TensorType[], random: () => number): TypedArray[] {
  const kinks = kinksOf(op);
  const elements = types.reduce((sum, type) => sum + sizeOf(type.shape), 0);
  const ranks = kinks === "equal" ? shuffled(elements, random) : [];
  return types.map(({ shape, dtype }, i) => {
    const domain = domainOf(op, i);
    const data = allocate(dtype, sizeOf(shape));
    for (let at = 0; at < data.length; at++) {
      if (!isContinuous(domain)) data[at] = sampleDiscrete(domain, random);
      else if (kinks === "equal") data[at] = within(domain, (ranks.pop()! + 0.25 + 0.5 * random()) / elements);
      else data[at] = awayFrom(kinks, domain, random);
    }
    return data;
  });
}

function sampleDiscrete(domain: { readonly indexBelow: number } | "bool" | "key", random: () => number): number {
  if (domain === "bool") return random() < 0.5 ? 0 : 1;
  if (domain === "key") return Math.floor(random() * 2 ** 32) | 0;
  return Math.floor(random() * domain.indexBelow);
}

const within = ([low, high]: readonly [number, number], fraction: number): number => low + (high - low) * fraction;

function awayFrom(kinks: readonly number[], domain: readonly [number, number], random: () => number): number {
  const distance = (domain[1] - domain[0]) / 50;
  for (;;) {
    const x = within(domain, random());
    if (kinks.every((kink) => Math.abs(x - kink) >= distance)) return x;
  }
}

function shuffled(n: number, random: () => number): number[] {
  const list = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
