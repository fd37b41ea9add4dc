// Places values in one arena: values that are never alive together may share bytes.
import { Occupancy } from "./occupancy.ts";

/** A value that lives from the kernel that writes it to the last kernel that reads it, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Placement {
  /** One a lifetime, in bytes. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Greedy by size (Pisarchyk and Lee 2020): the largest first, each at the lowest gap that fits it. */
export function place(lifetimes: readonly Lifetime[]): Placement {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const occupancy = new Occupancy(lifetimes.reduce((times, { last }) => Math.max(times, last + 1), 0));
  const bySize = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  let total = 0;
  for (const index of bySize) {
    const { bytes, first, last } = lifetimes[index]!;
    const offset = occupancy.lowestFree(bytes, first, last);
    occupancy.take(offset, bytes, first, last);
    offsets[index] = offset;
    total = Math.max(total, offset + bytes);
  }
  return { offsets, bytes: total };
}
