// Places values in one arena: values that are never alive together may share bytes.

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
  const placed: number[] = [];
  let total = 0;
  const bySize = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  for (const index of bySize) {
    const { bytes, first, last } = lifetimes[index]!;
    let offset = 0;
    for (const other of placed) {
      const rival = lifetimes[other]!;
      if (rival.last < first || rival.first > last || rival.bytes === 0) continue;
      if (offset + bytes <= offsets[other]!) break;
      offset = Math.max(offset, offsets[other]! + rival.bytes);
    }
    offsets[index] = offset;
    total = Math.max(total, offset + bytes);
    // `placed` stays sorted by offset, so that the first gap found is the lowest.
    const at = placed.findIndex((other) => offsets[other]! > offset);
    placed.splice(at < 0 ? placed.length : at, 0, index);
  }
  return { offsets, bytes: total };
}
